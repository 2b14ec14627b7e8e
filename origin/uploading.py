"""Bringing a source to where the workers are: into a store that they read.

Large files go in parts, a few at a time, so that memory does not depend on the file. Where the
entity tag does not tell that what arrived is the file, it is read again, and put again if it is
something else.

An upload has a key of its own. It is taken away again where it is certain that no job has it. Where
that is not, because an answer was lost or somebody pressed Ctrl-C, it stays: ``gc`` removes what a
job had once that has ended, and leaves alone what belongs to an asset that no database has heard
of.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import obstore
from obstore.store import ObjectStore

from manifests import layout
from origin.database.engine import DatabaseUnusable
from origin.packaging_job import Queued, QueueUnanswered
from origin.store import create_store, local_path
from packager.errors import SourceNotFound, StoreFailed
from packager.limits import Limits
from packager.publishing.answers import pause, whole_answer
from packager.publishing.checked import Altered
from packager.publishing.entity_tags import fits_parts
from packager.publishing.reasons import STORE_ERRORS, reason
from packager.queue.errors import QueueError
from packager.source.file import check_readable, check_size

_PART_BYTES: Final = 8 * 1024 * 1024
_TRIES: Final = 3
_PARTS_AT_ONCE: Final = 2
"""A request has 30 s unless AWS_TIMEOUT says otherwise: more at once asks for a faster line."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, what is in it, and where it goes: ``location`` is a folder or the URL of a store."""

    file: Path
    sha256: str
    location: str
    key: str

    @classmethod
    def of(cls, file: Path, location: str, asset_id: str, upload_id: str) -> Self:
        """Look at a file that is to go into a store for the sake of an asset.

        Raises SourceNotFound, SourceTooLarge or UnsupportedSource where it cannot be a source.
        """
        check_readable(file)
        check_size(file, Limits())
        return cls(file, _sha256(file), location, layout.source_key(asset_id, upload_id, file.name))

    @property
    def where(self) -> str:
        """What a worker calls it: a path in a folder, else a URL."""
        folder = local_path(self.location)
        if folder is not None:
            return str(folder / self.key)
        return f"{self.location.rstrip('/')}/{quote(self.key)}"


def upload_and_queue(upload: Upload, queue: Callable[[], Queued]) -> Queued:
    """Upload, then ``queue`` a job for it; the upload stays unless it is known that no job has it.

    Raises StoreFailed or StoreUnusable, and whatever ``queue`` does.
    """
    with create_store(upload.location) as store:
        _put(store, upload)
        try:
            queued = queue()
        except (QueueError, DatabaseUnusable):
            _take_away(store, upload)
            raise
        except QueueUnanswered as error:
            raise QueueUnanswered(f"{error} The upload stays at {upload.where}.") from error
        if not queued.is_new:
            _take_away(store, upload)
    return queued


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise SourceNotFound(f"{file.name} cannot be read: {error.strerror}.") from error


def _put(store: ObjectStore, upload: Upload) -> None:
    try:
        for failures in range(_TRIES):
            if failures:
                pause(failures)
            tag = whole_answer(lambda: _put_once(store, upload))
            if fits_parts(tag, _parts(upload.file)) or _is_there(store, upload):
                return
        raise Altered("it never arrives as it was sent")
    except STORE_ERRORS as error:
        raise StoreFailed(
            f"{upload.file.name} could not be uploaded: {reason(error)}. "
            "Check the store, then try again."
        ) from error


def _put_once(store: ObjectStore, upload: Upload) -> str | None:
    put = obstore.put(
        store,
        upload.key,
        upload.file,
        chunk_size=_PART_BYTES,
        max_concurrency=_PARTS_AT_ONCE,
    )
    return put["e_tag"]


def _parts(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while part := opened.read(_PART_BYTES):
            yield part


def _is_there(store: ObjectStore, upload: Upload) -> bool:
    """Read what was uploaded, where its tag does not tell that it is the file."""
    digest = hashlib.sha256()
    for part in whole_answer(lambda: obstore.get(store, upload.key)):
        digest.update(part)
    return digest.hexdigest() == upload.sha256


def _take_away(store: ObjectStore, upload: Upload) -> None:
    with suppress(*STORE_ERRORS):  # it is in nobody's way
        whole_answer(lambda: obstore.delete(store, upload.key))

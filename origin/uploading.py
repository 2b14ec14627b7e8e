"""Bringing a source to where the workers are: into a store that they read.

Large files go in parts, a few at a time, so that memory does not depend on the file. It is read
once before, for what identifies it: its SHA-256, which its job tells workers, and the entity tags
that it can have. So a tag tells not only that nothing was altered on the way, but also that nobody
wrote to the file meanwhile. Where it does not fit, what arrived is read back, and if that is
something else, the file is read again: if that is as it was, it is put again.

An upload has a key of its own. It is taken away again where it is certain that no job has it. Where
that is not, because an answer was lost or somebody pressed Ctrl-C, it stays: ``gc`` removes what a
job had once that has ended, and leaves alone what belongs to an asset that no database has heard
of.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import quote

import obstore
from obstore.store import ObjectStore

from manifests import layout
from origin.database.engine import DatabaseUnusable
from origin.packaging_job import Queued, QueueUnanswered
from origin.stores.opening import create_store, local_path
from packager.errors import SourceChanged, SourceNotFound, StoreFailed
from packager.limits import Limits
from packager.publishing.answers import pause, whole_answer
from packager.publishing.checked import Altered
from packager.publishing.entity_tags import ExpectedTags
from packager.publishing.reasons import STORE_ERRORS, reason
from packager.queue.errors import QueueError
from packager.source.local import LocalFile

_PART_BYTES: Final = 8 * 1024 * 1024
_TRIES: Final = 3
_PARTS_AT_ONCE: Final = 2
"""A request has 30 s unless AWS_TIMEOUT says otherwise: more at once asks for a faster line."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file."""

    sha256: str
    tags: ExpectedTags

    @classmethod
    def of(cls, file: Path) -> Self:
        """Read a file; raises SourceNotFound."""
        digest = hashlib.sha256()

        def parts() -> Iterator[bytes]:
            with file.open("rb") as opened:
                while part := opened.read(_PART_BYTES):
                    digest.update(part)
                    yield part

        try:
            tags = ExpectedTags.of(parts())
        except OSError as error:
            raise SourceNotFound(f"{file.name} cannot be read: {error.strerror}.") from error
        return cls(digest.hexdigest(), tags)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, what was in it, and where it goes: ``location`` is a folder or the URL of a store."""

    file: LocalFile
    content: Content
    location: str
    key: str

    @classmethod
    def of(cls, file: Path, location: str, asset_id: str, upload_id: str) -> Self:
        """Look at a file that is to go into a store for the sake of an asset.

        Raises SourceNotFound, SourceTooLarge or UnsupportedSource where it cannot be a source.
        """
        before = LocalFile(file, Limits())
        key = layout.source_key(asset_id, upload_id, file.name)
        return cls(before, Content.of(file), location, key)

    @property
    def sha256(self) -> str:
        """Of what was in the file, in hexadecimal."""
        return self.content.sha256

    @property
    def where(self) -> str:
        """What a worker calls it: a path in a folder, else a URL."""
        folder = local_path(self.location)
        if folder is not None:
            return str(folder / self.key)
        return f"{self.location.rstrip('/')}/{quote(self.key)}"


def upload_and_queue(upload: Upload, queue: Callable[[], Queued]) -> Queued:
    """Upload, then ``queue`` a job for it; the upload stays unless it is known that no job has it.

    Raises SourceChanged or SourceNotFound where the file is not any more what it was, StoreFailed
    or StoreUnusable, and whatever ``queue`` does.
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


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except SourceChanged as error:
        raise SourceChanged(
            f"{name} was changed while it was being uploaded. "
            "Wait until it is written, then queue it again."
        ) from error
    except STORE_ERRORS as error:
        raise StoreFailed(
            f"{name} could not be uploaded: {reason(error)}. Check the store, then try again."
        ) from error


def _put(store: ObjectStore, upload: Upload) -> None:
    """Put the file as it was; what arrived as something else is taken away again."""
    with _translated(upload.file.path.name):
        try:
            _put_as_it_was(store, upload)
        except (SourceChanged, SourceNotFound, Altered):
            _take_away(store, upload)
            raise


def _put_as_it_was(store: ObjectStore, upload: Upload) -> None:
    for failures in range(_TRIES):
        if failures:
            pause(failures)
        if _is_put(store, upload):
            return
    raise Altered("it never arrives as it was sent")


def _is_put(store: ObjectStore, upload: Upload) -> bool:
    """Put the file once; tell whether it arrived, or raise that it is not any more what it was."""
    try:
        tag = whole_answer(lambda: _put_once(store, upload))
    except STORE_ERRORS:
        upload.file.check()  # the store is not to blame where there is no file to be read
        raise
    fits = upload.content.tags.fit(tag)
    if fits is None:  # reading all of it back would cost more than that is worth
        upload.file.check()
        return True
    if fits or _is_there(store, upload):
        return True
    if Content.of(upload.file.path) != upload.content:
        raise SourceChanged
    return False


def _put_once(store: ObjectStore, upload: Upload) -> str | None:
    put = obstore.put(
        store,
        upload.key,
        upload.file.path,
        chunk_size=_PART_BYTES,
        max_concurrency=_PARTS_AT_ONCE,
    )
    return put["e_tag"]


def _is_there(store: ObjectStore, upload: Upload) -> bool:
    """Read what was uploaded, where its tag does not tell that it is the file."""
    digest = hashlib.sha256()
    for part in whole_answer(lambda: obstore.get(store, upload.key)):
        digest.update(part)
    return digest.hexdigest() == upload.sha256


def _take_away(store: ObjectStore, upload: Upload) -> None:
    with suppress(*STORE_ERRORS):  # it is in nobody's way
        whole_answer(lambda: obstore.delete(store, upload.key))

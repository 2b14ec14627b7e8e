"""Bringing a source to where the workers are: into their store.

Large files go in parts, a few at a time, so that memory does not depend on the file. What was
uploaded for a job that then was not queued is taken away again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from manifests import layout
from origin.store import create_store, local_path
from packager.errors import SourceNotFound, SourceTooLarge, StoreFailed
from packager.limits import Limits
from packager.publishing.answers import whole_answer

_PART_BYTES: Final = 8 * 1024 * 1024
_PARTS_AT_ONCE: Final = 2
"""A request has 30 s unless AWS_TIMEOUT says otherwise: more at once asks for a faster line."""
_ERRORS: Final = (BaseError, OSError, ValueError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file, and the store that it goes into for the sake of an asset."""

    file: Path
    location: str
    asset_id: str

    @property
    def key(self) -> str:
        """Its key in the store."""
        return layout.source_key(self.asset_id, self.file.name)

    @property
    def where(self) -> str:
        """What a worker calls it: a path in a folder, else a URL."""
        folder = local_path(self.location)
        if folder is not None:
            return str(folder / self.key)
        return f"{self.location.rstrip('/')}/{quote(self.key)}"


@contextmanager
def keep_if_queued(upload: Upload | None) -> Iterator[Callable[[str], None]]:
    """Upload, and let the caller's block say which source a job has: another is not kept.

    Without an upload, nothing is done. Raises SourceNotFound, SourceTooLarge, StoreFailed or
    StoreUnusable.
    """
    if upload is None:
        yield lambda _source: None
        return
    _check(upload.file)
    queued: list[str] = []
    with create_store(upload.location) as store:
        is_first = _put(store, upload)
        try:
            yield queued.append
        finally:
            if is_first and upload.where not in queued:
                with suppress(*_ERRORS):  # it is in nobody's way, and gc finds it
                    whole_answer(lambda: obstore.delete(store, upload.key))


def _check(file: Path) -> None:
    try:
        size_bytes = file.stat().st_size
        with file.open("rb"):
            pass
    except OSError as error:
        raise SourceNotFound(f"{file} cannot be read: {error.strerror}.") from error
    if size_bytes > Limits().size_bytes:
        raise SourceTooLarge(
            f"{file.name} has {size_bytes} bytes, at most {Limits().size_bytes} are taken."
        )


def _put(store: ObjectStore, upload: Upload) -> bool:
    """Store the file; return whether nothing was there under its key."""
    try:
        is_first = not _is_there(store, upload.key)
        whole_answer(
            lambda: obstore.put(
                store,
                upload.key,
                upload.file,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
        )
    except _ERRORS as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise StoreFailed(
            f"{upload.file.name} could not be uploaded: {reason}. Check the store, then try again."
        ) from error
    return is_first


def _is_there(store: ObjectStore, key: str) -> bool:
    try:
        obstore.head(store, key)
    except FileNotFoundError:
        return False
    return True

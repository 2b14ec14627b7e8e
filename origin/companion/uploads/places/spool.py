"""Sources for stores that append to nothing: collected on this machine, and copied at the end.

They have to be sent to one machine, and the copying adds to the time after the last byte. Stores of
S3 do better (``bucket``).
"""

import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Final
from urllib.parse import quote

import obstore
from obstore.store import ObjectStore

from origin.companion.uploads.places.folder import FolderPlace, GrowingFile, in_threads, unfinished
from origin.companion.uploads.places.place import Source
from origin.delivery.errors import StoreUnavailable
from packager.publishing.reasons import STORE_ERRORS

_PART_BYTES: Final = 8 * 1024 * 1024
_PARTS_AT_ONCE: Final = 2
_LEFT_S: Final = 7 * 24 * 3600.0


class SpoolPlace:
    """A store of any kind, and the folder in which sources for it are collected."""

    takes_parts: ClassVar[bool] = False

    def __init__(
        self, location: str, store: ObjectStore, folder: Path, threads: ThreadPoolExecutor
    ) -> None:
        self._location = location.rstrip("/")
        self._store = store
        self._folder = folder
        self._threads = threads
        self._spool = FolderPlace(folder, threads)

    def where(self, key: str) -> str:
        """Return the URL."""
        return f"{self._location}/{quote(key)}"

    async def begin(self, key: str) -> str | None:
        """Clear away what processes that were killed left long ago."""
        del key
        await in_threads(self._threads, lambda: _clear(self._folder))
        return None

    @asynccontextmanager
    async def open(self, source: Source) -> AsyncIterator[GrowingFile]:
        """Give the caller's block the file that is copied at the end."""
        async with self._spool.open(source) as file:
            file.copy = lambda: self._copy(source)
            yield file

    async def _copy(self, source: Source) -> None:
        path = unfinished(self._folder / source.key)
        with _translated():
            await obstore.put_async(
                self._store,
                source.key,
                path,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )

    async def received_bytes(self, source: Source) -> int:
        """Return how large the file is."""
        return await self._spool.received_bytes(source)

    async def read(self, source: Source) -> AsyncIterator[bytes]:
        """Yield what is in the object."""
        with _translated():
            found = await obstore.get_async(self._store, source.key)
            async for part in found.stream():
                yield bytes(part)

    async def discard(self, source: Source) -> None:
        """Take away the file, and the object."""
        await self._spool.discard(source)
        with _translated(), suppress(FileNotFoundError):
            await obstore.delete_async(self._store, source.key)

    async def settled(self, source: Source) -> None:
        """Remove the file: the object is there."""
        await self._spool.discard(source)


def _clear(folder: Path) -> None:
    before_s = time.time() - _LEFT_S
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file() and path.stat().st_mtime < before_s:
                path.unlink()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except STORE_ERRORS as error:
        raise StoreUnavailable("The store does not take uploads now; try again later.") from error

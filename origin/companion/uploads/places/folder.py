"""Sources in a folder: a file grows beside the source's name, and gets it at the end.

The name beside it is one that obstore lists for nobody, and that ``gc`` clears away after a day
without a byte, unless the upload waits for more. The size of that file is what was received: the
kernel has it, whatever happens to the process. Who appends has the file locked, too: a process that
was stopped for so long that its lease went to another cannot come back and write.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from errno import EDQUOT, ENOSPC
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import ClassVar, Final, TypeVar

from origin.companion.uploads.holding import UploadBusy
from origin.companion.uploads.places.place import Source
from origin.delivery.errors import StoreUnavailable

_SYNC_EVERY_BYTES: Final = 64 * 1024 * 1024
"""Written out meanwhile, so that little is left to wait for at the end."""
_READ_BYTES: Final = 1 << 20
_UNFINISHED: Final = "#0"
_T = TypeVar("_T")


class FolderPlace:
    """A folder; ``threads`` do what a disk may hold up."""

    takes_parts: ClassVar[bool] = False

    def __init__(self, folder: Path, threads: ThreadPoolExecutor) -> None:
        self._folder = folder
        self._threads = threads

    def where(self, key: str) -> str:
        """Return the path."""
        return str(self._folder / key)

    async def begin(self, key: str) -> str | None:
        """Do nothing: ``open`` makes the file."""
        del key
        return None

    @asynccontextmanager
    async def open(self, source: Source) -> "AsyncIterator[GrowingFile]":
        """Give the caller's block the file."""
        path, opened = self._folder / source.key, list[int]()
        try:
            with _translated():
                await in_threads(self._threads, lambda: opened.append(_open(path)))
        except asyncio.CancelledError:
            for descriptor in opened:  # else its lock would stay
                os.close(descriptor)
            raise
        file = GrowingFile(opened[0], path, self._threads)
        try:
            yield file
        finally:
            await asyncio.shield(file.close())

    async def received_bytes(self, source: Source) -> int:
        """Return how large the file is."""
        return await in_threads(self._threads, lambda: _size(self._folder / source.key))

    async def read(self, source: Source) -> AsyncIterator[bytes]:
        """Yield what is in it."""
        with _translated():
            path = self._folder / source.key
            file = await in_threads(self._threads, lambda: path.open("rb"))
            try:
                while part := await in_threads(self._threads, file.read, _READ_BYTES):
                    yield part
            finally:
                file.close()

    async def discard(self, source: Source) -> None:
        """Remove the file, and the folders that nothing is in then."""
        with _translated():
            await in_threads(self._threads, lambda: _remove(self._folder, source.key))

    async def settled(self, source: Source) -> None:
        """Do nothing: nothing is left."""


class GrowingFile:
    """A source that is appended to; ``copy`` is done before it gets its name."""

    def __init__(self, descriptor: int, path: Path, threads: ThreadPoolExecutor) -> None:
        self._descriptor = descriptor
        self._path = path
        self._threads = threads
        self.position_bytes = os.fstat(descriptor).st_size
        self._kept_bytes = self.position_bytes
        self._is_torn = False
        self._sync: asyncio.Task[None] | None = None
        self.copy: Callable[[], Awaitable[None]] | None = None

    async def append(self, parts: Sequence[bytes]) -> None:
        """Write to its end; where that fails or is cancelled, the position is what is there."""
        with _translated():
            await in_threads(self._threads, self._write, parts)
            if self._sync is not None and self._sync.done():
                await self._synced()
        if self._sync is None and self.position_bytes - self._kept_bytes >= _SYNC_EVERY_BYTES:
            self._sync = asyncio.create_task(self._write_out(os.fdatasync))

    def hold_back(self) -> None:
        """Do nothing: it can be cut."""

    async def keep(self) -> None:
        """Write all of it out."""
        with _translated():
            await self._synced()
            self._sync = asyncio.create_task(self._write_out(os.fsync))
            await self._synced()

    async def cut(self, position_bytes: int) -> None:
        """Make it as short as that."""
        if position_bytes < self.position_bytes:
            with _translated():
                await in_threads(self._threads, self._truncate, position_bytes)

    async def beginning(self, size_bytes: int) -> bytes:
        """Return its first bytes."""
        with _translated():
            return await in_threads(self._threads, os.pread, self._descriptor, size_bytes, 0)

    async def complete(self) -> None:
        """Give it the source's name; raises UploadBusy where another's is there by now."""
        await self.keep()
        if self.copy is not None:
            with _translated():
                await in_threads(self._threads, lambda: _check(self._path, self._descriptor))
            await self.copy()
        with _translated():
            await in_threads(self._threads, lambda: _give_name(self._path, self._descriptor))

    async def close(self) -> None:
        """Let others have it, once all of it is written out: they take that for granted."""
        try:
            with suppress(OSError, StoreUnavailable):  # what was not taken is cut off
                await self._synced()
                if self._kept_bytes < self.position_bytes:
                    await self.keep()
        finally:
            os.close(self._descriptor)

    async def _write_out(self, sync: Callable[[int], None]) -> None:
        position_bytes = self.position_bytes

        def write_out() -> None:  # and what came of it, also where whoever waits is cancelled
            try:
                sync(self._descriptor)
            except OSError:
                self._is_torn = True
                raise
            self._kept_bytes = min(position_bytes, self.position_bytes)  # it may be cut meanwhile

        await in_threads(self._threads, write_out)

    async def _synced(self) -> None:
        """Wait until what is being written out is; where that failed, cut it off.

        The kernel says so once, and then takes what it could not write for written.
        """
        sync, self._sync = self._sync, None
        try:
            if sync is not None:
                await sync
        finally:
            if self._is_torn:
                await self.cut(self._kept_bytes)
                self._is_torn = False

    def _truncate(self, position_bytes: int) -> None:
        os.ftruncate(self._descriptor, position_bytes)
        self.position_bytes = position_bytes
        self._kept_bytes = min(self._kept_bytes, position_bytes)

    def _write(self, parts: Sequence[bytes]) -> None:
        for part in parts:
            left = memoryview(part)
            while left:
                written = os.pwrite(self._descriptor, left, self.position_bytes)
                self.position_bytes += written
                left = left[written:]


async def in_threads(threads: ThreadPoolExecutor, do: Callable[..., _T], *arguments: object) -> _T:
    """Return what ``do`` returns in a thread; where this is cancelled, after that has ended.

    A file must not be closed while a thread writes to it: the number is another's then.
    """
    running = asyncio.get_running_loop().run_in_executor(threads, do, *arguments)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):  # once more: it ends all the same
                await asyncio.wait({running})
        raise


def unfinished(path: Path) -> Path:
    """Return what a source is called while it grows."""
    return path.with_name(path.name + _UNFINISHED)


def _open(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    growing = unfinished(path)
    if not growing.exists():
        with suppress(FileNotFoundError):  # it got its name, and then its process was killed
            path.rename(growing)
    descriptor = os.open(growing, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise UploadBusy from error
    return descriptor


def _size(path: Path) -> int:
    for name in (unfinished(path), path):
        with suppress(FileNotFoundError):
            return name.stat().st_size
    return 0


def _give_name(path: Path, descriptor: int) -> None:
    _check(path, descriptor)
    unfinished(path).rename(path)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _check(path: Path, descriptor: int) -> None:
    """Raise UploadBusy where another file than this grows there: somebody began anew."""
    with suppress(FileNotFoundError):
        if os.path.samestat(unfinished(path).stat(), os.fstat(descriptor)):
            return
    raise UploadBusy


def _remove(root: Path, key: str) -> None:
    path = root / key
    for name in (unfinished(path), path):
        name.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        with suppress(OSError):  # something is in it
            folder.rmdir()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {ENOSPC, EDQUOT}:
            raise StoreUnavailable("There is no room left for uploads; try again later.") from error
        raise StoreUnavailable("What was sent could not be stored; try again later.") from error

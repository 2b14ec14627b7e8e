"""A file that is read while its bytes still arrive.

Whoever fills it holds a lock on all that is not there yet, and gives up every part once that is
written. Who reads asks for a lock of the other kind on what it reads next, and is given that when
nothing of it is missing any more. So the kernel does the waiting, among threads and processes
alike (open file description locks, fcntl(2) and fcntl_locking(2)).

That is only asked of files that are known to be arriving, in the process that fills them or because
another was told to ``expect`` them: who else locks a file is no business of ours.
"""

import errno
import fcntl
import io
import os
import struct
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer  # exist for type checkers alone

_FLOCK: Final = struct.Struct("@hhqqi4x")
"""struct flock, where off_t has 64 bits: kind, origin, start, length (0 is to the end), process."""
BUFFER_BYTES: Final = 2**18

_expected: Final[set[Path]] = set()


class NoLocks(Exception):
    """The file system, or the kernel, has no such locks: nobody can wait for parts of a file."""


class ArrivingFile:
    """A new file of ``size_bytes``, at least one, that is filled in any order; ``close`` it.

    Raises NoLocks before there is one; all of it raises OSError. Where it is closed before every
    byte was written, it is empty: who waits for it finds an end, and nothing that is not so.
    """

    def __init__(self, path: Path, size_bytes: int) -> None:
        self._path = path.absolute()
        self._missing_bytes = size_bytes
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.ftruncate(self._file, size_bytes)
            _hold(self._file, size_bytes)
        except BaseException:
            os.close(self._file)
            path.unlink()
            raise
        expect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, start: int, part: "ReadableBuffer") -> None:
        """Write the bytes from ``start`` on, which nobody waits for any more. Each byte once."""
        left = memoryview(part)
        while left:
            written = os.pwrite(self._file, left, start)
            _set_lock(self._file, fcntl.F_OFD_SETLK, fcntl.F_UNLCK, start, written)
            start, left = start + written, left[written:]
            self._missing_bytes -= written

    def check_complete(self) -> None:
        """Raise OSError where bytes are missing."""
        if self._missing_bytes:
            raise OSError(f"{self._missing_bytes} bytes have not come")

    def close(self) -> None:
        """Keep nobody waiting any more."""
        _expected.discard(self._path)
        try:
            if self._missing_bytes:
                os.ftruncate(self._file, 0)
        finally:
            os.close(self._file)


def open_bytes(path: Path) -> io.BufferedReader:
    """Open a file to read, and to wait for what of it still has to arrive; raises OSError."""
    return open_arriving(path) or path.open("rb")


def open_arriving(path: Path) -> io.BufferedReader | None:
    """Open a file like ``open_bytes`` where it is expected to arrive, else not at all."""
    if path.absolute() not in _expected:
        return None
    return io.BufferedReader(_Awaited(path), BUFFER_BYTES)


def expect(path: Path) -> None:
    """Let who opens this file in this process wait for what another process writes into it."""
    _expected.add(path.absolute())


def check_whole(file: io.BufferedReader, size_bytes: int) -> None:
    """Raise OSError where an open file is not so large any more: its rest will never arrive."""
    if os.fstat(file.fileno()).st_size < size_bytes:
        raise OSError(errno.EIO, "the file became shorter while it was read")


class _Awaited(io.RawIOBase):
    """A file of which everything that is read has arrived."""

    def __init__(self, path: Path) -> None:
        self._file = io.FileIO(path)
        self.name = str(path)

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        """Read what has arrived; wait where not even the next byte has."""
        start, view = self.tell(), memoryview(buffer).cast("B")
        length = len(view)
        while (missing_from := self._missing_from(start, length)) is not None:
            length = missing_from - start
            if length == 0:
                length = len(view)
                _set_lock(self.fileno(), fcntl.F_OFD_SETLKW, fcntl.F_RDLCK, start, 1)
                _set_lock(self.fileno(), fcntl.F_OFD_SETLK, fcntl.F_UNLCK, start, 1)
        return self._file.readinto(view[:length])

    def _missing_from(self, start: int, length: int) -> int | None:
        """Return where bytes are missing in a range, if any are; before that, others may be."""
        answer = _set_lock(self.fileno(), fcntl.F_OFD_GETLK, fcntl.F_RDLCK, start, length)
        kind, _, missing_from, _, _ = _FLOCK.unpack(answer)
        return None if kind == fcntl.F_UNLCK else max(missing_from, start)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()
        super().close()


def _hold(file: int, size_bytes: int) -> None:
    try:
        _set_lock(file, fcntl.F_OFD_SETLK, fcntl.F_WRLCK, 0, size_bytes)
    except OSError as error:
        raise NoLocks(str(error)) from error


def _set_lock(file: int, command: int, kind: int, start: int = 0, length: int = 0) -> bytes:
    request = _FLOCK.pack(kind, os.SEEK_SET, start, length, 0)
    return bytes(fcntl.fcntl(file, command, request))

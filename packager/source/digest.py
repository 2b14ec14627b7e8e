"""What a source is known by: its fingerprint at once, and its SHA-256 once there is time for it.

Before there is, it is known by how it begins: by the SHA-256 of what has been read of it so far.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from packager.errors import SourceNotFound
from packager.source.arrival import check_whole, open_bytes
from packager.source.fingerprint import Fingerprint, fingerprint

if TYPE_CHECKING:
    from io import BufferedReader

_BLOCK_BYTES: Final = 2**20


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first ``size_bytes`` of a source, or all of it, and their SHA-256 in hexadecimal."""

    size_bytes: int
    sha256: str


class SourceDigest:
    """Hashes a file beside the caller's ``with`` block, whose end ends it.

    ``wait`` is called before it waits for more of the file than tells it from others. What it
    returns is hexadecimal; all of it raises SourceNotFound, also where there are fewer than
    ``size_bytes``.
    """

    def __init__(
        self, path: Path, size_bytes: int, wait: Callable[[], object] = lambda: None
    ) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._wait = wait
        self._is_unwanted = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sha256")
        self._fingerprint = self._thread.submit(self._take_fingerprint)
        self._hash = _Hash(path, size_bytes, self._is_unwanted)
        self._sha256: Future[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_unwanted.set()
        self._thread.shutdown(cancel_futures=True)
        self._hash.close()

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint, which takes milliseconds; a small file's is its SHA-256."""
        return self._fingerprint.result()

    def begin(self) -> None:
        """Begin to take the SHA-256, unless that was begun."""
        self._begun()

    def sha256(self) -> str:
        """Return the SHA-256, and wait for it."""
        self._wait()
        return self._begun().result()

    def beginning(self, least_bytes: int) -> Beginning:
        """Return a beginning that has so many bytes at least, or is all there is."""
        with _translated():
            return self._hash.reach(least_bytes)

    def begins_with(self, other: Beginning) -> bool:
        """Tell whether the source begins so."""
        self._wait()
        with _translated(), open_bytes(self._path) as file:
            digest, left = hashlib.sha256(), other.size_bytes
            while left and (block := file.read1(min(left, _BLOCK_BYTES))):
                digest.update(block)
                left -= len(block)
            check_whole(file, self._size_bytes)
            return not left and digest.hexdigest() == other.sha256

    def _begun(self) -> Future[str]:
        if self._sha256 is None:
            self._sha256 = self._thread.submit(self._take_sha256)
        return self._sha256

    def _take_fingerprint(self) -> Fingerprint:
        with _translated():
            return fingerprint(self._path, self._size_bytes)

    def _take_sha256(self) -> str:
        known = self._fingerprint.result()
        if known.is_whole:
            return known.sha256
        with _translated():
            return self._hash.reach(None).sha256


class _Hash:
    """The SHA-256 of a file as far as it was taken; any thread takes it further, by turns.

    Where it ``is_unwanted``, it ends where it is.
    """

    def __init__(self, path: Path, size_bytes: int, is_unwanted: Event) -> None:
        self._path = path
        self._size_bytes = size_bytes
        self._is_unwanted = is_unwanted
        self._turn = Lock()
        self._file: BufferedReader | None = None
        self._digest = hashlib.sha256()
        self._reached = Beginning(0, self._digest.hexdigest())
        self._is_whole = False

    def reach(self, least_bytes: int | None) -> Beginning:
        """Return a beginning of so many bytes at least; of all where that is None, or too many."""
        while not (self._is_whole or self._is_unwanted.is_set()):
            if least_bytes is not None and self._reached.size_bytes >= least_bytes:
                break
            with self._turn:
                self._take_more()
        return self._reached

    def close(self) -> None:
        """Close the file; nobody may be at it any more."""
        if self._file is not None:
            self._file.close()

    def _take_more(self) -> None:
        if self._file is None:
            self._file = open_bytes(self._path)
        block = self._file.read1(_BLOCK_BYTES)  # whatever is there by now
        self._digest.update(block)
        read_bytes = self._reached.size_bytes + len(block)
        self._reached = Beginning(read_bytes, self._digest.hexdigest())
        if not block:
            check_whole(self._file, self._size_bytes)
            self._is_whole = True


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceNotFound("The file cannot be read any more. Check its disk.") from error

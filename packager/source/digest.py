"""What a source is known by: its fingerprint at once, and its SHA-256 once there is time for it."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Final, Self

from packager.errors import SourceNotFound
from packager.source.fingerprint import Fingerprint, fingerprint

_BLOCK_BYTES: Final = 2**20


class SourceDigest:
    """Hashes a file beside the caller's ``with`` block, whose end ends it.

    What it returns is hexadecimal; all of it raises SourceNotFound.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_unwanted = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sha256")
        self._fingerprint = self._thread.submit(self._take_fingerprint)
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

    def fingerprint(self) -> str:
        """Return the fingerprint, which takes milliseconds; a small file's is its SHA-256."""
        return self._fingerprint.result().sha256

    def begin(self) -> None:
        """Begin to take the SHA-256, unless that was begun."""
        self._begun()

    def known_sha256(self) -> str | None:
        """Return the SHA-256 where it was taken by now."""
        if self._sha256 is None or not self._sha256.done():
            return None
        return self._sha256.result()

    def sha256(self) -> str:
        """Return the SHA-256, and wait for it."""
        return self._begun().result()

    def _begun(self) -> Future[str]:
        if self._sha256 is None:
            self._sha256 = self._thread.submit(self._take_sha256)
        return self._sha256

    def _take_fingerprint(self) -> Fingerprint:
        with _translated():
            return fingerprint(self._path)

    def _take_sha256(self) -> str:
        known = self._fingerprint.result()
        if known.is_whole:
            return known.sha256
        digest = hashlib.sha256()
        with _translated(), self._path.open("rb", buffering=0) as file:
            while not self._is_unwanted.is_set() and (block := file.read(_BLOCK_BYTES)):
                digest.update(block)
        return digest.hexdigest()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceNotFound("The file cannot be read any more. Check its disk.") from error

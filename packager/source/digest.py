"""The SHA-256 of a source, which its revision is named for, taken while something else is done."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

from packager.errors import SourceNotFound

_BLOCK_BYTES: Final = 2**20


@contextmanager
def hashing(path: Path) -> Iterator[Callable[[], str]]:
    """Hash a file beside the caller's block, whose end ends it; what is yielded waits for it.

    That returns hexadecimal and raises SourceNotFound.
    """
    unwanted = Event()
    with ThreadPoolExecutor(1, thread_name_prefix="sha256") as executor:
        sha256 = executor.submit(_sha256_of, path, unwanted)
        try:
            yield sha256.result
        finally:
            unwanted.set()


def _sha256_of(path: Path, unwanted: Event) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            while not unwanted.is_set() and (block := file.read(_BLOCK_BYTES)):
                digest.update(block)
    except OSError as error:
        raise SourceNotFound("The file cannot be read any more. Check its disk.") from error
    return digest.hexdigest()

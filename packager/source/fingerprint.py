"""What tells one source from another within milliseconds, however large they are.

A small file's fingerprint is its SHA-256. Beyond that it is taken of the size, both ends and blocks
evenly spaced between them: two files may share it that differ nowhere else, as an edit of a long
recording may leave them. Who would take one for the other has to compare all of them.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packager.source.arrival import check_whole, open_bytes

WHOLE_BYTES: Final = 64 * 2**20
"""Up to here the whole is hashed, in less time than the source's decoder takes to look into it."""

END_BYTES: Final = 2**20
_BLOCKS: Final = 64
_BLOCK_BYTES: Final = 2**16


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``sha256`` is hexadecimal; ``is_whole`` where it is that of the entire file."""

    sha256: str
    is_whole: bool


def fingerprint(path: Path, size_bytes: int) -> Fingerprint:
    """Return the fingerprint of a file, once what it is taken of has arrived; raises OSError."""
    with open_bytes(path) as file:
        if is_whole := size_bytes <= WHOLE_BYTES:
            digest = hashlib.file_digest(file, "sha256")
        else:
            digest = hashlib.sha256(b"fingerprint of %d bytes" % size_bytes)
            for start, length in sampled(size_bytes):
                file.seek(start)
                digest.update(file.read(length))
        check_whole(file, size_bytes)
    return Fingerprint(digest.hexdigest(), is_whole)


def sampled(size_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield where each part begins that is looked at in a large file, and its length in bytes."""
    yield 0, END_BYTES
    room_bytes = size_bytes - 2 * END_BYTES - _BLOCK_BYTES
    for number in range(_BLOCKS):
        yield END_BYTES + room_bytes * number // (_BLOCKS - 1), _BLOCK_BYTES
    yield size_bytes - END_BYTES, END_BYTES

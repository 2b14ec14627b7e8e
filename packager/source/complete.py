"""Tell a whole file from one that was cut off, where libavformat makes do with what is there.

A WAV is compared with the size that its ``data`` chunk declares; an Ogg stream has to end with a
page that says so (RFC 3533 §6). FLAC, AIFF, MP4 and MP3 with a Xing header promise a number of
samples, which decoding holds them to.
"""

import struct
from pathlib import Path
from typing import BinaryIO, Final

from packager.errors import CorruptSource
from packager.source.arrival import open_bytes

CUT_OFF: Final = (
    "This file ends before its sound does: it was cut off while it was saved or sent. "
    "Export or upload it again."
)

_CHUNK: Final = struct.Struct("<4sI")
_RIFF_HEADER_SIZE: Final = 12
_STREAMED: Final = 0xFFFF_FFFF
"""What a program writes that could not go back to fill in the size; RF64 means "see ds64"."""
_MOST_CHUNKS: Final = 1_000
_LARGEST_OGG_PAGE: Final = 27 + 255 + 255 * 255
_OGG_END_OF_STREAM: Final = 4


def check_complete(path: Path, container: str) -> None:
    """Raise CorruptSource where the container's own framing shows that the end is missing."""
    with open_bytes(path) as file:
        if container == "wav" and _wav_is_cut(file, path.stat().st_size):
            raise CorruptSource(CUT_OFF)
        if container == "ogg" and _ogg_is_cut(file, path.stat().st_size):
            raise CorruptSource(CUT_OFF)


def _wav_is_cut(file: BinaryIO, size_bytes: int) -> bool:
    position = _RIFF_HEADER_SIZE
    for _ in range(_MOST_CHUNKS):
        file.seek(position)
        header = file.read(_CHUNK.size)
        if len(header) < _CHUNK.size:
            return False
        name: bytes
        length: int
        name, length = _CHUNK.unpack(header)
        position += _CHUNK.size
        if name == b"data":
            return length != _STREAMED and position + length > size_bytes
        position += length + length % 2
    return False


def _ogg_is_cut(file: BinaryIO, size_bytes: int) -> bool:
    file.seek(max(size_bytes - _LARGEST_OGG_PAGE, 0))
    tail = file.read(_LARGEST_OGG_PAGE)
    page = tail[tail.rfind(b"OggS") :]
    flags_at, segments_at = 5, 26
    if len(page) <= segments_at or not page[flags_at] & _OGG_END_OF_STREAM:
        return True
    lengths = page[segments_at + 1 : segments_at + 1 + page[segments_at]]
    return len(page) < segments_at + 1 + page[segments_at] + sum(lengths)

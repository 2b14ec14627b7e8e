"""What the first block of a WavPack file says of its samples (WavPack 4 and 5 file format, §2).

libavcodec tells neither that samples are floating-point before it has decoded some, nor that a file
is the lossy half of a hybrid, whose other half is a file beside it that nobody uploads.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from packager.source.arrival import open_bytes

_HEADER: Final = struct.Struct("<4s20xI4x")
_MAGIC: Final = b"wvpk"
_BYTES_STORED: Final = 0b11
_HYBRID: Final = 1 << 3
_SHIFT_AT: Final = 13
_SHIFT: Final = 0b11111


@dataclass(frozen=True, slots=True)
class WavPackBlock:
    """The first block; floating-point samples have 32 bits, as they have in ``pcm_f32le``."""

    bits_per_sample: int
    is_hybrid: bool

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read it; None where the file does not begin with one."""
        with open_bytes(path) as file:
            header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return None
        magic, flags = _HEADER.unpack(header)
        if magic != _MAGIC:
            return None
        bits = ((flags & _BYTES_STORED) + 1) * 8 - (flags >> _SHIFT_AT & _SHIFT)
        return cls(max(bits, 1), bool(flags & _HYBRID))

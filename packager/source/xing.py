"""The Xing header: how many frames an MP3 had when its encoder finished it.

It sits in a frame of its own before the first that sounds, as ``Xing`` or ``Info``, four bytes of
flags, and the count where the lowest flag says so ("Mp3 Info Tag", gabriel.mp3-tech.org).
libavformat takes that frame away, and replaces the count by a guess where the file is longer.
"""

import struct
from pathlib import Path
from typing import Final

from packager.source.arrival import open_bytes

_LONGEST_FRAME: Final = 2_881
_NAMES: Final = (b"Xing", b"Info")
_FLAGS_AND_FRAMES: Final = struct.Struct(">4xII")
_HAS_FRAMES: Final = 1


def declared_frames(path: Path, first_frame_at: int) -> int | None:
    """Return the count that stands before the byte ``first_frame_at``, None where none does."""
    with open_bytes(path) as file:
        file.seek(max(first_frame_at - _LONGEST_FRAME, 0))
        before = file.read(min(first_frame_at, _LONGEST_FRAME))
    at = max(map(before.rfind, _NAMES))
    if at < 0 or at + _FLAGS_AND_FRAMES.size > len(before):
        return None
    flags, frames = _FLAGS_AND_FRAMES.unpack_from(before, at)
    return int(frames) if flags & _HAS_FRAMES else None

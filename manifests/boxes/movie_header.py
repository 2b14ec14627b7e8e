"""The movie's own clock (``mvhd``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import Box, full_box

UNITY_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The transformation that leaves a picture where it is; a sound's headers carry it as well."""

_REST: Final = struct.pack(">IH10x", 0x10000, 0x0100) + UNITY_MATRIX + bytes(24)
"""Rate 1.0, volume 1.0 and what is constant, up to the next track's id."""


@dataclass(frozen=True, slots=True)
class MovieHeader:
    """A MovieHeaderBox (ISO/IEC 14496-12 §8.2.2); dates are left at zero, to be reproducible."""

    timescale: int
    duration_ticks: int = 0

    def encode(self, next_track_id: int) -> bytes:
        """Write it in version 0."""
        times = struct.pack(">8xII", self.timescale, self.duration_ticks)
        return full_box("mvhd", 0, 0, times, _REST, struct.pack(">I", next_track_id))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``mvhd`` box."""
        fields = found.fields()
        width = fields.time_width()
        fields.skip(2 * width)
        return cls(timescale=fields.unsigned(4), duration_ticks=fields.unsigned(width))

"""A track's clock (``mdhd``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import Box, full_box

_UNDETERMINED: Final = 0x55C4
"""The language ``und``, packed in five bits a letter (ISO 639-2/T)."""


@dataclass(frozen=True, slots=True)
class MediaHeader:
    """A MediaHeaderBox (ISO/IEC 14496-12 §8.4.2)."""

    timescale: int
    duration_ticks: int = 0

    def encode(self) -> bytes:
        """Write it in version 0, its language undetermined."""
        times = struct.pack(">8xIIH2x", self.timescale, self.duration_ticks, _UNDETERMINED)
        return full_box("mdhd", 0, 0, times)

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``mdhd`` box."""
        fields = found.fields()
        width = fields.time_width()
        fields.skip(2 * width)
        return cls(timescale=fields.unsigned(4), duration_ticks=fields.unsigned(width))

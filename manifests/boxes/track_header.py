"""Who a track is in its movie (``tkhd``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import Box, full_box
from manifests.boxes.movie_header import UNITY_MATRIX

_ENABLED_IN_MOVIE_AND_PREVIEW: Final = 7
_SOUND: Final = struct.pack(">8xHHH2x", 0, 0, 0x0100) + UNITY_MATRIX + bytes(8)
"""Layer, alternate group, full volume, and no width and height."""


@dataclass(frozen=True, slots=True)
class TrackHeader:
    """A TrackHeaderBox of a sound (ISO/IEC 14496-12 §8.3.2), in the movie's ticks."""

    track_id: int
    duration_ticks: int = 0

    def encode(self) -> bytes:
        """Write it in version 0."""
        identity = struct.pack(">8xI4xI", self.track_id, self.duration_ticks)
        return full_box("tkhd", 0, _ENABLED_IN_MOVIE_AND_PREVIEW, identity, _SOUND)

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``tkhd`` box."""
        fields = found.fields()
        width = fields.time_width()
        fields.skip(2 * width)
        track_id = fields.unsigned(4)
        fields.skip(4)
        return cls(track_id, duration_ticks=fields.unsigned(width))

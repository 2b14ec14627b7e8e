"""What is said in advance of a movie's fragments (``mehd``, ``trex``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import FULL_BOX_BYTES, Box, full_box

INDEPENDENT_SAMPLE: Final = 0x02000000
"""Sample flags of a sample that depends on no other (ISO/IEC 14496-12 §8.8.3.1)."""


@dataclass(frozen=True, slots=True)
class MovieExtendsHeader:
    """A MovieExtendsHeaderBox (ISO/IEC 14496-12 §8.8.2), in the movie's timescale."""

    fragment_duration_ticks: int

    def encode(self) -> bytes:
        """Write it in version 1, which has room for any duration."""
        return full_box("mehd", 1, 0, struct.pack(">Q", self.fragment_duration_ticks))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``mehd`` box."""
        fields = found.fields()
        return cls(fields.unsigned(fields.time_width()))


@dataclass(frozen=True, slots=True)
class TrackExtends:
    """A TrackExtendsBox (ISO/IEC 14496-12 §8.8.3): what holds for samples that do not say."""

    track_id: int
    default_duration_ticks: int
    default_size_bytes: int = 0
    default_flags: int = INDEPENDENT_SAMPLE
    default_description_index: int = 1

    def encode(self) -> bytes:
        """Write it."""
        fields = struct.pack(
            ">5I",
            self.track_id,
            self.default_description_index,
            self.default_duration_ticks,
            self.default_size_bytes,
            self.default_flags,
        )
        return full_box("trex", 0, 0, fields)

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``trex`` box."""
        fields = found.fields()
        fields.skip(FULL_BOX_BYTES)
        track_id, index, duration_ticks, size_bytes, flags = fields.words(5)
        return cls(track_id, duration_ticks, size_bytes, flags, index)

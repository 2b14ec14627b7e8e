"""Which part of the media is presented (``elst``): how the encoder's priming is left out."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import Box, broken, full_box

_RATE_ONE: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Edit:
    """One entry of an edit list.

    ``segment_duration_ticks`` counts in the movie's timescale; 0 means to the end of all fragments.
    ``media_time_ticks`` counts in the track's; -1 is a pause. ``rate`` is 16.16 fixed point.
    """

    segment_duration_ticks: int
    media_time_ticks: int
    rate: int = _RATE_ONE


@dataclass(frozen=True, slots=True)
class EditList:
    """An EditListBox (ISO/IEC 14496-12 §8.6.6)."""

    edits: tuple[Edit, ...]

    def encode(self) -> bytes:
        """Write it in version 1, which has room for any duration."""
        entries = (
            struct.pack(">QqI", edit.segment_duration_ticks, edit.media_time_ticks, edit.rate)
            for edit in self.edits
        )
        return full_box("elst", 1, 0, struct.pack(">I", len(self.edits)), *entries)

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read an ``elst`` box."""
        fields = found.fields()
        width = fields.time_width()
        count = fields.unsigned(4)
        if count * (2 * width + 4) > fields.remaining:
            raise broken(found.kind, f"says {count} entries and has not the bytes for them")
        return cls(
            tuple(
                Edit(fields.unsigned(width), fields.signed(width), fields.unsigned(4))
                for _ in range(count)
            )
        )

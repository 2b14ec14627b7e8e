"""One run of samples that lie behind each other in the data (``trun``)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import Box, broken, full_box

_DATA_OFFSET: Final = 0x000001
_FIRST_FLAGS: Final = 0x000004
_DURATIONS: Final = 0x000100
_SIZES: Final = 0x000200
_PER_SAMPLE: Final = (_DURATIONS, _SIZES, 0x000400, 0x000800)
"""Flags of the words that each sample may have, in their order: duration, size, flags, offset."""


@dataclass(frozen=True, slots=True)
class TrackRun:
    """A TrackRunBox (ISO/IEC 14496-12 §8.8.8).

    ``durations_ticks`` and ``sizes_bytes`` hold one value a sample, or are None where the defaults
    count. ``data_offset`` is from the fragment's base; None continues where the last run ended.
    """

    sample_count: int
    data_offset: int | None
    durations_ticks: Sequence[int] | None
    sizes_bytes: Sequence[int] | None

    def encode(self) -> bytes:
        """Write it in version 0."""
        flags = 0
        head = struct.pack(">I", self.sample_count)
        if self.data_offset is not None:
            flags |= _DATA_OFFSET
            head += struct.pack(">i", self.data_offset)
        columns = []
        for flag, values in ((_DURATIONS, self.durations_ticks), (_SIZES, self.sizes_bytes)):
            if values is not None:
                flags |= flag
                columns.append(values)
        words = [word for row in zip(*columns, strict=True) for word in row]
        return full_box("trun", 0, flags, head, struct.pack(f">{len(words)}I", *words))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``trun`` box; the samples' flags and composition offsets are passed over."""
        fields = found.fields()
        _, flags = fields.version_and_flags()
        count = fields.unsigned(4)
        data_offset = fields.signed(4) if flags & _DATA_OFFSET else None
        if flags & _FIRST_FLAGS:
            fields.skip(4)
        columns = [flag for flag in _PER_SAMPLE if flags & flag]
        width = len(columns)
        if 4 * width * count > fields.remaining:
            raise broken(found.kind, f"says {count} samples and has not the bytes for them")
        words = fields.words(width * count)

        def column(flag: int) -> tuple[int, ...] | None:
            return words[columns.index(flag) :: width] if flag in columns else None

        return cls(count, data_offset, column(_DURATIONS), column(_SIZES))

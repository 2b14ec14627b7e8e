"""Where a track's samples are stored (``dref``): in fMP4, always in the same file."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import FULL_BOX_BYTES, Box, full_box

_SELF_CONTAINED: Final = 1
_ENTRY_COUNT_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class DataReference:
    """A DataReferenceBox (ISO/IEC 14496-12 §8.7.2)."""

    self_contained: bool

    @staticmethod
    def encode() -> bytes:
        """Write the one that says that the samples are in this file."""
        return full_box("dref", 0, 0, struct.pack(">I", 1), full_box("url ", 0, _SELF_CONTAINED))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``dref`` box; it is self-contained if each of its entries is."""
        entries = found.children(skip=FULL_BOX_BYTES + _ENTRY_COUNT_BYTES)
        flags = (entry.fields().version_and_flags()[1] for entry in entries)
        return cls(self_contained=all(flag & _SELF_CONTAINED for flag in flags))

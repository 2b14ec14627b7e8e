"""The samples that an initialization section holds itself: none, in a fragmented file."""

from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import FULL_BOX_BYTES, Box, full_box

_SAMPLE_SIZE_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class SampleTable:
    """The count of a SampleTableBox's sizes (ISO/IEC 14496-12 §8.5.1, §8.7.3)."""

    sample_count: int

    @staticmethod
    def encode_empty() -> bytes:
        """Write the four tables that are mandatory, without entries (RFC 8216 §3.3)."""
        return (
            full_box("stts", 0, 0, bytes(4))
            + full_box("stsc", 0, 0, bytes(4))
            + full_box("stsz", 0, 0, bytes(8))
            + full_box("stco", 0, 0, bytes(4))
        )

    @classmethod
    def decode(cls, table: Box) -> Self:
        """Read a ``stbl`` box; ``stsz`` and ``stz2`` place their count alike."""
        sizes = table.find("stsz") or table.find("stz2")
        if sizes is None:
            return cls(sample_count=0)
        fields = sizes.fields()
        fields.skip(FULL_BOX_BYTES + _SAMPLE_SIZE_BYTES)
        return cls(sample_count=fields.unsigned(4))

"""Which specifications a file (``ftyp``) or a segment (``styp``) says that it follows."""

import struct
from dataclasses import dataclass
from typing import Self

from manifests.boxes.box import MAX_SIBLINGS, Box, box, broken


@dataclass(frozen=True, slots=True)
class Brands:
    """A FileTypeBox or SegmentTypeBox (ISO/IEC 14496-12 §4.3, §8.16.2)."""

    major: str
    compatible: tuple[str, ...]
    minor_version: int = 0

    def encode(self, kind: str) -> bytes:
        """Write it as a box of that kind."""
        codes = "".join(self.compatible).encode("ascii")
        return box(kind, struct.pack(">4sI", self.major.encode("ascii"), self.minor_version), codes)

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``ftyp`` or ``styp`` box."""
        fields = found.fields()
        major = fields.character_code()
        minor_version = fields.unsigned(4)
        count = fields.remaining // 4
        if count > MAX_SIBLINGS:
            raise broken(found.kind, f"names {count} brands, more than {MAX_SIBLINGS}")
        compatible = tuple(fields.character_code() for _ in range(count))
        return cls(major, compatible, minor_version)

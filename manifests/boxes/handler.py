"""What kind of media a track holds (``hdlr``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import FULL_BOX_BYTES, Box, full_box

SOUND: Final = "soun"


@dataclass(frozen=True, slots=True)
class Handler:
    """A HandlerBox (ISO/IEC 14496-12 §8.4.3); the name, for people to read, is left empty."""

    media: str

    def encode(self) -> bytes:
        """Write it."""
        return full_box("hdlr", 0, 0, struct.pack(">4x4s12xx", self.media.encode("ascii")))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``hdlr`` box."""
        fields = found.fields()
        fields.skip(FULL_BOX_BYTES + 4)
        return cls(fields.character_code())

"""How many samples a decoder needs before its sound is right (sample group ``roll``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import Box, full_box

_ROLL: Final = "roll"
_ROLL_DISTANCE_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class RollRecovery:
    """An AudioRollRecoveryEntry in a SampleGroupDescriptionBox (ISO/IEC 14496-12 §10.1, §8.9.3).

    ``distance`` is negative: the number of samples to decode before the first right one.
    """

    distance: int

    def encode(self) -> bytes:
        """Write a ``sgpd`` box of version 1 with this one entry."""
        head = struct.pack(">4sIIh", _ROLL.encode("ascii"), _ROLL_DISTANCE_BYTES, 1, self.distance)
        return full_box("sgpd", 1, 0, head)

    @classmethod
    def decode(cls, found: Box) -> Self | None:
        """Read a ``sgpd`` box; None where it describes another grouping or nothing."""
        fields = found.fields()
        version, _ = fields.version_and_flags()
        if fields.character_code() != _ROLL:
            return None
        length = fields.unsigned(4) if version else _ROLL_DISTANCE_BYTES
        if version > 1:
            fields.skip(4)
        if not fields.unsigned(4):
            return None
        if version and not length:
            fields.skip(4)
        return cls(fields.signed(_ROLL_DISTANCE_BYTES))


def encode_roll_members(sample_count: int) -> bytes:
    """Write a ``sbgp`` box: every sample is of the first group that the track describes."""
    members = struct.pack(">4sIII", _ROLL.encode("ascii"), 1, sample_count, 1)
    return full_box("sbgp", 0, 0, members)

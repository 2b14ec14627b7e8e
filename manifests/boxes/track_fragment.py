"""What a fragment says of its samples as a whole (``mfhd``, ``tfhd``, ``tfdt``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import FULL_BOX_BYTES, Box, full_box

_BASE_DATA_OFFSET: Final = 0x000001
_DESCRIPTION_INDEX: Final = 0x000002
_DEFAULT_DURATION: Final = 0x000008
_DEFAULT_SIZE: Final = 0x000010
_DEFAULT_FLAGS: Final = 0x000020
_BASE_IS_MOOF: Final = 0x020000


@dataclass(frozen=True, slots=True)
class FragmentNumber:
    """A MovieFragmentHeaderBox (ISO/IEC 14496-12 §8.8.5)."""

    sequence_number: int

    def encode(self) -> bytes:
        """Write it."""
        return full_box("mfhd", 0, 0, struct.pack(">I", self.sequence_number))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``mfhd`` box."""
        fields = found.fields()
        fields.skip(FULL_BOX_BYTES)
        return cls(fields.unsigned(4))


@dataclass(frozen=True, slots=True)
class TrackFragmentHeader:
    """A TrackFragmentHeaderBox (ISO/IEC 14496-12 §8.8.7); what it leaves to ``trex`` is None."""

    track_id: int
    base_is_moof: bool = True
    base_data_offset: int | None = None
    description_index: int | None = None
    default_duration_ticks: int | None = None
    default_size_bytes: int | None = None
    default_flags: int | None = None

    def encode(self) -> bytes:
        """Write it, with the fields that are present."""
        options = (
            (_BASE_DATA_OFFSET, ">Q", self.base_data_offset),
            (_DESCRIPTION_INDEX, ">I", self.description_index),
            (_DEFAULT_DURATION, ">I", self.default_duration_ticks),
            (_DEFAULT_SIZE, ">I", self.default_size_bytes),
            (_DEFAULT_FLAGS, ">I", self.default_flags),
        )
        present = [option for option in options if option[2] is not None]
        flags = sum(flag for flag, _, _ in present) | (_BASE_IS_MOOF if self.base_is_moof else 0)
        fields = (struct.pack(layout, value) for _, layout, value in present)
        return full_box("tfhd", 0, flags, struct.pack(">I", self.track_id), *fields)

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``tfhd`` box."""
        fields = found.fields()
        _, flags = fields.version_and_flags()
        return cls(
            track_id=fields.unsigned(4),
            base_is_moof=bool(flags & _BASE_IS_MOOF),
            base_data_offset=fields.unsigned(8) if flags & _BASE_DATA_OFFSET else None,
            description_index=fields.unsigned(4) if flags & _DESCRIPTION_INDEX else None,
            default_duration_ticks=fields.unsigned(4) if flags & _DEFAULT_DURATION else None,
            default_size_bytes=fields.unsigned(4) if flags & _DEFAULT_SIZE else None,
            default_flags=fields.unsigned(4) if flags & _DEFAULT_FLAGS else None,
        )


@dataclass(frozen=True, slots=True)
class DecodeTime:
    """A TrackFragmentBaseMediaDecodeTimeBox (ISO/IEC 14496-12 §8.8.12), in the track's ticks."""

    base_media_decode_time_ticks: int

    def encode(self) -> bytes:
        """Write it in version 1, which has room for any time."""
        return full_box("tfdt", 1, 0, struct.pack(">Q", self.base_media_decode_time_ticks))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``tfdt`` box."""
        fields = found.fields()
        return cls(fields.unsigned(fields.time_width()))

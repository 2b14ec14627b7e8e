"""The header of an AAC frame that stands by itself (ADTS, ISO/IEC 14496-3 §1.A.3.2)."""

from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.audio_config import CHANNELS, RATES_HZ, AudioConfig
from manifests.errors import ManifestError

HEADER_BYTES: Final = 7
CHECKED_HEADER_BYTES: Final = 9
"""With a checksum behind it."""

LONGEST_FRAME_BYTES: Final = (1 << 13) - 1
_SECTION: Final = "ISO/IEC 14496-3 §1.A.3.2"
_SYNC: Final = 0xFFF << 44
_SYNC_MASK: Final = (0xFFF << 4 | 0b0110) << 40
"""The sync word, and the layer, which is 0 and tells AAC from MP3. MPEG-2 or 4 is left open."""
_NO_CHECKSUM: Final = 1 << 40
_ANY_FULLNESS: Final = 0x7FF


@dataclass(frozen=True, slots=True)
class AdtsHeader:
    """One frame's header; ``frame_bytes`` counts it, ``blocks`` are of 1,024 samples each.

    ``channels`` is None where the frame itself would have to say.
    """

    object_type: int
    sample_rate_hz: int
    channels: int | None
    frame_bytes: int
    header_bytes: int = HEADER_BYTES
    blocks: int = 1

    @classmethod
    def around(cls, config: AudioConfig, payload_bytes: int) -> Self:
        """Return the header of one access unit; ManifestError where it does not fit."""
        frame_bytes = HEADER_BYTES + payload_bytes
        if frame_bytes > LONGEST_FRAME_BYTES:
            raise _broken(f"a frame of {frame_bytes} bytes is too long")
        if config.sample_rate_hz not in RATES_HZ or config.channels not in CHANNELS[1:]:
            raise _broken("it has no code for this rate or these channels")
        return cls(config.object_type, config.sample_rate_hz, config.channels, frame_bytes)

    def to_bytes(self) -> bytes:
        """Return the seven bytes of a header without checksum, whose buffer may be any."""
        bits = _SYNC | _NO_CHECKSUM
        bits |= self.object_type - 1 << 38
        bits |= RATES_HZ.index(self.sample_rate_hz) << 34
        bits |= CHANNELS.index(self.channels) << 30
        bits |= self.frame_bytes << 13
        bits |= _ANY_FULLNESS << 2 | self.blocks - 1
        return bits.to_bytes(HEADER_BYTES, "big")

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the header at the front of ``data``; ManifestError where there is none."""
        bits = int.from_bytes(data[:HEADER_BYTES], "big")
        rate_index = bits >> 34 & 0xF
        frame_bytes = bits >> 13 & LONGEST_FRAME_BYTES
        header_bytes = HEADER_BYTES if bits & _NO_CHECKSUM else CHECKED_HEADER_BYTES
        if not is_adts(data):
            raise _broken("no frame begins here")
        if rate_index >= len(RATES_HZ):
            raise _broken(f"its sampling frequency index {rate_index} is reserved")
        if frame_bytes < header_bytes:
            raise _broken(f"its length of {frame_bytes} bytes is less than that of its header")
        return cls(
            object_type=(bits >> 38 & 0x3) + 1,
            sample_rate_hz=RATES_HZ[rate_index],
            channels=CHANNELS[bits >> 30 & 0x7],
            frame_bytes=frame_bytes,
            header_bytes=header_bytes,
            blocks=(bits & 0x3) + 1,
        )


def is_adts(data: bytes) -> bool:
    """Tell whether a whole header may begin ``data``."""
    bits = int.from_bytes(data[:HEADER_BYTES], "big")
    return len(data) >= HEADER_BYTES and bits & _SYNC_MASK == _SYNC


def _broken(message: str) -> ManifestError:
    return ManifestError(message, tag="ADTS", section=_SECTION)

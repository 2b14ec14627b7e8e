"""What a FLAC decoder is told before its first frame (``dfLa`` and STREAMINFO)."""

from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import FULL_BOX_BYTES, Box, broken, full_box

_STREAM_INFO: Final = 0
_LAST_BLOCK: Final = 0x80
_CHECKSUM_BYTES: Final = 16
_RATE_BITS, _CHANNEL_BITS, _DEPTH_BITS, _TOTAL_BITS = 20, 3, 5, 36
STREAM_INFO_BYTES: Final = 34


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A STREAMINFO metadata block (RFC 9639 §8.2) of a stream with blocks of one size.

    ``block_samples`` is the size of every block but the last, which may be shorter. What depends
    on the whole of the sound (frame sizes, length, MD5) is written as unknown, so that a stream can
    begin before its end is there.
    """

    block_samples: int
    sample_rate_hz: int
    channels: int
    bits_per_sample: int

    def to_bytes(self) -> bytes:
        """Return the block's 34 bytes, without its header."""
        fields = self.sample_rate_hz
        fields = fields << _CHANNEL_BITS | self.channels - 1
        fields = fields << _DEPTH_BITS | self.bits_per_sample - 1
        fields <<= _TOTAL_BITS
        sizes = self.block_samples.to_bytes(2, "big") * 2 + bytes(6)
        return sizes + fields.to_bytes(8, "big") + bytes(_CHECKSUM_BYTES)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the block; only its own first 34 bytes are looked at."""
        if len(data) < STREAM_INFO_BYTES:
            raise broken("dfLa", f"its STREAMINFO has {len(data)} bytes, not {STREAM_INFO_BYTES}")
        fields = int.from_bytes(data[10:18], "big") >> _TOTAL_BITS
        return cls(
            block_samples=int.from_bytes(data[2:4], "big"),
            sample_rate_hz=fields >> _CHANNEL_BITS + _DEPTH_BITS,
            channels=(fields >> _DEPTH_BITS & (1 << _CHANNEL_BITS) - 1) + 1,
            bits_per_sample=(fields & (1 << _DEPTH_BITS) - 1) + 1,
        )

    def encode(self) -> bytes:
        """Write a ``dfLa`` box with this one block in it (FLAC in ISO-BMFF §3.3.2)."""
        header = bytes((_LAST_BLOCK | _STREAM_INFO,)) + STREAM_INFO_BYTES.to_bytes(3, "big")
        return full_box("dfLa", 0, 0, header, self.to_bytes())

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read a ``dfLa`` box, in which STREAMINFO comes first."""
        fields = found.fields()
        fields.skip(FULL_BOX_BYTES)
        kind = fields.unsigned(1) & ~_LAST_BLOCK
        if kind != _STREAM_INFO:
            raise broken(found.kind, f"begins with metadata block {kind}, not with STREAMINFO")
        return cls.from_bytes(fields.octets(fields.unsigned(3)))

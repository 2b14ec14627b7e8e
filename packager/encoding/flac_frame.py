"""Give a FLAC frame another number (RFC 9639 §9.1.5), without a look at its samples.

The number is in the header, which is under a checksum of its own (CRC-8), and the whole frame under
another (CRC-16). That one begins at 0 and is linear: the checksum of a frame is the sum of what its
header and its body contribute. So the old header's contribution is taken out of the encoder's own
checksum and the new one's put in, which takes time by the header's length, not by the frame's.
"""

from functools import cache, reduce
from typing import Final

_SYNC_AND_BLOCKING: Final = b"\xff\xf8"
"""The sync code, and a stream whose blocks have one size: frames are what is counted."""

_FIXED_BYTES: Final = 4
_CHECKSUM_BYTES: Final = 2
_SIZE_FIELD_BYTES: Final = {6: 1, 7: 2}
_RATE_FIELD_BYTES: Final = {12: 1, 13: 2, 14: 2}
_CRC_8: Final = 0x07
_CRC_16: Final = 0x8005
_ONE_BYTE: Final = 0x80
_LONGEST_FRAME_BITS: Final = 16
"""Frames are shorter than 2**16 bytes: 1,024 samples of 32 bits in 8 channels are half of that."""

_Table = tuple[int, ...]


def renumbered(frame: bytes, number: int) -> bytes:
    """Return a whole frame as frame ``number`` of its stream; ValueError where it is none."""
    if not frame.startswith(_SYNC_AND_BLOCKING):
        raise ValueError("this is no FLAC frame of a stream with blocks of one size")
    optional = _FIXED_BYTES + _number_bytes(frame[_FIXED_BYTES])
    end = optional + _optional_bytes(frame[2])
    fields = frame[:_FIXED_BYTES] + coded_number(number) + frame[optional:end]
    header = fields + bytes((crc_8(fields),))
    body = frame[end + 1 : -_CHECKSUM_BYTES]
    change = _after_zeros(crc_16(frame[: end + 1]) ^ crc_16(header), len(body))
    checksum = int.from_bytes(frame[-_CHECKSUM_BYTES:], "big") ^ change
    return header + body + checksum.to_bytes(_CHECKSUM_BYTES, "big")


def coded_number(number: int) -> bytes:
    """Code a number of up to 31 bits as UTF-8 would, if it went on (RFC 9639 §9.1.5)."""
    if number < _ONE_BYTE:
        return bytes((number,))
    following = 1
    while number >> (6 + 5 * following):
        following += 1
    lead = 0xFF << 7 - following & 0xFF | number >> 6 * following
    rest = (0x80 | number >> 6 * place & 0x3F for place in reversed(range(following)))
    return bytes((lead, *rest))


def crc_8(data: bytes) -> int:
    """Return the checksum of a frame's header (RFC 9639 §9.1.8)."""
    table = _table(8, _CRC_8)
    return reduce(lambda crc, byte: table[crc ^ byte], data, 0)


def crc_16(data: bytes) -> int:
    """Return the checksum of a frame (RFC 9639 §9.3)."""
    table = _table(16, _CRC_16)
    return reduce(lambda crc, byte: (crc << 8 & 0xFF00) ^ table[crc >> 8 ^ byte], data, 0)


def _number_bytes(lead: int) -> int:
    """Return how long a coded number is, which the ones in front of its first byte tell."""
    return max(8 - (lead ^ 0xFF).bit_length(), 1)


def _optional_bytes(sizes: int) -> int:
    """Return how long the fields are that follow the number where a block or rate is unusual."""
    return _SIZE_FIELD_BYTES.get(sizes >> 4, 0) + _RATE_FIELD_BYTES.get(sizes & 0xF, 0)


def _after_zeros(crc: int, count: int) -> int:
    """Return what becomes of a CRC-16 when ``count`` zero bytes follow."""
    for place, (low, high) in enumerate(_zero_runs()):
        if count >> place & 1:
            crc = low[crc & 0xFF] ^ high[crc >> 8]
    return crc


@cache
def _zero_runs() -> tuple[tuple[_Table, _Table], ...]:
    """Return, for 2**k zero bytes, what becomes of a CRC's lower and of its upper byte."""
    runs = [(tuple(byte << 8 for byte in range(256)), _table(16, _CRC_16))]
    while len(runs) < _LONGEST_FRAME_BITS:
        low, high = runs[-1]
        runs.append(
            (
                tuple(low[crc & 0xFF] ^ high[crc >> 8] for crc in low),
                tuple(low[crc & 0xFF] ^ high[crc >> 8] for crc in high),
            )
        )
    return tuple(runs)


@cache
def _table(bits: int, polynomial: int) -> _Table:
    """Return the checksum of each single byte, most significant bit first."""
    top, mask = 1 << bits - 1, (1 << bits) - 1
    table = []
    for byte in range(256):
        crc = byte << bits - 8
        for _ in range(8):
            crc = (crc << 1 & mask) ^ (polynomial if crc & top else 0)
        table.append(crc)
    return tuple(table)

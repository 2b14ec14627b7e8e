"""The tag that says when a segment begins: ID3 with a private frame (RFC 8216 §3.4).

The clock is that of MPEG transport streams: 33 bits that count 90,000 times a second, and begin at
0 again after 26.5 hours.
"""

from typing import Final

from manifests.errors import ManifestError

CLOCK_HZ: Final = 90_000
WRAP_TICKS: Final = 1 << 33
ID3: Final = b"ID3"
OWNER: Final = b"com.apple.streaming.transportStreamTimestamp"
HEADER_BYTES: Final = 10

_SECTION: Final = "ID3v2.4 §3.1"
_FRAME_HEADER_BYTES: Final = 10
_VERSIONS: Final = (3, 4)
_TIMESTAMP_BYTES: Final = 8
_FOOTER: Final = 0x10
_SEVEN_BITS: Final = 0x7F


def transport_ticks(ticks: int, sample_rate_hz: int) -> int:
    """Return a time in samples on the transport stream's clock: to the nearest tick, halves up.

    Each time is rounded by itself, so that errors never add up.
    """
    return (2 * ticks * CLOCK_HZ + sample_rate_hz) // (2 * sample_rate_hz) % WRAP_TICKS


def timestamp_tag(timestamp_ticks: int) -> bytes:
    """Write a tag with a timestamp of the transport stream's clock in it, and nothing else."""
    private = OWNER + b"\0" + timestamp_ticks.to_bytes(_TIMESTAMP_BYTES, "big")
    frame = b"PRIV" + _synchsafe(len(private)) + bytes(2) + private
    return ID3 + bytes((4, 0, 0)) + _synchsafe(len(frame)) + frame


def tag_bytes(header: bytes) -> int:
    """Return how long the tag with this ten-byte header is; ManifestError where it is none."""
    if len(header) < HEADER_BYTES or not header.startswith(ID3):
        raise ManifestError("no tag begins here", tag="ID3", section=_SECTION)
    footer_bytes = HEADER_BYTES if header[5] & _FOOTER else 0
    return HEADER_BYTES + read_synchsafe(header[6:HEADER_BYTES]) + footer_bytes


def timestamp_of(tag: bytes) -> int | None:
    """Return the eight octets of a tag's timestamp as a number, None where it has none."""
    if tag[3] not in _VERSIONS:
        return None
    at = HEADER_BYTES
    while at + _FRAME_HEADER_BYTES <= len(tag) and tag[at]:
        size = tag[at + 4 : at + 8]
        body = at + _FRAME_HEADER_BYTES
        # Version 3 counts with whole bytes (ID3v2.3 §3.3).
        end = body + (
            read_synchsafe(size) if tag[3] > _VERSIONS[0] else int.from_bytes(size, "big")
        )
        owner, _, value = tag[body:end].partition(b"\0")
        if tag[at : at + 4] == b"PRIV" and owner == OWNER and len(value) == _TIMESTAMP_BYTES:
            return int.from_bytes(value, "big")
        at = end
    return None


def _synchsafe(size: int) -> bytes:
    return bytes(size >> shift & _SEVEN_BITS for shift in (21, 14, 7, 0))


def read_synchsafe(data: bytes) -> int:
    """Return a size of which each byte has 7 bits (ID3v2.4 §6.2)."""
    size = 0
    for byte in data:
        size = size << 7 | byte & _SEVEN_BITS
    return size

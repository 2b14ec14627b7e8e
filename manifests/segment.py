"""Media segments, and what is said of each (RFC 8216 §4.3.2).

Everything here is *effective*: the initialization section, keys and bit rate of a segment are those
that apply to it, wherever their tags stood. The writer puts tags only where something changes.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from manifests.key import Key


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a resource; without an offset it follows the part named before it."""

    length_bytes: int
    offset_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class InitializationSection:
    """What a parser needs before the segment's first byte (EXT-X-MAP).

    ``keys`` are those that the section itself is encrypted with: the ones in force at its tag,
    which need not be those of the segments after it.
    """

    uri: str
    byte_range: ByteRange | None = None
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """One media segment, fields labelled by their tag."""

    uri: str
    duration_s: Decimal
    """EXTINF"""
    title: str = ""
    byte_range: ByteRange | None = None
    """EXT-X-BYTERANGE"""
    init: InitializationSection | None = None
    """EXT-X-MAP"""
    keys: tuple[Key, ...] = ()
    """EXT-X-KEY: one for each KEYFORMAT, all of the same content key"""
    gap: bool = False
    """EXT-X-GAP"""
    bitrate_kbps: int | None = None
    """EXT-X-BITRATE; it says nothing about segments with a byte range"""
    discontinuity: bool = False
    """EXT-X-DISCONTINUITY, between this segment and the one before it"""
    program_date_time: datetime | None = None
    """EXT-X-PROGRAM-DATE-TIME, of the segment's first sample"""

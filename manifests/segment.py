"""Media segments, and what is said of each (RFC 8216 §4.3.2).

Everything here is *effective*: the initialization section, keys and bit rate of a segment are those
that apply to it, wherever their tags stood. The writer puts tags only where something changes.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Self

from manifests.attribute_values import QUOTED, Syntax, quote, read_integer, write_integer
from manifests.attributes import Attribute
from manifests.errors import ManifestError
from manifests.key import Key

_BYTE_RANGE: Final = re.compile(r"([0-9]+)(?:@([0-9]+))?")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """A part of a resource; without an offset it follows the part named before it."""

    length_bytes: int
    offset_bytes: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``length[@offset]``."""
        found = _BYTE_RANGE.fullmatch(text)
        if found is None:
            raise ManifestError(f"{text[:40]!r} is not a byte range such as 1000@0")
        length, offset = found.groups()
        return cls(read_integer(length), None if offset is None else read_integer(offset))

    def render(self) -> str:
        """Spell it as ``length[@offset]``."""
        offset = "" if self.offset_bytes is None else f"@{write_integer(self.offset_bytes)}"
        return f"{write_integer(self.length_bytes)}{offset}"


_QUOTED_BYTE_RANGE: Final = Syntax(
    lambda value: ByteRange.parse(QUOTED.read(value)), lambda part: quote(part.render())
)


@dataclass(frozen=True, slots=True)
class InitializationSection:
    """What a parser needs before the segment's first byte (EXT-X-MAP).

    ``keys`` are those that the section itself is encrypted with: the ones in force at its tag,
    which need not be those of the segments after it.
    """

    uri: Annotated[str, Attribute("URI", QUOTED)]
    byte_range: Annotated[ByteRange | None, Attribute("BYTERANGE", _QUOTED_BYTE_RANGE)] = None
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

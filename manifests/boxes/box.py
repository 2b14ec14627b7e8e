"""One box: a size, a kind and a payload (ISO/IEC 14496-12 §4.2), and the fields inside of it.

A ``Box`` is a window onto the bytes that it came from. ``Fields`` reads a payload from the front
and turns every shortage into a ManifestError that names the box, so nouns state their layout and
nothing else.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from manifests.errors import ManifestError

HEADER_BYTES: Final = 8
LARGE_HEADER_BYTES: Final = 16
FULL_BOX_BYTES: Final = 4
"""Version and flags, before the payload of a full box."""

MAX_SIBLINGS: Final = 1 << 16
"""Boxes, or brands, in one place; real files have hundreds, hostile ones would fill the memory."""

_TO_THE_END: Final = 0
_LARGE: Final = 1
_BASE_SECTION: Final = "ISO/IEC 14496-12 §4.2"
_SECTIONS: Final = {
    "ftyp": "ISO/IEC 14496-12 §4.3",
    "moov": "ISO/IEC 14496-12 §8.2.1",
    "mvhd": "ISO/IEC 14496-12 §8.2.2",
    "trak": "ISO/IEC 14496-12 §8.3.1",
    "tkhd": "ISO/IEC 14496-12 §8.3.2",
    "mdia": "ISO/IEC 14496-12 §8.4.1",
    "mdhd": "ISO/IEC 14496-12 §8.4.2",
    "hdlr": "ISO/IEC 14496-12 §8.4.3",
    "minf": "ISO/IEC 14496-12 §8.4.4",
    "stbl": "ISO/IEC 14496-12 §8.5.1",
    "stsd": "ISO/IEC 14496-12 §8.5.2",
    "elst": "ISO/IEC 14496-12 §8.6.6",
    "dref": "ISO/IEC 14496-12 §8.7.2",
    "mehd": "ISO/IEC 14496-12 §8.8.2",
    "trex": "ISO/IEC 14496-12 §8.8.3",
    "moof": "ISO/IEC 14496-12 §8.8.4",
    "mfhd": "ISO/IEC 14496-12 §8.8.5",
    "traf": "ISO/IEC 14496-12 §8.8.6",
    "tfhd": "ISO/IEC 14496-12 §8.8.7",
    "trun": "ISO/IEC 14496-12 §8.8.8",
    "tfdt": "ISO/IEC 14496-12 §8.8.12",
    "sbgp": "ISO/IEC 14496-12 §8.9.2",
    "sgpd": "ISO/IEC 14496-12 §8.9.3",
    "styp": "ISO/IEC 14496-12 §8.16.2",
    "tlou": "ISO/IEC 14496-12 §12.2.7",
    "esds": "ISO/IEC 14496-14 §6.7",
    "dfLa": "FLAC in ISO-BMFF §3.3.2",
}


def broken(kind: str, message: str) -> ManifestError:
    """Return the error for a box that breaks its layout, with the section that gives it."""
    return ManifestError(message, tag=kind, section=_SECTIONS.get(kind, _BASE_SECTION))


class Fields:
    """Big-endian fields from the front of a payload, ``data[start:end]``."""

    __slots__ = ("_at", "_data", "_end", "kind")

    def __init__(self, kind: str, data: bytes, start: int, end: int) -> None:
        self.kind = kind
        self._data = data
        self._at = start
        self._end = end

    @property
    def remaining(self) -> int:
        """The number of bytes that have not been read."""
        return self._end - self._at

    def _advance(self, size: int) -> int:
        if size > self.remaining:
            raise broken(self.kind, f"needs {size} more bytes and {self.remaining} are left")
        self._at += size
        return self._at - size

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes."""
        self._advance(size)

    def octets(self, size: int) -> bytes:
        """Read ``size`` bytes."""
        at = self._advance(size)
        return self._data[at : at + size]

    def unsigned(self, size: int) -> int:
        """Read an unsigned integer of ``size`` bytes."""
        return int.from_bytes(self.octets(size), "big")

    def signed(self, size: int) -> int:
        """Read a two's complement integer of ``size`` bytes."""
        return int.from_bytes(self.octets(size), "big", signed=True)

    def words(self, count: int) -> tuple[int, ...]:
        """Read ``count`` unsigned integers of 4 bytes."""
        at = self._advance(4 * count)
        return struct.unpack_from(f">{count}I", self._data, at)

    def character_code(self) -> str:
        """Read a four-character code."""
        return _spell(self.octets(4))

    def within(self, size: int) -> "Fields":
        """Take the next ``size`` bytes as fields of their own."""
        at = self._advance(size)
        return Fields(self.kind, self._data, at, at + size)

    def version_and_flags(self) -> tuple[int, int]:
        """Read what opens a full box."""
        return self.unsigned(1), self.unsigned(3)

    def time_width(self) -> int:
        """Read version and flags; return the bytes of a time: 4 in version 0, 8 in version 1."""
        version, _ = self.version_and_flags()
        if version > 1:
            raise broken(self.kind, f"version {version} is unknown")
        return 8 if version else 4


@dataclass(frozen=True, slots=True)
class Box:
    """One box in ``data``: its header begins at ``start``, its payload is ``data[body:end]``."""

    kind: str
    data: bytes
    start: int
    body: int
    end: int

    def fields(self) -> Fields:
        """Read the payload field by field."""
        return Fields(self.kind, self.data, self.body, self.end)

    def children(self, skip: int = 0) -> Iterator["Box"]:
        """Yield the boxes inside, after ``skip`` bytes of the payload."""
        return boxes(self.data, min(self.body + skip, self.end), self.end)

    def find(self, *path: str) -> "Box | None":
        """Return the first box down ``path``, or None."""
        found: Box | None = self
        for kind in path:
            if found is None:
                break
            found = next((child for child in found.children() if child.kind == kind), None)
        return found

    def child(self, kind: str) -> "Box":
        """Return the first child of that kind; ManifestError where there is none."""
        found = self.find(kind)
        if found is None:
            raise broken(self.kind, f"has no {kind} box")
        return found


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes of ``data[start:end]`` side by side.

    Fewer than 8 bytes at the end are no box and are left: QuickTime ends ``udta`` with four zeros.
    """
    limit = len(data) if end is None else end
    count = 0
    while limit - start >= HEADER_BYTES:
        if count == MAX_SIBLINGS:
            raise ManifestError(
                f"more than {MAX_SIBLINGS} boxes lie side by side", section=_BASE_SECTION
            )
        found = _box_at(data, start, limit)
        yield found
        start = found.end
        count += 1


def _box_at(data: bytes, start: int, limit: int) -> Box:
    size = int.from_bytes(data[start : start + 4], "big")
    kind = _spell(data[start + 4 : start + 8])
    header = HEADER_BYTES
    if size == _LARGE:
        header = LARGE_HEADER_BYTES
        size = int.from_bytes(data[start + 8 : min(start + 16, limit)], "big")
    elif size == _TO_THE_END and limit == len(data):
        size = limit - start
    if size < header:
        raise broken(kind, f"a size of {size} at byte {start} is less than the box's own header")
    if size > limit - start:
        raise broken(kind, f"says {size} bytes at byte {start}, where {limit - start} are left")
    return Box(kind, data, start, start + header, start + size)


def _spell(code: bytes) -> str:
    text = code.decode("latin-1")
    return text if text.isprintable() else f"0x{code.hex()}"


def box(kind: str, *parts: bytes) -> bytes:
    """Write a box around ``parts``."""
    payload = b"".join(parts)
    return struct.pack(">I4s", HEADER_BYTES + len(payload), kind.encode("ascii")) + payload


def full_box(kind: str, version: int, flags: int, *parts: bytes) -> bytes:
    """Write a box with a version and 24 flags in front of ``parts``."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)

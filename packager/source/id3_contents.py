"""Which of its chapters an ID3 tag lists (ID3v2 Chapter Frame Addendum 1.0, §3.1 and §3.2).

Podcast tools write chapters that no table of contents (CTOC) lists: they are there for a player to
show another picture, and are not meant to be seen in a list. libavformat reads CHAP and no CTOC.
Of a tag nothing else is read here; what cannot be followed lists everything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from manifests.packed_audio.timestamp_tag import read_synchsafe
from packager.source.arrival import open_bytes

_HEADER_BYTES: Final = 10
_VERSIONS: Final = (3, 4)
_EXTENDED: Final = 0x40
_MAX_TAG_BYTES: Final = 16 * 1024 * 1024
"""Chapters that come after so much of pictures are all listed."""
_MAX_ENTRIES: Final = 255
"""All that a CTOC has room for; a full one may have lost some."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The ids of CHAP frames, in order, and of those that a table of contents lists."""

    frame_ids: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()

    def frame_id(self, number: int) -> str | None:
        """Return the id of a CHAP frame, counted from 0; None where it was not read."""
        return self.frame_ids[number] if number < len(self.frame_ids) else None

    def lists(self, frame_id: str | None) -> bool:
        """Whether a chapter is meant to be seen."""
        return frame_id is None or not self.listed or frame_id in self.listed


def read_contents(path: Path) -> Contents:
    """Return the contents of the ID3 tag that the file at ``path`` begins with."""
    with open_bytes(path) as file:
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or header[:3] != b"ID3" or header[3] not in _VERSIONS:
            return Contents()
        body = file.read(min(read_synchsafe(header[6:10]), _MAX_TAG_BYTES))
    frame_ids: list[str] = []
    tables: list[list[str]] = []
    for name, content in _frames(body, version=header[3], flags=header[5]):
        if name == b"CHAP":
            frame_ids.append(_id(content))
        elif name == b"CTOC":
            tables.append(_children(content))
    is_whole = all(len(table) < _MAX_ENTRIES for table in tables)
    listed = frozenset(frame_ids) & frozenset(chain.from_iterable(tables))
    return Contents(tuple(frame_ids), listed if is_whole else frozenset())


def _frames(body: bytes, version: int, flags: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names and bodies of frames, up to padding or whatever is none.

    Sizes are taken for those in the file, unsynchronised or not, as libavformat takes them.
    """
    size_of = read_synchsafe if version == _VERSIONS[1] else _big_endian
    position = 0
    if flags & _EXTENDED:  # in version 3 its size does not count itself
        position = size_of(body[:4]) + (4 if version == _VERSIONS[0] else 0)
    while position + _HEADER_BYTES <= len(body) and body[position]:
        name, size = body[position : position + 4], size_of(body[position + 4 : position + 8])
        position += _HEADER_BYTES
        yield name, body[position : position + size]
        position += size


def _children(table: bytes) -> list[str]:
    """Return the ids that a CTOC lists: id, flags, a count, and so many ids."""
    _, _, rest = table.partition(b"\0")
    count = rest[1] if len(rest) > 1 else 0
    return [child.decode("latin-1") for child in rest[2:].split(b"\0")[:count]]


def _id(chapter: bytes) -> str:
    return chapter.partition(b"\0")[0].decode("latin-1")


def _big_endian(size: bytes) -> int:
    return int.from_bytes(size, "big")

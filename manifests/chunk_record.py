"""The record of a chunk: all of its segments are in the store, and this is what they are.

It is stored after them and before any playlist lists them. Until a revision has an index, nothing
else tells what its segments are: what a record names is never written over, and what none names
may be. So a packager that goes on where another ended believes in records alone, and so does an
origin.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

from manifests.errors import ManifestError
from manifests.index import SegmentRecord
from manifests.typed import read


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """The segments of one chunk of one rung; ``packed`` are those of packed audio, if any."""

    segments: tuple[SegmentRecord, ...]
    packed: tuple[SegmentRecord, ...] = ()

    def find(self, name: str) -> SegmentRecord | None:
        """Return the segment of this name, of either kind; None where it is of another chunk."""
        named = (segment for segment in (*self.segments, *self.packed) if segment.name == name)
        return next(named, None)

    def to_json(self) -> bytes:
        """Return the record object's bytes."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read a record object; ManifestError says why where it is none."""
        try:
            record = read(cls, json.loads(data))
        except (ValueError, RecursionError, ManifestError) as error:
            raise ManifestError(f"the record of a chunk cannot be read: {error}") from error
        if not record.segments:
            raise ManifestError("the record of a chunk names no segment")
        return record


def chunk_number(segment_number: int, *, in_first: int, in_others: int) -> int:
    """Return in which chunk a segment is, by how many there are in the first and in all others.

    The last may have fewer.
    """
    if segment_number < in_first:
        return 0
    return 1 + (segment_number - in_first) // in_others

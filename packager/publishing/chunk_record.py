"""The record of a chunk: all of its segments are in the store, and nobody needs to make them again.

It is stored after them and before any playlist lists them. A run that takes up where another ended
believes a record where it follows on the one before it, and the store holds what it names.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Self

from manifests.errors import ManifestError
from manifests.index import SegmentRecord
from manifests.layout import Revision, chunk_record_name, segment_name
from manifests.rendition import Ladder
from packager.publishing.storage import Storage


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """The segments of one chunk of one rung; ``packed`` are those of packed audio, if any."""

    segments: tuple[SegmentRecord, ...]
    packed: tuple[SegmentRecord, ...] = ()

    def to_json(self) -> bytes:
        """Return the record object's bytes."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read a record object; ManifestError says why where it is none."""
        try:
            fields = json.loads(data)
            segments = tuple(SegmentRecord(**segment) for segment in fields.pop("segments"))
            packed = tuple(SegmentRecord(**segment) for segment in fields.pop("packed"))
            if not segments:
                raise ManifestError("the record of a chunk names no segment")
            return cls(segments, packed, **fields)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ManifestError(f"the record of a chunk cannot be read: {error}") from error


def recorded_chunks(
    storage: Storage, where: Revision, ladder: Ladder
) -> dict[str, tuple[ChunkRecord, ...]]:
    """Return what each rung has already: its first chunks, without a gap. Raises StoreFailed."""
    growing = storage.sizes_bytes(where.growing_prefix)
    names = {rung.name: _names_in_a_row(where, rung.name, growing) for rung in ladder.rungs}
    if not any(names.values()):
        return dict.fromkeys(names, ())
    read = storage.read_all(key for keys in names.values() for key in keys)
    there = storage.sizes_bytes(where.prefix)
    return {
        rung: _trusted(where, rung, [read.get(key) for key in keys], there)
        for rung, keys in names.items()
    }


def recorded_digests(storage: Storage, where: Revision) -> dict[str, str]:
    """Return the SHA-256 of each segment that a record names, by its name. Raises StoreFailed."""
    found: dict[str, str] = {}
    for data in storage.read_all(storage.sizes_bytes(where.growing_prefix)).values():
        with suppress(ManifestError):  # not a record
            record = ChunkRecord.from_json(data)
            found |= {one.name: one.sha256 for one in (*record.segments, *record.packed)}
    return found


def _names_in_a_row(where: Revision, rung: str, there: Mapping[str, int]) -> list[str]:
    keys: list[str] = []
    while (key := where.growing_key(chunk_record_name(rung, len(keys)))) in there:
        keys.append(key)
    return keys


def _trusted(
    where: Revision, rung: str, read: Iterable[bytes | None], there: Mapping[str, int]
) -> tuple[ChunkRecord, ...]:
    chunks: list[ChunkRecord] = []
    number, start_ticks = 0, 0
    for data in read:
        try:
            record = ChunkRecord.from_json(data or b"")
        except ManifestError:
            break
        for segment in record.segments:
            follows = (segment.name, segment.start_ticks) == (
                segment_name(rung, number),
                start_ticks,
            )
            if not follows or there.get(where.key(segment.name)) != segment.size_bytes:
                return tuple(chunks)
            number += 1
            start_ticks += segment.duration_ticks
        if any(there.get(where.key(one.name)) != one.size_bytes for one in record.packed):
            break
        chunks.append(record)
    return tuple(chunks)

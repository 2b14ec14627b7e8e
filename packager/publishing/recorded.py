"""What the records of chunks say is in the store, so that nobody needs to make it again.

A run that takes up where another ended believes a record where it follows on the one before it, and
the store holds what it names.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from manifests.chunk_record import ChunkRecord
from manifests.errors import ManifestError
from manifests.layout import Revision, chunk_record_name, segment_name
from manifests.rendition import Ladder
from packager.publishing.storage import Storage


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

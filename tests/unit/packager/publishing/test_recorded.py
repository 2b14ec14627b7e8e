import json
from dataclasses import replace

import pytest
from obstore.store import MemoryStore

from manifests.chunk_record import ChunkRecord
from manifests.index import SegmentRecord
from manifests.layout import chunk_record_name, segment_name
from packager.publishing.recorded import recorded_chunks
from packager.publishing.storage import Storage
from tests.sources.growing import LADDER, WHERE, write

SEGMENT = SegmentRecord("128k/00000.m4s", 5, "0" * 64, 0, 262_144)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def counts(store: MemoryStore) -> list[int]:
    with Storage(store) as storage:
        recorded = recorded_chunks(storage, WHERE, LADDER)
    return [len(recorded[rung.name]) for rung in LADDER.rungs]


def test_nothing_is_recorded_of_a_revision_that_nobody_began(store: MemoryStore) -> None:
    assert counts(store) == [0, 0]


def test_what_was_written_is_recorded(store: MemoryStore) -> None:
    with Storage(store) as storage:
        write(storage, [0, 1, 2])
        recorded = recorded_chunks(storage, WHERE, LADDER)
    names = [segment.name for chunk in recorded["320k"] for segment in chunk.segments]
    assert names == [segment_name("320k", number) for number in range(21)]
    assert counts(store) == [3, 3]


@pytest.mark.parametrize(
    "spoilt", [None, b"", b"{}", b"no JSON"], ids=["gone", "empty", "other", "bad"]
)
def test_chunks_behind_a_missing_record_are_made_again(
    store: MemoryStore, spoilt: bytes | None
) -> None:
    with Storage(store) as storage:
        write(storage, [0, 1, 2])
    key = WHERE.growing_key(chunk_record_name("128k", 1))
    store.delete(key)
    if spoilt is not None:
        store.put(key, spoilt)
    assert counts(store) == [1, 3]


def test_a_chunk_without_one_of_its_segments_is_made_again(store: MemoryStore) -> None:
    with Storage(store) as storage:
        write(storage, [0, 1, 2])
    store.delete(WHERE.key(segment_name("320k", 15)))
    store.put(WHERE.key(segment_name("128k", 0)), b"shorter")
    assert counts(store) == [0, 2]


@pytest.mark.parametrize("field", ["name", "start_ticks", "size_bytes"])
def test_a_record_that_does_not_follow_is_not_believed(store: MemoryStore, field: str) -> None:
    with Storage(store) as storage:
        write(storage, [0, 1])
    key = WHERE.growing_key(chunk_record_name("128k", 1))
    record = json.loads(bytes(store.get(key).bytes()))
    record["segments"][3][field] = {"name": "128k/00005.m4s"}.get(field, 1)
    store.put(key, json.dumps(record).encode())
    assert counts(store) == [1, 2]


def test_a_record_of_no_segments_is_not_believed(store: MemoryStore) -> None:
    store.put(WHERE.growing_key(chunk_record_name("128k", 0)), b'{"segments":[]}')
    assert counts(store) == [0, 0]


def test_a_record_tells_of_packed_audio(store: MemoryStore) -> None:
    packed = replace(SEGMENT, name="128k/00000.aac", size_bytes=3)
    record = ChunkRecord((SEGMENT,), (packed,))
    ladder = replace(LADDER, rungs=LADDER.rungs[:1], packed_audio=True)
    with Storage(store) as storage:
        storage.put(WHERE.growing_key(chunk_record_name("128k", 0)), record.to_json())
        storage.put(WHERE.key(SEGMENT.name), bytes(5))
        assert recorded_chunks(storage, WHERE, ladder) == {"128k": ()}
        storage.put(WHERE.key(packed.name), bytes(3))
        assert recorded_chunks(storage, WHERE, ladder) == {"128k": (record,)}

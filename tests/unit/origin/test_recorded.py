"""Segments of a revision that grows, found by the records of chunks as the packager writes them."""

from random import Random

import pytest

from manifests.layout import chunk_record_name, segment_name
from origin.delivery.errors import BrokenObject, NotFound
from origin.delivery.recorded import RecordedSegments
from origin.stores.reader import StoreReader
from packager.publishing.storage import Storage
from tests.servers.counting import CountingStore
from tests.sources.growing import WHERE, write

SEGMENTS = 25


@pytest.fixture
def store() -> CountingStore:
    store = CountingStore()
    with Storage(store) as storage:
        write(storage, range(4))
    return store


@pytest.mark.parametrize("seed", range(5))
async def test_each_segment_is_found_in_whatever_order(store: CountingStore, seed: int) -> None:
    recorded, reader = RecordedSegments(StoreReader(store)), StoreReader(store)
    names = [segment_name(rung, number) for rung in ("128k", "320k") for number in range(SEGMENTS)]
    Random(seed).shuffle(names)  # noqa: S311 an order, not a secret
    for name in names:
        found = await recorded.find(WHERE, name)
        assert found.name == name
        assert await reader.read(WHERE.key(name), listed=found)


async def test_one_record_is_read_for_a_segment_once_the_grid_is_known(
    store: CountingStore,
) -> None:
    recorded = RecordedSegments(StoreReader(store))
    await recorded.find(WHERE, segment_name("128k", 12))
    store.asked.clear()
    await recorded.find(WHERE, segment_name("128k", 24))
    assert store.asked == {WHERE.growing_key(chunk_record_name("128k", 3)): 1}


async def test_what_no_record_names_is_not_there_yet(store: CountingStore) -> None:
    recorded = RecordedSegments(StoreReader(store))
    for name in ("128k/00025.m4s", "128k/00031.m4s", "128k/999999999.m4s", "64k/00000.m4s"):
        for _ in range(2):
            with pytest.raises(NotFound):
                await recorded.find(WHERE, name)
    with pytest.raises(NotFound):
        await recorded.find(WHERE, "128k/00000.aac")


async def test_what_a_record_says_is_looked_for_each_time(store: CountingStore) -> None:
    """The first time, it may have been altered on its way."""
    recorded = RecordedSegments(StoreReader(store))
    key = WHERE.growing_key(chunk_record_name("128k", 2))
    name = segment_name("128k", 11)
    record = bytes(store.get(key).bytes())
    right = await recorded.find(WHERE, name)
    store.put(key, record.replace(right.sha256.encode(), right.sha256[::-1].encode()))
    assert await recorded.find(WHERE, name) != right
    store.put(key, record[:-1])
    with pytest.raises(BrokenObject):
        await recorded.find(WHERE, name)
    store.put(key, record)
    assert await recorded.find(WHERE, name) == right

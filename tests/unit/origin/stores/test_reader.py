import asyncio
import hashlib

import pytest
from obstore.exceptions import GenericError

from manifests.index import StoredObject
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore, until


def listed(content: bytes) -> StoredObject:
    return StoredObject("name", len(content), hashlib.sha256(content).hexdigest())


async def test_what_is_there_and_what_is_not() -> None:
    store = CountingStore()
    store.put("key", b"content")
    reader = StoreReader(store)
    assert await reader.read("key") == b"content"
    with pytest.raises(NotFound):
        await reader.read("other")
    with pytest.raises(BrokenObject):
        await reader.read("key", limit_bytes=3)


async def test_what_is_not_as_listed_is_read_again_and_never_given() -> None:
    store = CountingStore()
    store.put("key", b"content")
    reader = StoreReader(store)
    assert await reader.read("key", listed=listed(b"content")) == b"content"
    for other in (b"conten", b"c0ntent", b""):
        store.put("key", other)
        store.asked.clear()
        with pytest.raises(BrokenObject):
            await reader.read("key", listed=listed(b"content"))
        assert store.asked["key"] == 2


class _FailingOfTwo(CountingStore):
    """Where two ask for the same, the first is told of a failure as the second gets it."""

    async def get_range_async(  # type: ignore[override]  # as it is called
        self, path: str, *, start: int, end: int
    ) -> bytes:
        del start, end
        is_first = self.waiting == 0
        await self._ask(path)
        if is_first and path == "late":
            raise GenericError("The connection was reset.")
        return b"content"


async def test_of_two_reads_that_end_together_the_one_counts_that_has_it() -> None:
    store = _FailingOfTwo()
    reader = StoreReader(store, timeout_s=30)
    for _ in range(20):
        for _ in range(50):
            await reader.read("key", listed=listed(b"content"))
        store.gate.clear()
        late = asyncio.create_task(reader.read("late", listed=listed(b"content")))
        await until(lambda: store.waiting == 2)
        store.gate.set()
        assert await late == b"content"


async def test_no_more_reads_than_places_are_under_way() -> None:
    store = CountingStore()
    store.gate.clear()
    store.put("key", b"content")
    reader = StoreReader(store, reads_at_once=2)
    reads = [asyncio.create_task(reader.read("key")) for _ in range(5)]
    await store.arrived.wait()
    assert reader.is_busy
    assert store.asked["key"] == 2
    store.gate.set()
    assert await asyncio.gather(*reads) == [b"content"] * 5
    assert not reader.is_busy


async def test_who_waits_for_a_place_has_a_deadline_too() -> None:
    store = CountingStore()
    store.gate.clear()
    store.put("key", b"content")
    reader = StoreReader(store, timeout_s=0.5, reads_at_once=1)
    failed = await asyncio.gather(reader.read("key"), reader.read("key"), return_exceptions=True)
    assert [type(error) for error in failed] == [StoreUnavailable] * 2
    store.gate.set()
    assert await reader.read("key") == b"content"

"""Lists of what is newest, over a clock that the test moves and a store that lists when it may."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from origin.cache import record
from origin.cache.record import Found, Record
from origin.cache.tiered import TieredReader
from origin.delivery.errors import StoreUnavailable
from origin.delivery.handlers import LISTED_MAX
from origin.delivery.published import Published
from origin.delivery.reading import Missing, Newest
from origin.stores.reader import LISTINGS_AT_ONCE, StoreReader
from tests.servers.counting import CountingStore, until
from tests.sources.published import publish
from tests.unit.origin.clock import Clock

SEGMENT = "media/a/r/128k/00000.m4s"
ONE = Newest(["entry/a.json"], Missing.NOTHING)
TWO = Newest(["entry/b.json", "entry/a.json"], Missing.NOTHING)


class ListingStore(CountingStore):
    """``lists`` counts how often it is listed; that waits while ``listing`` is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.lists = 0
        self.listing = asyncio.Event()
        self.listing.set()

    def list(self, prefix: str | None = None, **options: Any) -> Any:
        return self._listed(super().list(prefix, **options))

    async def _listed(self, pages: Any) -> AsyncIterator[Any]:
        self.lists += 1
        await self.listing.wait()
        if self.down:
            raise OSError("The store is down.")
        async for page in pages:
            yield page


@pytest.fixture
async def store() -> ListingStore:
    store = ListingStore()
    store.put("entry/a.json", b"a")
    return store


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def reader(store: ListingStore, clock: Clock) -> AsyncIterator[TieredReader]:
    reader = TieredReader(StoreReader(store, timeout_s=30), clock=clock)
    yield reader
    await reader.close()


async def told(reader: TieredReader, count: int = 9) -> tuple[Newest | type[Exception], Record]:
    """Ask as a request does; return what came and what its record says."""
    noted = Record()
    token = record._current.set(noted)  # noqa: SLF001 what the middleware does
    try:
        return await reader.newest("entry", count), noted
    except StoreUnavailable as error:
        return type(error), noted
    finally:
        record._current.reset(token)  # noqa: SLF001


async def found(reader: TieredReader, count: int = 9) -> tuple[object, Found | None]:
    newest, noted = await told(reader, count)
    return newest, noted.farthest


async def test_all_who_ask_at_once_share_one_list_however_many_they_want(
    reader: TieredReader, store: ListingStore
) -> None:
    store.put("entry/b.json", b"b")
    store.listing.clear()
    asks = [asyncio.create_task(found(reader, count)) for count in range(1, LISTED_MAX + 1)]
    await until(lambda: store.lists > 0)
    asks[-1].cancel()
    store.listing.set()
    first, *others, _ = await asyncio.gather(*asks, return_exceptions=True)
    assert first == (TWO._replace(keys=TWO.keys[:1]), Found.STORE)
    assert others == [(TWO, Found.JOINED)] * (LISTED_MAX - 2)
    assert store.lists == 1


async def test_a_list_is_held_for_a_second(
    reader: TieredReader, store: ListingStore, clock: Clock
) -> None:
    assert await found(reader) == (ONE, Found.STORE)
    since_s = clock.now_s
    store.put("entry/b.json", b"b")
    clock.now_s += 0.9
    newest, noted = await told(reader)
    assert (newest, noted.farthest, noted.until_s) == (ONE, Found.MEMORY, since_s + 1)
    clock.now_s += 0.1
    assert await found(reader) == (TWO, Found.STORE)
    assert store.lists == 2


async def test_a_list_that_takes_long_is_held_for_a_second_too(
    reader: TieredReader, store: ListingStore, clock: Clock
) -> None:
    store.listing.clear()
    slow = asyncio.create_task(told(reader))
    await until(lambda: store.lists == 1)
    clock.now_s += 1.2
    store.listing.set()
    newest, noted = await slow
    assert (newest, noted.until_s) == (ONE, clock.now_s + 1)
    clock.now_s += 0.9
    assert await found(reader) == (ONE, Found.MEMORY)
    clock.now_s += 0.1
    assert await found(reader) == (ONE, Found.STORE)


async def test_a_list_is_forgotten_with_a_change_of_what_it_lists(
    reader: TieredReader, store: ListingStore
) -> None:
    await reader.newest("entry", 9)
    store.put("entry/b.json", b"b")
    reader.changed(SEGMENT)
    assert await found(reader) == (ONE, Found.MEMORY)
    reader.changed("entry/b.json")
    assert await found(reader) == (TWO, Found.STORE)
    store.delete("entry/b.json")
    reader.hear(hears=True)
    assert await found(reader) == (ONE, Found.STORE)


async def test_a_list_that_began_before_a_change_is_for_those_alone_who_waited_already(
    reader: TieredReader, store: ListingStore
) -> None:
    store.listing.clear()
    early = asyncio.create_task(found(reader))
    await until(lambda: store.lists == 1)
    reader.changed("entry/b.json")
    late = asyncio.create_task(found(reader))
    await until(lambda: store.lists == 2)
    store.listing.set()
    assert list(await asyncio.gather(early, late)) == [(ONE, Found.STORE)] * 2
    assert await found(reader) == (ONE, Found.MEMORY)


async def test_a_list_that_began_before_a_change_is_not_held(
    reader: TieredReader, store: ListingStore
) -> None:
    store.listing.clear()
    early = asyncio.create_task(found(reader))
    await until(lambda: store.lists == 1)
    reader.changed("entry/a.json")
    store.listing.set()
    await early
    assert await found(reader) == (ONE, Found.STORE)


async def test_a_list_that_fails_fails_for_all_and_is_not_held(
    reader: TieredReader, store: ListingStore
) -> None:
    store.down = True
    failed = await asyncio.gather(found(reader), found(reader))
    assert list(failed) == [(StoreUnavailable, Found.STORE), (StoreUnavailable, Found.JOINED)]
    store.down = False
    assert await found(reader) == (ONE, Found.STORE)


async def test_lists_never_take_the_places_of_reads(store: ListingStore) -> None:
    store.put(SEGMENT, b"sound")
    reader = StoreReader(store, timeout_s=30, reads_at_once=1)
    store.listing.clear()
    lists = [asyncio.create_task(reader.newest("entry", 9)) for _ in range(3 * LISTINGS_AT_ONCE)]
    await until(lambda: store.lists == LISTINGS_AT_ONCE)
    assert not reader.is_busy
    assert await asyncio.wait_for(reader.read(SEGMENT), 20) == b"sound"
    assert store.lists == LISTINGS_AT_ONCE
    store.listing.set()
    assert await asyncio.gather(*lists) == [ONE] * len(lists)


class _SlowPages(ListingStore):
    """Lists a key a page, and after each looks at nothing else for a while."""

    PAGES = 20
    PAGE_S = 0.1

    async def _listed(self, pages: Any) -> AsyncIterator[Any]:
        async for page in super()._listed(pages):
            for number in range(self.PAGES):
                await asyncio.sleep(self.PAGE_S)
                yield [page[0] | {"path": f"entry/{number:02d}.json"}]


async def test_a_list_of_more_pages_than_there_is_time_for_says_so() -> None:
    store = _SlowPages()
    store.put("entry/a.json", b"a")
    time_s = store.PAGES * store.PAGE_S
    newest = await StoreReader(store, timeout_s=time_s).newest("entry", 100)
    assert newest.missing is Missing.WHAT_IS_TOO_MUCH
    assert 0 < len(newest.keys) < store.PAGES
    newest = await StoreReader(store, timeout_s=10 * time_s).newest("entry", 100)
    assert (len(newest.keys), newest.missing) == (store.PAGES, Missing.NOTHING)


class _SlowEntries(CountingStore):
    """Its entries wait at the gate, nothing else does."""

    async def _ask(self, path: str) -> None:
        if path.startswith("entry/"):
            await super()._ask(path)


async def test_segments_wait_for_no_entries_of_a_list_that_are_read_anew() -> None:
    """Those that have just become stale are given at once, so all are read at the same time."""
    store, clock = _SlowEntries(), Clock()
    for number in range(LISTED_MAX):
        publish(store, f"track-{number}")
    places = 4
    tiers = TieredReader(StoreReader(store, timeout_s=30, reads_at_once=places), clock=clock)
    published = Published(tiers)
    before = await published.newest_entries(LISTED_MAX)
    clock.now_s += 1.5
    store.gate.clear()
    assert await published.newest_entries(LISTED_MAX) == before
    await until(lambda: store.waiting >= places)
    name = "128k/00000.m4s"
    where = before.entries[0].where
    assert await asyncio.wait_for(tiers.read(where.key(name)), 20)
    store.gate.set()
    await tiers.close()

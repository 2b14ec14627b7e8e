"""The tiers over a clock that the test moves: nothing waits for time to pass."""

import asyncio
import hashlib
from dataclasses import dataclass, field

import pytest

from manifests.index import StoredObject
from origin.cache import record
from origin.cache.record import Found, Record
from origin.cache.tiered import TierCounts, TieredReader
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.stores.reader import StoreReader
from tests.servers.counting import AsItWas, CountingStore, until

ENTRY = "entry/a.json"
SEGMENT = "media/a/r/128k/00000.m4s"
NEXT = "media/a/r/128k/00001.m4s"


def listed(content: bytes) -> StoredObject:
    return StoredObject("name", len(content), hashlib.sha256(content).hexdigest())


@dataclass
class Tiers:
    store: CountingStore
    now_s: float = 1_000.0
    purged: bool = False
    changed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reader = TieredReader(
            StoreReader(self.store, timeout_s=5),
            purged=self.purged,
            clock=lambda: self.now_s,
            on_change=self.changed.append,
        )

    async def told(
        self, key: str, expected: StoredObject | None = None
    ) -> tuple[bytes | type[Exception], Record]:
        """Read as a request does; return what came and what its record says."""
        noted = Record()
        token = record._current.set(noted)  # noqa: SLF001 what the middleware does
        try:
            return await self.reader.read(key, listed=expected), noted
        except (NotFound, StoreUnavailable, BrokenObject) as error:
            return type(error), noted
        finally:
            record._current.reset(token)  # noqa: SLF001

    async def found(self, key: str, expected: StoredObject | None = None) -> tuple[object, object]:
        content, noted = await self.told(key, expected)
        return content, noted.farthest


@pytest.fixture
async def tiers() -> Tiers:
    return Tiers(CountingStore())


async def test_what_is_listed_is_read_once_and_held_for_good(tiers: Tiers) -> None:
    tiers.store.put(SEGMENT, b"sound")
    assert await tiers.found(SEGMENT, listed(b"sound")) == (b"sound", Found.STORE)
    tiers.now_s += 1e9
    content, noted = await tiers.told(SEGMENT, listed(b"sound"))
    assert (content, noted.farthest, noted.until_s) == (b"sound", Found.MEMORY, None)
    assert noted.is_from_memory
    assert tiers.store.asked[SEGMENT] == 1


async def test_what_is_not_as_listed_is_never_held(tiers: Tiers) -> None:
    tiers.store.put(SEGMENT, b"soun")
    assert (await tiers.found(SEGMENT, listed(b"sound")))[0] is BrokenObject
    tiers.store.put(SEGMENT, b"sound")
    assert await tiers.found(SEGMENT, listed(b"sound")) == (b"sound", Found.STORE)


async def test_what_was_held_without_a_list_is_held_against_it_later(tiers: Tiers) -> None:
    tiers.store.put(SEGMENT, b"soun")
    assert await tiers.found(SEGMENT) == (b"soun", Found.STORE)
    assert await tiers.found(SEGMENT, listed(b"soun")) == (b"soun", Found.MEMORY)
    tiers.store.put(SEGMENT, b"sound")
    assert await tiers.found(SEGMENT, listed(b"sound")) == (b"sound", Found.STORE)
    assert SEGMENT in tiers.changed


async def test_an_index_is_not_held_twice(tiers: Tiers) -> None:
    tiers.store.put("media/a/r/index.json", b"{}")
    for _ in range(2):
        assert await tiers.found("media/a/r/index.json") == (b"{}", Found.STORE)


async def test_an_entry_is_fresh_then_stale_while_it_is_read_then_anew(tiers: Tiers) -> None:
    tiers.store.put(ENTRY, b"one")
    assert await tiers.found(ENTRY) == (b"one", Found.STORE)
    held = tiers.reader.held.get(ENTRY, None)
    tiers.store.put(ENTRY, b"two")
    tiers.now_s += 0.9
    content, noted = await tiers.told(ENTRY)
    assert (content, noted.farthest, noted.until_s) == (b"one", Found.MEMORY, 1_001.0)
    tiers.now_s += 0.2
    content, noted = await tiers.told(ENTRY)
    assert (content, noted.farthest, noted.is_from_memory) == (b"one", Found.STALE, False)
    await until(lambda: tiers.reader.held.get(ENTRY, None) != held)
    assert tiers.store.asked[ENTRY] == 2
    assert await tiers.found(ENTRY) == (b"two", Found.MEMORY)
    tiers.now_s += 2.1
    assert await tiers.found(ENTRY) == (b"two", Found.RENEWED)


async def test_a_clock_that_leaps_makes_nothing_last(tiers: Tiers) -> None:
    tiers.store.put(ENTRY, b"one")
    await tiers.reader.read(ENTRY)
    tiers.store.put(ENTRY, b"two")
    tiers.now_s += 1e7
    assert await tiers.found(ENTRY) == (b"two", Found.RENEWED)


async def test_an_entry_stands_in_while_the_store_is_down_and_tells_its_age(tiers: Tiers) -> None:
    tiers.store.put(ENTRY, b"one")
    await tiers.reader.read(ENTRY)
    tiers.store.down = True
    tiers.now_s += 3600
    content, noted = await tiers.told(ENTRY)
    assert (content, noted.farthest, noted.age_s) == (b"one", Found.STALE_ON_ERROR, 3600)
    asked = tiers.store.asked[ENTRY]
    assert await tiers.found(ENTRY) == (b"one", Found.STALE_UNTRIED)
    assert tiers.store.asked[ENTRY] == asked, "a store that is down is not asked for each"
    tiers.store.down = False
    tiers.now_s += 1.1
    assert await tiers.found(ENTRY) == (b"one", Found.RENEWED)
    tiers.store.down = True
    tiers.now_s += 86_401
    assert (await tiers.found(ENTRY))[0] is StoreUnavailable


async def test_a_store_that_hangs_delays_what_can_stand_in_no_longer_than_a_second(
    tiers: Tiers,
) -> None:
    tiers.store.put(ENTRY, b"one")
    await tiers.reader.read(ENTRY)
    tiers.store.gate.clear()
    tiers.now_s += 60
    assert await tiers.found(ENTRY) == (b"one", Found.STALE_ON_ERROR)
    tiers.store.put(ENTRY, b"two")
    tiers.store.gate.set()
    tiers.now_s += 1.1
    assert (await tiers.found(ENTRY))[0] == b"two"


async def test_what_was_withdrawn_does_not_stand_in(tiers: Tiers) -> None:
    tiers.store.put(ENTRY, b"one")
    await tiers.reader.read(ENTRY)
    tiers.store.delete(ENTRY)
    tiers.now_s += 60
    assert (await tiers.found(ENTRY))[0] is NotFound
    tiers.store.down = True
    tiers.now_s += 60
    assert (await tiers.found(ENTRY))[0] is StoreUnavailable


async def test_absence_is_remembered_for_a_second(tiers: Tiers) -> None:
    assert await tiers.found(ENTRY) == (NotFound, Found.STORE)
    tiers.store.put(ENTRY, b"one")
    assert await tiers.found(ENTRY) == (NotFound, Found.ABSENCE)
    tiers.now_s += 1.1
    assert await tiers.found(ENTRY) == (b"one", Found.STORE)


async def test_what_was_missing_before_is_looked_for_once_it_is_announced(tiers: Tiers) -> None:
    """Listeners of a revision that grows look for its index all the time: none must hide it."""
    index = "media/a/r/index.json"
    assert await tiers.found(index) == (NotFound, Found.STORE)
    with pytest.raises(NotFound):
        await tiers.reader.read(index, is_announced=True)
    asked = tiers.store.asked[index]
    assert asked == 2
    with pytest.raises(NotFound):
        await tiers.reader.read(index, is_announced=True)
    assert tiers.store.asked[index] == asked, "that is remembered, too"
    tiers.now_s += 1.1
    assert await tiers.found(index) == (NotFound, Found.STORE)
    tiers.store.put(index, b"{}")
    assert await tiers.found(index) == (NotFound, Found.ABSENCE)
    assert await tiers.reader.read(index, is_announced=True) == b"{}"


async def test_who_is_told_of_it_does_not_join_who_looked_before() -> None:
    tiers = Tiers(AsItWas())
    tiers.store.gate.clear()
    early = asyncio.create_task(tiers.found(ENTRY))
    await tiers.store.arrived.wait()
    tiers.store.put(ENTRY, b"one")
    tiers.store.gate.set()
    assert await tiers.reader.read(ENTRY, is_announced=True) == b"one"
    assert await early == (NotFound, Found.STORE)


async def test_absence_is_forgotten_with_any_change(tiers: Tiers) -> None:
    for key in (SEGMENT, ENTRY):
        assert (await tiers.found(key))[0] is NotFound
    tiers.store.put(ENTRY, b"one")
    tiers.store.put(SEGMENT, b"sound")
    tiers.reader.changed(ENTRY)
    assert await tiers.found(ENTRY) == (b"one", Found.STORE)
    assert await tiers.found(SEGMENT) == (b"sound", Found.STORE)


async def test_all_below_what_was_removed_leaves_memory(tiers: Tiers) -> None:
    removed: list[str] = []
    tiers.reader.on_removed = removed.append
    others = ("media/ab/r/128k/00000.m4s", ENTRY)
    for key in (SEGMENT, NEXT, *others):
        tiers.store.put(key, b"sound")
        await tiers.found(key, listed(b"sound"))
    tiers.store.delete([SEGMENT, NEXT])
    tiers.reader.changed("media/a/")
    assert (sorted(tiers.changed), removed) == ([SEGMENT, NEXT], ["media/a/"])
    for key in (SEGMENT, NEXT):
        assert (await tiers.found(key, listed(b"sound")))[0] is NotFound
    for key in others:
        assert await tiers.found(key, listed(b"sound")) == (b"sound", Found.MEMORY)


@pytest.mark.parametrize("key", ["artwork/t/a/96-0.jpg", ENTRY])
async def test_what_is_read_first_or_again_is_no_change(tiers: Tiers, key: str) -> None:
    tiers.store.put(key, b"one")
    for found in (Found.STORE, Found.RENEWED):
        assert (await tiers.found(NEXT))[0] is NotFound
        assert await tiers.found(key) == (b"one", found)
        assert await tiers.found(NEXT) == (NotFound, Found.ABSENCE)
        tiers.now_s += 400
    tiers.reader.held.memory.drop(key)
    assert (await tiers.found(NEXT))[0] is NotFound
    assert await tiers.found(key) == (b"one", Found.STORE)
    assert await tiers.found(NEXT) == (NotFound, Found.ABSENCE)


async def test_an_entry_that_has_changed_or_appeared_makes_absence_forgotten(tiers: Tiers) -> None:
    assert (await tiers.found(ENTRY))[0] is NotFound
    for content in (b"one", b"two"):
        tiers.now_s += 2.1
        assert (await tiers.found(NEXT))[0] is NotFound
        tiers.store.put(ENTRY, content)
        assert (await tiers.found(ENTRY))[0] == content
        assert await tiers.found(NEXT) == (NotFound, Found.STORE)


async def test_a_playlist_that_has_grown_makes_absence_forgotten(tiers: Tiers) -> None:
    playlist = "growing/a/r/128k/playlist.m3u8"
    tiers.store.put(playlist, b"one")
    await tiers.reader.read(playlist)
    tiers.now_s += 2.1
    assert (await tiers.found(NEXT))[0] is NotFound
    tiers.store.put(NEXT, b"sound")
    tiers.store.put(playlist, b"one two")
    assert await tiers.found(playlist) == (b"one two", Found.RENEWED)
    assert (await tiers.found(NEXT))[0] == b"sound"


@pytest.mark.parametrize("key", ["media/a/r/index.json", "growing/a/r/128k/chunk-0.json", NEXT])
async def test_what_a_change_made_appear_is_there_for_whoever_comes_after_it(key: str) -> None:
    tiers = Tiers(AsItWas())
    tiers.store.gate.clear()
    early = asyncio.create_task(tiers.found(key))
    await tiers.store.arrived.wait()
    tiers.store.put(key, b"here")
    tiers.store.put(ENTRY, b"one")
    tiers.reader.changed(ENTRY)
    late = asyncio.create_task(tiers.found(key))
    await until(lambda: tiers.reader.counts.joined == 1)
    tiers.store.gate.set()
    assert await early == (NotFound, Found.STORE)
    assert (await late)[0] == b"here"
    assert (await tiers.found(key))[0] == b"here"


async def test_what_appeared_with_a_playlist_is_not_missed_by_a_read_under_way() -> None:
    tiers = Tiers(AsItWas())
    tiers.store.gate.clear()
    early = asyncio.create_task(tiers.found(NEXT))
    await tiers.store.arrived.wait()
    tiers.store.put(NEXT, b"sound")
    tiers.reader.held.keep("growing/a/r/128k/playlist.m3u8", b"one", None, tiers.now_s)
    tiers.store.gate.set()
    assert await early == (NotFound, Found.STORE)
    assert (await tiers.found(NEXT))[0] == b"sound"


async def test_many_changes_let_nobody_ask_again_and_again() -> None:
    """Each brings something; what is missing all the same is looked for twice at most."""
    tiers = Tiers(AsItWas())
    tiers.store.gate.clear()
    early = asyncio.create_task(tiers.found(NEXT))
    await tiers.store.arrived.wait()
    tiers.reader.changed(ENTRY)
    late = asyncio.create_task(tiers.found(NEXT))
    await until(lambda: tiers.reader.counts.joined == 1)
    tiers.store.gate.set()
    await early
    tiers.store.gate.clear()
    await until(lambda: tiers.store.asked[NEXT] == 2)
    tiers.reader.changed(ENTRY)
    tiers.store.gate.set()
    assert (await late)[0] is NotFound
    assert tiers.store.asked[NEXT] == 2


async def test_a_change_is_seen_at_once_and_by_whoever_comes_during_a_read(tiers: Tiers) -> None:
    tiers.store.put(ENTRY, b"one")
    tiers.store.gate.clear()
    early = asyncio.create_task(tiers.told(ENTRY))
    await tiers.store.arrived.wait()
    tiers.reader.changed(ENTRY)
    late = asyncio.create_task(tiers.found(ENTRY))
    await until(lambda: tiers.store.asked[ENTRY] == 2)
    tiers.store.gate.set()
    _, noted = await early
    assert noted.held == [], "what was read before a change is not held"
    assert await late == (b"one", Found.STORE)
    tiers.store.put(ENTRY, b"two")
    tiers.reader.changed(ENTRY)
    assert tiers.changed[-1] == ENTRY
    assert await tiers.found(ENTRY) == (b"two", Found.STORE)


@pytest.mark.parametrize("hears", [True, False])
async def test_what_was_read_when_changes_may_have_been_missed_is_not_joined_nor_held(
    *, hears: bool
) -> None:
    tiers = Tiers(AsItWas())
    tiers.reader.hear(hears=not hears)
    tiers.store.put(ENTRY, b"one")
    tiers.store.gate.clear()
    early = asyncio.create_task(tiers.told(ENTRY))
    await tiers.store.arrived.wait()
    tiers.store.put(ENTRY, b"two")
    tiers.reader.hear(hears=hears)
    late = asyncio.create_task(tiers.found(ENTRY))
    await until(lambda: tiers.store.asked[ENTRY] == 2)
    tiers.store.gate.set()
    content, noted = await early
    assert (content, noted.held) == (b"one", [])
    assert await late == (b"two", Found.STORE)
    assert await tiers.found(ENTRY) == (b"two", Found.MEMORY)


@pytest.mark.parametrize("is_held", [True, False])
async def test_who_joins_a_read_of_what_is_purged_may_be_behind_and_nobody_else(
    *, is_held: bool
) -> None:
    tiers = Tiers(AsItWas(), purged=True)
    tiers.store.put(ENTRY, b"one")
    if is_held:
        await tiers.reader.read(ENTRY)
    tiers.store.gate.clear()
    early = asyncio.create_task(tiers.told(ENTRY))
    await until(lambda: tiers.store.waiting == 1)
    tiers.store.put(ENTRY, b"two")
    late = asyncio.create_task(tiers.told(ENTRY))
    await until(lambda: tiers.reader.counts.joined == 1)
    tiers.store.gate.set()
    asked = [await early, await late, await tiers.told(ENTRY)]
    said = [(content, noted.may_be_behind) for content, noted in asked]
    assert said == [(b"one", False), (b"one", True), (b"two", False)]


async def test_who_waited_when_a_change_was_told_may_be_behind() -> None:
    tiers = Tiers(AsItWas(), purged=True)
    tiers.reader.hear(hears=True)
    tiers.store.put(ENTRY, b"one")
    tiers.store.gate.clear()
    asks = [asyncio.create_task(tiers.told(ENTRY)) for _ in range(2)]
    await until(lambda: tiers.store.waiting == 1)
    tiers.store.put(ENTRY, b"two")
    tiers.reader.changed(ENTRY)
    asks += [asyncio.create_task(tiers.told(ENTRY)) for _ in range(2)]
    await until(lambda: tiers.store.waiting == 2)
    tiers.store.gate.set()
    said = [(content, noted.may_be_behind) for content, noted in await asyncio.gather(*asks)]
    assert said == [(b"one", True)] * 2 + [(b"two", False)] * 2


async def test_an_answer_of_what_has_left_memory_is_not_given_again(tiers: Tiers) -> None:
    for key in (ENTRY, SEGMENT):
        tiers.store.put(key, b"one")
        expected = listed(b"one") if key == SEGMENT else None
        await tiers.reader.read(key, listed=expected)
        _, noted = await tiers.told(key, expected)
        assert noted.is_from_memory
        tiers.reader.held.memory.drop(key)
        assert not noted.is_from_memory


async def test_entries_last_longer_while_changes_are_heard_of(tiers: Tiers) -> None:
    tiers.reader.hear(hears=True)
    tiers.store.put(ENTRY, b"one")
    await tiers.reader.read(ENTRY)
    tiers.store.put(ENTRY, b"two")
    tiers.now_s += 9.9
    _, noted = await tiers.told(ENTRY)
    assert (noted.farthest, noted.until_s) == (Found.MEMORY, 1_010.0)
    tiers.changed.clear()
    tiers.reader.hear(hears=False)
    assert tiers.changed == [ENTRY]
    assert not noted.is_from_memory
    assert await tiers.found(ENTRY) == (b"two", Found.RENEWED)


async def test_after_silence_everything_that_changes_is_read_anew(tiers: Tiers) -> None:
    tiers.store.put(ENTRY, b"one")
    tiers.store.put(SEGMENT, b"sound")
    await tiers.reader.read(ENTRY)
    await tiers.reader.read(SEGMENT, listed=listed(b"sound"))
    tiers.store.put(ENTRY, b"two")
    tiers.reader.hear(hears=True)
    assert await tiers.found(ENTRY) == (b"two", Found.RENEWED)
    assert await tiers.found(SEGMENT, listed(b"sound")) == (b"sound", Found.MEMORY)


async def test_a_thousand_at_once_are_one_read_and_may_all_go_away(tiers: Tiers) -> None:
    tiers.store.put(SEGMENT, b"sound")
    tiers.store.gate.clear()
    asks = [asyncio.create_task(tiers.found(SEGMENT, listed(b"sound"))) for _ in range(1_000)]
    await tiers.store.arrived.wait()
    for ask in asks[:500]:
        ask.cancel()
    tiers.store.gate.set()
    found = await asyncio.gather(*asks, return_exceptions=True)
    assert found[500:] == [(b"sound", Found.JOINED)] * 500
    assert tiers.reader.counts.joined == 999
    assert all(isinstance(each, asyncio.CancelledError) for each in found[:500])
    assert tiers.store.asked[SEGMENT] == 1


async def test_whoever_began_a_read_and_left_has_it_in_memory_for_the_next(tiers: Tiers) -> None:
    tiers.store.put(SEGMENT, b"sound")
    tiers.store.gate.clear()
    alone = asyncio.create_task(tiers.found(SEGMENT, listed(b"sound")))
    await tiers.store.arrived.wait()
    alone.cancel()
    tiers.store.gate.set()
    await until(lambda: SEGMENT in tiers.reader.held)
    assert await tiers.found(SEGMENT, listed(b"sound")) == (b"sound", Found.MEMORY)


async def test_what_is_read_ahead_is_at_hand(tiers: Tiers) -> None:
    tiers.store.put(NEXT, b"more")
    tiers.reader.read_ahead(NEXT, listed(b"more"))
    tiers.reader.read_ahead(NEXT, listed(b"more"))
    await until(lambda: NEXT in tiers.reader.held)
    tiers.reader.read_ahead(NEXT, listed(b"more"))
    counts = tiers.reader.counts
    assert (counts.ahead, counts.ahead_used) == (1, 0)
    for _ in range(2):
        assert await tiers.found(NEXT, listed(b"more")) == (b"more", Found.MEMORY)
    assert tiers.store.asked[NEXT] == 1
    assert (counts.ahead, counts.ahead_used) == (1, 1)


async def test_what_is_on_its_way_ahead_is_used_by_who_waits_for_it(tiers: Tiers) -> None:
    tiers.store.put(NEXT, b"more")
    tiers.store.gate.clear()
    tiers.reader.read_ahead(NEXT, listed(b"more"))
    asks = [asyncio.create_task(tiers.found(NEXT, listed(b"more"))) for _ in range(3)]
    await tiers.store.arrived.wait()
    tiers.store.gate.set()
    assert await asyncio.gather(*asks) == [(b"more", Found.JOINED)] * 3
    assert tiers.reader.counts == TierCounts(joined=3, ahead=1, ahead_used=1)


async def test_who_wait_for_what_is_read_anew_are_counted(tiers: Tiers) -> None:
    tiers.store.put(ENTRY, b"one")
    await tiers.reader.read(ENTRY)
    tiers.store.gate.clear()
    tiers.now_s += 1.1
    assert await tiers.found(ENTRY) == (b"one", Found.STALE)
    assert await tiers.found(ENTRY) == (b"one", Found.STALE)
    assert tiers.reader.counts.joined == 0, "nobody waits for that"
    tiers.now_s += 10
    asks = [asyncio.create_task(tiers.found(ENTRY)) for _ in range(3)]
    await tiers.store.arrived.wait()
    tiers.store.gate.set()
    assert await asyncio.gather(*asks) == [(b"one", Found.RENEWED)] * 3
    assert tiers.reader.counts.joined == 3


async def test_little_is_read_ahead_at_once_and_nothing_from_a_busy_store() -> None:
    store = CountingStore()
    store.gate.clear()
    reader = TieredReader(StoreReader(store, reads_at_once=6))
    for number in range(10):
        reader.read_ahead(f"media/a/r/128k/0000{number}.m4s", listed(b"more"))
    await store.arrived.wait()
    assert store.asked.total() == 4
    waiting = [asyncio.create_task(reader.read(f"media/a/r/x/0000{n}.m4s")) for n in range(2)]
    await until(lambda: store.asked.total() == 6)
    await reader.close()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert store.asked.total() == 6

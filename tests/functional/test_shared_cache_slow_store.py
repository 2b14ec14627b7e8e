"""Processes that want the same of a store that is slow: four of them here, over one real Valkey.

However slow it is, two of them read it at a time, and the others take what these give.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import chain, repeat

import pytest
from redis.asyncio import Redis

from origin.cache.connection import Connection, connect
from origin.cache.shared import NAMES, SharedTier
from origin.cache.tiered import TieredReader
from origin.delivery.errors import StoreUnavailable
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore
from tests.servers.valkey import Valkey
from tests.sources.listed_segment import KEY_OF, LISTED, SOUND
from tests.tries import tries

KEY = KEY_OF.format(0)
NAME = f"{NAMES}{KEY}:{LISTED.sha256[:16]}"
PROCESSES = 4
PLAYERS = 50
"""Of each process."""
SECOND_S = 2.0
"""When a second process may read."""
STORE_S = 4.0
"""How long a read may take here."""
LOST_S = STORE_S + 0.5
"""When a claim ends by itself."""
LATE_S = 1.5
"""How much later than it should an answer may be on a busy machine."""
SILENT_S = 1.5
"""How long whoever waits goes on to where the cache does not answer."""
BLIP_S = 0.5
"""How long the cache is away."""


class SlowStore(CountingStore):
    """Each read takes as long as is said of it; ``fails`` tells which of them bring nothing.

    ``under_way`` is how many there are now, ``at_once`` how many there were at most.
    """

    _takes_s: Iterator[float]
    _fails: Iterator[bool]
    under_way = at_once = 0

    @classmethod
    def of(cls, takes_s: Sequence[float], fails: Sequence[bool] = ()) -> "SlowStore":
        store = cls()
        store._takes_s = chain(takes_s, repeat(takes_s[-1]))
        store._fails = chain(fails, repeat(False))
        store.put(KEY, SOUND)
        return store

    async def _ask(self, path: str) -> None:
        self.asked[path] += 1
        takes_s, fails = next(self._takes_s), next(self._fails)
        self.under_way += 1
        self.at_once = max(self.at_once, self.under_way)
        try:
            await asyncio.sleep(takes_s)
        finally:
            self.under_way -= 1
        if fails:
            raise OSError("The store is down.")


@dataclass
class Case:
    """What the store does, which claims are lost, and what becomes of that."""

    takes_s: Sequence[float]
    reads: range
    waits_s: float
    lost: Sequence[str] = ()
    fails: Sequence[bool] = ()
    is_there: bool = True


CASES = {
    "quick": Case([0.5], range(1, 2), 0.5),
    "slow": Case([3.0], range(2, 3), 3.0),
    "the first is stuck": Case([30.0, 0.1], range(2, 3), SECOND_S + 0.1),
    "the second is stuck": Case([3.0, 30.0], range(2, 3), 3.0),
    "the first fails": Case([1.0, 0.1], range(2, 3), 1.1, fails=[True]),
    "a claim is lost": Case([0.1], range(1, 2), SECOND_S + 0.1, lost=["claim"]),
    "its second, too": Case([0.1], range(1, 3), LOST_S + 0.1, lost=["claim", "claim2"]),
    "it never answers": Case([30.0], range(2, 4), STORE_S + SECOND_S, is_there=False),
}


@dataclass
class Outcome:
    """What all players got, and how long the last of them waited."""

    took_s: float
    contents: set[bytes] = field(default_factory=set)
    failed: int = 0


async def outcome(readers: Sequence[TieredReader]) -> Outcome:
    found = Outcome(0)

    async def play(reader: TieredReader) -> None:
        begun_s = time.monotonic()
        try:
            found.contents.add(await reader.read(KEY, listed=LISTED))
        except StoreUnavailable:
            found.failed += 1
        found.took_s = max(found.took_s, time.monotonic() - begun_s)

    await asyncio.gather(*(play(reader) for reader in readers for _ in range(PLAYERS)))
    return found


Processes = Callable[[SlowStore], list[TieredReader]]


@pytest.fixture
async def processes(cache: Valkey) -> AsyncIterator[Processes]:
    async with AsyncExitStack() as opened:

        def begin(store: SlowStore) -> list[TieredReader]:
            readers = []
            for _ in range(PROCESSES):
                client = connect(cache.url)
                tier = SharedTier(Connection(client), store_s=STORE_S)
                reader = TieredReader(StoreReader(store, timeout_s=STORE_S), shared=tier)
                for close in (client.aclose, tier.close, reader.close):
                    opened.push_async_callback(close)
                readers.append(reader)
            return readers

        yield begin


@pytest.mark.long_unless("slow", "fails", "claim is lost")
@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_a_slow_store_is_read_by_two_at_a_time(
    processes: Processes, cache: Valkey, case: Case
) -> None:
    for watch in tries(case.waits_s + LATE_S):
        async with Redis.from_url(cache.url) as client:
            await client.flushall()
            for claim in case.lost:
                await client.set(f"{NAME}:{claim}", "somebody's", px=int(LOST_S * 1000))
        store = SlowStore.of(case.takes_s, case.fails)
        readers = processes(store)
        watch.begin()
        found = await outcome(readers)
        assert found.contents == ({SOUND} if case.is_there else set())
        assert store.asked[KEY] in case.reads
        assert store.at_once <= 2
        assert (found.failed > 0) == (not case.is_there or any(case.fails))


@pytest.mark.long
async def test_whoever_waits_when_the_cache_dies_reads_soon(
    processes: Processes, cache: Valkey
) -> None:
    store = SlowStore.of([1.5])
    playing = asyncio.create_task(outcome(processes(store)))
    await asyncio.wait_for(store_is_asked(store), 10)
    cache.kill()
    found = await playing
    assert (found.contents, found.failed) == ({SOUND}, 0)
    assert found.took_s < SILENT_S + 1.5 + LATE_S
    assert store.asked[KEY] == PROCESSES


@pytest.mark.long
@pytest.mark.usefixtures("patient")
async def test_whoever_waits_goes_on_when_the_cache_was_away_for_a_moment(
    processes: Processes, cache: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands to it are late then, and after some it is not asked for a second."""
    store = SlowStore.of([3.5])
    playing = asyncio.create_task(outcome(processes(store)))
    await asyncio.wait_for(store_is_asked(store), 10)
    with monkeypatch.context() as hasty:
        hasty.setattr("origin.cache.connection.COMMAND_S", BLIP_S / 10)
        cache.pause()
        await asyncio.sleep(BLIP_S)
        cache.resume()
    found = await playing
    assert (found.contents, found.failed) == ({SOUND}, 0)
    assert found.took_s < 3.5 + LATE_S
    assert store.asked[KEY] <= 2


@pytest.mark.long_if("True")
@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("fails", [False, True])
async def test_a_claim_ends_with_its_read_and_not_before(
    processes: Processes, cache: Valkey, *, fails: bool
) -> None:
    store = SlowStore.of([1.0], [fails])
    reading = asyncio.create_task(processes(store)[0].read(KEY, listed=LISTED))
    await asyncio.wait_for(store_is_asked(store), 10)
    async with Redis.from_url(cache.url) as client:
        assert await client.pttl(f"{NAME}:claim") > STORE_S * 1000
        await asyncio.wait({reading})
        async with asyncio.timeout(STORE_S / 2):
            while await client.exists(f"{NAME}:claim"):  # noqa: ASYNC110 Redis tells nobody
                await asyncio.sleep(0.01)
        assert await client.exists(NAME) == (not fails)
    assert isinstance(reading.exception(), StoreUnavailable) == fails


async def store_is_asked(store: SlowStore) -> None:
    while not store.asked[KEY]:  # noqa: ASYNC110 nothing tells of it
        await asyncio.sleep(0.01)

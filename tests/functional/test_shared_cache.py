"""Processes that share a cache: two of them here, over one real Valkey and one store."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis

from manifests.index import StoredObject
from origin.cache.connection import Connection, Trouble, connect
from origin.cache.running import Tiers, telling
from origin.cache.shared import NAMES
from origin.cache.tiered import TieredReader
from origin.delivery.errors import NotFound
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore, until
from tests.servers.valkey import Valkey, valkey
from tests.sources.listed_segment import KEY_OF, LISTED, SOUND
from tests.tries import tries

ENTRY = "entry/a.json"
AT_ONCE = 1_000
LATE_S = 3.0
"""What a listener may wait at most where the cache is anything but well, on a busy machine."""


@dataclass
class Shared:
    """Two readers of one store, and what they share."""

    server: Valkey
    store: CountingStore
    one: TieredReader
    other: TieredReader

    async def hears(self) -> None:
        """Wait until both trust in what they hear."""
        await until(lambda: self.one.held.hears and self.other.held.hears)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    with valkey(tmp_path) as running:
        yield running


@pytest.fixture
async def shared(server: Valkey) -> AsyncIterator[Shared]:
    store = CountingStore()
    async with AsyncExitStack() as opened:
        one, other = [
            await opened.enter_async_context(Tiers(StoreReader(store), server.url).running())
            for _ in range(2)
        ]
        shared = Shared(server, store, one, other)
        await shared.hears()
        yield shared


async def asked(reader: TieredReader, number: int = 0) -> tuple[bytes, float]:
    """Read a segment; return it, and how long that took."""
    begun_s = time.monotonic()
    content = await reader.read(KEY_OF.format(number), listed=LISTED)
    return content, time.monotonic() - begun_s


@pytest.mark.usefixtures("patient")
async def test_many_who_want_a_cold_segment_cause_one_read(shared: Shared) -> None:
    shared.store.put(KEY_OF.format(0), SOUND)
    readers = [shared.one, shared.other] * (AT_ONCE // 2)
    found = await asyncio.gather(*(asked(reader) for reader in readers))
    assert {content for content, _ in found} == {SOUND}
    assert shared.store.asked[KEY_OF.format(0)] == 1


@pytest.mark.usefixtures("patient")
async def test_what_one_has_read_the_other_finds(shared: Shared) -> None:
    shared.store.put(KEY_OF.format(0), SOUND)
    await asked(shared.one)
    client = Redis.from_url(shared.server.url)
    async with asyncio.timeout(10):
        while not await client.exists(f"{NAMES}{KEY_OF.format(0)}:{LISTED.sha256[:16]}"):  # noqa: ASYNC110 Redis tells nobody
            await asyncio.sleep(0.01)
    await client.aclose()
    assert (await asked(shared.other))[0] == SOUND
    assert shared.store.asked[KEY_OF.format(0)] == 1


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("there", [SOUND[:-1], b"", b"\1" + SOUND[1:], SOUND + b"\0", b"foreign"])
async def test_what_is_not_the_object_is_never_given(shared: Shared, there: bytes) -> None:
    shared.store.put(KEY_OF.format(0), SOUND)
    client = Redis.from_url(shared.server.url)
    await client.set(f"{NAMES}{KEY_OF.format(0)}:{LISTED.sha256[:16]}", there)
    await client.aclose()
    assert (await asked(shared.one))[0] == SOUND
    assert shared.store.asked[KEY_OF.format(0)] == 1


async def test_a_cache_that_dies_or_hangs_is_no_failure_and_no_long_wait(shared: Shared) -> None:
    for number in range(60):
        shared.store.put(KEY_OF.format(number), SOUND)
    await asked(shared.one, 0)
    shared.server.pause()
    waits_s = [(await asked(shared.one, number))[1] for number in range(1, 20)]
    assert max(waits_s) < LATE_S
    assert sorted(waits_s)[10] < 0.2, "most are not even asked of it"
    shared.server.resume()
    shared.server.kill()
    for number in range(20, 40):
        content, wait_s = await asked(shared.other, number)
        assert content == SOUND
        assert wait_s < LATE_S
    shared.server.start()
    await shared.hears()
    assert (await asked(shared.one, 40))[0] == SOUND


@pytest.mark.usefixtures("patient")
async def test_a_cache_that_is_full_is_no_failure(tmp_path: Path) -> None:
    store = CountingStore()
    with valkey(tmp_path, maxmemory="1mb", maxmemory_policy="noeviction") as server:
        tiers = Tiers(StoreReader(store), server.url)
        async with tiers.running() as reader:
            for number in range(20):
                store.put(KEY_OF.format(number), SOUND)
                assert (await asked(reader, number))[0] == SOUND
    assert _troubles(tiers) == {Trouble.REFUSED}


def _troubles(tiers: Tiers) -> set[str]:
    assert tiers.shared is not None
    return {kind for kind, number in tiers.shared.errors.items() if number}


@pytest.mark.usefixtures("patient")
async def test_what_is_wrong_with_a_cache_is_told_apart(tmp_path: Path) -> None:
    store = CountingStore()
    store.put(KEY_OF.format(0), SOUND)

    async def troubles(server: Valkey) -> set[str]:
        tiers = Tiers(StoreReader(store), server.url)
        async with tiers.running() as reader:
            assert (await asked(reader))[0] == SOUND
        return _troubles(tiers)

    with valkey(tmp_path, requirepass="secret") as server:
        assert await troubles(server) == {Trouble.DENIED}
    with valkey(tmp_path) as server:
        assert await troubles(server) == set()
        server.pause()
        assert await troubles(server) == {Trouble.LATE}
        server.kill()
        assert await troubles(server) == {Trouble.UNREACHABLE}


async def test_who_goes_away_leaves_nothing_behind_for_others(shared: Shared) -> None:
    """Requests are cancelled at every moment; no answer reaches another than who asked for it."""
    for number in range(200):
        content = f"sound {number}".encode()
        listed = StoredObject("name", len(content), hashlib.sha256(content).hexdigest())
        shared.store.put(KEY_OF.format(number), content)
        gone = asyncio.create_task(shared.one.read(KEY_OF.format(number), listed=listed))
        await asyncio.sleep(0.0001 * (number % 40))
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        for reader in (shared.one, shared.other):
            assert await reader.read(KEY_OF.format(number), listed=listed) == content


async def test_a_change_is_heard_at_once(shared: Shared) -> None:
    shared.store.put(ENTRY, b"before")
    for reader in (shared.one, shared.other):
        assert await reader.read(ENTRY) == b"before"
    with pytest.raises(NotFound):
        await shared.one.read("entry/new.json")
    shared.store.put(ENTRY, b"after")
    shared.store.put("entry/new.json", b"new")
    async with telling(shared.server.url) as tell:
        await tell([ENTRY, "entry/new.json"])
    await until(lambda: ENTRY not in shared.one.held and ENTRY not in shared.other.held)
    assert [await reader.read(ENTRY) for reader in (shared.one, shared.other)] == [b"after"] * 2
    assert await shared.one.read("entry/new.json") == b"new"


async def test_what_was_missed_while_nobody_listened_is_read_anew(shared: Shared) -> None:
    shared.store.put(ENTRY, b"before")
    assert await shared.one.read(ENTRY) == b"before"
    shared.server.kill()
    await until(lambda: not shared.one.held.hears)
    shared.store.put(ENTRY, b"after")  # told to nobody
    shared.server.start()
    await shared.hears()
    assert await shared.one.read(ENTRY) == b"after"


async def test_nobody_who_publishes_waits_for_a_cache_that_hangs(server: Valkey) -> None:
    for watch in tries(LATE_S):
        async with telling(server.url) as tell:
            await tell([ENTRY])
            server.pause()
            watch.begin()
            await tell([ENTRY])
            server.resume()


@pytest.mark.usefixtures("patient")
async def test_commands_go_on_after_one_that_was_cancelled(server: Valkey) -> None:
    connection = Connection(connect(server.url))
    client = connection.client
    await connection.ask(lambda: client.set("a", "1"))
    for number in range(100):
        task = asyncio.create_task(connection.ask(lambda: client.get("a")))
        await asyncio.sleep(0.00005 * (number % 20))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await connection.ask(partial(client.set, "b", number))
        assert await connection.ask(partial(client.get, "b")) == str(number).encode()
    await client.aclose()

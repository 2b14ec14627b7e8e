"""What two processes give to a Valkey that parts with things, and what they spare it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from origin.cache.connection import Connection, connect
from origin.cache.running import Tiers
from origin.cache.stay import Stay, keep_looking
from origin.cache.tiered import TieredReader
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore, until
from tests.servers.valkey import valkey
from tests.sources.listed_segment import KEY_OF, LISTED, SOUND

pytestmark = pytest.mark.usefixtures("patient")

NOT_AT_ALL_S = 0.001
A_WHILE_S = 60.0


@dataclass
class Crowded:
    """Two readers of one store, and a cache in which things stay as long as a test says."""

    store: CountingStore
    client: Redis
    readers: list[TieredReader]
    stays: list[Stay]

    def stay(self, seconds: float) -> None:
        for stay in self.stays:
            stay.seconds = seconds

    async def read(self, number: int, reader: int = 0) -> None:
        self.store.put(KEY_OF.format(number), SOUND)
        assert await self.readers[reader].read(KEY_OF.format(number), listed=LISTED) == SOUND

    async def given(self) -> list[str]:
        """Return what is there, once nothing is on its way any more."""
        async with asyncio.timeout(10):
            while names := [name async for name in self.client.scan_iter()]:
                if not any(name.endswith(b":claim") for name in names):
                    break
                await asyncio.sleep(0.01)
        return [name.decode() for name in names if not name.endswith(b":wanted")]


@pytest.fixture
async def crowded(tmp_path: Path) -> AsyncIterator[Crowded]:
    store = CountingStore()
    with valkey(tmp_path) as server:
        async with AsyncExitStack() as opened:
            tiers = [Tiers(StoreReader(store), server.url) for _ in range(2)]
            readers = [await opened.enter_async_context(each.running()) for each in tiers]
            stays = [each.shared.stay for each in tiers if each.shared is not None]
            client = await opened.enter_async_context(Redis.from_url(server.url))
            yield Crowded(store, client, readers, stays)


async def test_what_nobody_will_ask_for_in_time_is_not_given(crowded: Crowded) -> None:
    crowded.stay(NOT_AT_ALL_S)
    await crowded.read(7)
    assert await crowded.given() == []


async def test_what_a_listener_behind_will_ask_for_is_given(crowded: Crowded) -> None:
    """Who is six segments behind will be there in half a minute."""
    for number in range(3):
        await crowded.read(number)
    crowded.stay(A_WHILE_S)
    await crowded.read(8)
    assert len(await crowded.given()) == 4
    crowded.stay(NOT_AT_ALL_S)
    await crowded.read(9)
    assert len(await crowded.given()) == 4


async def test_who_waits_elsewhere_is_given_it_all_the_same(crowded: Crowded) -> None:
    crowded.stay(NOT_AT_ALL_S)
    crowded.store.gate.clear()
    reads = [asyncio.create_task(crowded.read(7, reader=number % 2)) for number in range(1_000)]
    await until(lambda: crowded.store.waiting == 1)
    async with asyncio.timeout(10):
        while not [name async for name in crowded.client.scan_iter("*:wanted")]:  # noqa: ASYNC110 Redis tells nobody
            await asyncio.sleep(0.01)
    crowded.store.gate.set()
    await asyncio.gather(*reads)
    assert crowded.store.asked[KEY_OF.format(7)] == 1
    assert len(await crowded.given()) == 1


async def test_what_two_had_to_read_is_given_from_then_on(crowded: Crowded) -> None:
    """Each knows its own listeners alone."""
    crowded.stay(1.0)
    await crowded.read(7)
    assert await crowded.given() == []
    await crowded.read(7, reader=1)
    assert len(await crowded.given()) == 1
    assert crowded.store.asked[KEY_OF.format(7)] == 2


async def test_a_small_cache_tells_that_nothing_stays_long(tmp_path: Path) -> None:
    stay = Stay()
    with valkey(tmp_path, maxmemory="3mb", maxmemory_policy="allkeys-lfu") as server:
        async with connect(server.url) as client:
            looking = asyncio.create_task(keep_looking(Connection(client), stay, every_s=0.05))
            async with asyncio.timeout(10):
                number = 0
                while stay.lasts(A_WHILE_S):
                    number += 1
                    await client.set(f"some:{number}", SOUND, ex=3600)
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking


async def test_one_that_does_not_tell_is_given_everything(tmp_path: Path) -> None:
    with valkey(tmp_path) as server:
        async with connect(server.url) as client:
            await client.acl_setuser("default", enabled=True, commands=["-info"])
            stay = Stay()
            stay.seconds = 1.0
            looking = asyncio.create_task(keep_looking(Connection(client), stay, every_s=0.05))
            await until(lambda: stay.lasts(1e9))
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

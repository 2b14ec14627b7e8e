"""Changes are told as soon as there is somebody to tell them to."""

import asyncio

import pytest
from redis.asyncio import Redis

from origin.cache.changes import CHANNEL
from origin.cache.running import Tiers, telling
from origin.circuit import FAILURES_MAX
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore, until
from tests.servers.valkey import Valkey

KEYS = ["entry/a.json", "entry/b.json"]
LATE_S = 3.0
"""How long telling may take at most where there is nobody, on a busy machine."""


@pytest.mark.usefixtures("patient")
async def test_a_cache_that_is_back_after_an_outage_is_told_of_the_next_change(
    cache: Valkey,
) -> None:
    """Many were lost; nobody waits for as long as what is read there is not looked for again."""
    async with telling(cache.url) as tell:
        cache.kill()
        for _ in range(2 * FAILURES_MAX):
            await tell(KEYS)
        cache.start()
        async with Redis.from_url(cache.url) as client, client.pubsub() as messages:
            await messages.subscribe(CHANNEL)
            assert await messages.get_message(timeout=LATE_S) is not None, "that it listens"
            await tell(KEYS)
            told = await messages.get_message(timeout=LATE_S)
    assert told is not None
    assert told["data"] == "\n".join(KEYS).encode()


class Fails(Exception):
    """What nobody expected."""


class FailsOnce:
    """Somebody who is told what leaves memory, and fails at the first."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, key: str) -> None:
        self.told.append(key)
        if len(self.told) == 1:
            raise Fails


@pytest.mark.usefixtures("patient")
async def test_who_could_not_do_with_a_change_listens_again_and_trusts_nothing_from_before(
    cache: Valkey,
) -> None:
    store, on_change = CountingStore(), FailsOnce()
    tiers = Tiers(StoreReader(store), cache.url, on_change=on_change)
    async with asyncio.timeout(5 * LATE_S), telling(cache.url) as tell, tiers.running() as reader:
        await until(lambda: reader.held.hears)
        for content in (b"one", b"two"):
            store.put(KEYS[0], content)
            if content == b"two":
                await tell(KEYS)
                await until(lambda: not reader.held.hears)
            assert await reader.read(KEYS[0]) == content
        store.put(KEYS[0], b"three")
        await until(lambda: reader.held.hears)
        assert await reader.read(KEYS[0]) == b"three"

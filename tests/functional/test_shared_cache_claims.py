"""Claims do not outlast what they were taken for, whatever a cache does meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeout

from origin.cache.connection import Connection, connect
from origin.cache.shared import NAMES, WAIT_S, SharedTier
from origin.cache.tiered import TieredReader
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore, until
from tests.servers.valkey import Valkey
from tests.sources.listed_segment import KEY_OF, LISTED, SOUND

pytestmark = pytest.mark.usefixtures("patient")
KEY = KEY_OF.format(0)
NAME = f"{NAMES}{KEY}:{LISTED.sha256[:16]}"
PATIENT_S = 2 * WAIT_S
"""How long it may take until a claim is given back; by itself it ends much later."""


class PausedAround(Redis):
    """A client whose server is paused before a claim is asked for, or once one ``is_taken``."""

    server: Valkey
    is_before = False
    is_taken: asyncio.Event

    async def set(self, *args: Any, **kwargs: Any) -> Any:
        is_claim = bool(kwargs.get("nx"))
        if is_claim and self.is_before:
            self.server.pause()
        answer = await super().set(*args, **kwargs)
        if is_claim:
            self.server.pause()
            self.is_taken.set()
        return answer


class LosesOne(Redis):
    """A client of whose second claims the first gets no answer, and never arrives."""

    is_lost = False

    async def set(self, *args: Any, **kwargs: Any) -> Any:
        if str(args[0]).endswith(":claim2") and not self.is_lost:
            self.is_lost = True
            raise RedisTimeout
        return await super().set(*args, **kwargs)


@asynccontextmanager
async def process(client: "Redis", store: CountingStore) -> AsyncIterator[TieredReader]:
    tier = SharedTier(Connection(client))
    reader = TieredReader(StoreReader(store), shared=tier)
    try:
        yield reader
    finally:
        await reader.close()
        await tier.close()
        await client.aclose()


@pytest.fixture
def store() -> CountingStore:
    store = CountingStore()
    store.put(KEY, SOUND)
    return store


@pytest.fixture
def pausing(cache: Valkey) -> PausedAround:
    client = PausedAround.from_url(cache.url)
    assert isinstance(client, PausedAround)
    client.server, client.is_taken = cache, asyncio.Event()
    return client


async def comes(cache: Valkey, holds: Callable[["Redis"], Awaitable[bool]]) -> None:
    """Wait until something is so in the cache."""
    async with Redis.from_url(cache.url) as client, asyncio.timeout(PATIENT_S):
        while not await holds(client):  # noqa: ASYNC110 Redis tells nobody
            await asyncio.sleep(0.01)


async def is_unclaimed(client: "Redis") -> bool:
    return not await client.keys(f"{NAME}:*")


async def is_given(client: "Redis") -> bool:
    return bool(await client.exists(NAME)) and await is_unclaimed(client)


async def test_a_cache_that_hangs_once_it_has_given_a_claim(
    cache: Valkey, store: CountingStore, pausing: PausedAround
) -> None:
    """What is read then is read under the claim, and given to all."""
    store.gate.clear()
    async with process(pausing, store) as reader:
        reading = asyncio.create_task(reader.read(KEY, listed=LISTED))
        await until(lambda: store.asked[KEY] == 1)
        cache.resume()
        store.gate.set()
        assert await reading == SOUND
        await comes(cache, is_given)


async def test_who_ends_with_a_claim_just_taken_gives_it_back(
    cache: Valkey, store: CountingStore, pausing: PausedAround
) -> None:
    async with process(pausing, store) as reader:
        reading = asyncio.create_task(reader.read(KEY, listed=LISTED))
        await pausing.is_taken.wait()
        await reader.close()
        cache.resume()
        await asyncio.gather(reading, return_exceptions=True)
    assert store.asked[KEY] == 0
    await comes(cache, is_unclaimed)


async def test_a_claim_that_nobody_heard_was_given_is_given_back(
    cache: Valkey, store: CountingStore, pausing: PausedAround
) -> None:
    pausing.is_before = True
    async with process(pausing, store) as reader:
        assert await reader.read(KEY, listed=LISTED) == SOUND
        cache.resume()
        await comes(cache, has_heard_of_a_claim)
        await comes(cache, is_unclaimed)


@pytest.mark.long
async def test_nobody_releases_his_own_claim_for_one_that_was_lost_before(
    cache: Valkey, store: CountingStore
) -> None:
    """It is tried for two seconds to give back what may have been taken."""
    client = LosesOne.from_url(cache.url)
    async with process(client, store) as reader, Redis.from_url(cache.url) as looking:
        await looking.set(f"{NAME}:claim", "another's")
        store.gate.clear()
        reading = asyncio.create_task(reader.read(KEY, listed=LISTED))
        await until(lambda: store.asked[KEY] == 1)
        for _ in range(25):
            await asyncio.sleep(0.1)
            assert await looking.exists(f"{NAME}:claim2")
        store.gate.set()
        assert await reading == SOUND


async def test_nobody_releases_a_claim_that_is_another_s_now(
    cache: Valkey, store: CountingStore
) -> None:
    """It had come to its end, and was taken again, while the store was read."""
    store.gate.clear()
    async with Redis.from_url(cache.url) as client:
        async with process(connect(cache.url), store) as reader:
            reading = asyncio.create_task(reader.read(KEY, listed=LISTED))
            await until(lambda: store.asked[KEY] == 1)
            await client.set(f"{NAME}:claim", "another's")
            store.gate.set()
            assert await reading == SOUND
        assert await client.exists(NAME)
        assert await client.get(f"{NAME}:claim") == b"another's"


async def has_heard_of_a_claim(client: "Redis") -> bool:
    return "cmdstat_set" in await client.info("commandstats")

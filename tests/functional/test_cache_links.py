"""A link to Valkey that brings only so much a second: what it brings is used."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from redis.asyncio import Redis

from manifests.index import StoredObject
from origin.cache.connection import SLOWEST_BYTES_PER_S, Connection, connect
from origin.cache.errors import Unanswered
from origin.cache.running import Tiers
from origin.cache.shared import NAMES
from origin.circuit import FAILURES_MAX
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore
from tests.servers.relay import Relay, relay
from tests.servers.valkey import Valkey

KEY = "media/a-{}/r/320k/00000.m4s"
SOUNDS = [hashlib.sha256(bytes([number])).digest() * 7_500 for number in range(64)]
"""Of 240 KB each: 15 MB."""
LISTED = [StoredObject("n", len(sound), hashlib.sha256(sound).hexdigest()) for sound in SOUNDS]


@pytest.fixture
def link(cache: Valkey) -> Iterator[Relay]:
    with relay(cache) as between:
        yield between


@pytest.fixture
async def connection(cache: Valkey) -> AsyncIterator[Connection]:
    async with connect(cache.url) as client:
        yield Connection(client)


async def test_what_a_slow_link_brings_in_time_is_used_and_the_rest_read(
    patient: float, cache: Valkey, link: Relay
) -> None:
    store = CountingStore()
    async with Redis.from_url(cache.url) as client:
        for number, sound in enumerate(SOUNDS):
            store.put(KEY.format(number), sound)
            digits = LISTED[number].sha256[:16]
            await client.set(f"{NAMES}{KEY.format(number)}:{digits}", sound)
    tiers = Tiers(StoreReader(store), link.url)
    async with tiers.running() as reader:
        link.bytes_per_s = 12_000_000 / patient
        found = await asyncio.gather(
            *(reader.read(KEY.format(n), listed=LISTED[n]) for n in range(len(SOUNDS)))
        )
        assert found == SOUNDS
        assert tiers.shared is not None
        assert tiers.connection is not None
        assert tiers.shared.reads["hit"] >= len(SOUNDS) / 2
        assert not tiers.connection.is_open


async def test_what_is_large_may_take_longer(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("origin.cache.connection.COMMAND_S", 0.1)

    async def takes() -> str:
        await asyncio.sleep(0.3)
        return "large"

    with pytest.raises(Unanswered):
        await connection.ask(takes)
    assert await connection.ask(takes, SLOWEST_BYTES_PER_S) == "large"


@pytest.mark.parametrize("others_are_answered", [True, False])
async def test_who_answers_others_meanwhile_can_be_reached(
    patient: float, connection: Connection, *, others_are_answered: bool
) -> None:
    late = [
        asyncio.create_task(connection.ask(partial(asyncio.sleep, 10 * patient)))
        for _ in range(2 * FAILURES_MAX)
    ]
    if others_are_answered:
        await asyncio.sleep(0)
        await connection.ask(partial(asyncio.sleep, patient / 4))
    found = await asyncio.gather(*late, return_exceptions=True)
    assert {type(each) for each in found} == {Unanswered}
    assert connection.is_open != others_are_answered


async def test_no_more_is_under_way_than_there_is_room_for(
    patient: float, connection: Connection
) -> None:
    under_way: list[int] = []
    most = 0

    async def bring(size_bytes: int) -> None:
        nonlocal most
        under_way.append(size_bytes)
        most = max(most, sum(under_way))
        await asyncio.sleep(patient / 100)
        under_way.remove(size_bytes)

    sizes = [900_000, 2_000_000, 100_000, 4_000_000, 1_200_000] * 4
    await asyncio.gather(*(connection.ask(partial(bring, size), size) for size in sizes))
    assert most == 4_000_000, "what is larger than the room goes alone"

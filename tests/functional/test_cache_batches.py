"""Values that are asked for in one turn of the loop, over a real Valkey."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import cast

import pytest
from redis.asyncio import Redis

from origin.cache.batch import COMMAND_BYTES_MAX, VALUES_MAX, Gets
from origin.cache.connection import Connection, connect
from origin.cache.errors import Refused, Unanswered
from tests.servers.valkey import Valkey, valkey

pytestmark = pytest.mark.usefixtures("patient")
NAMES = [f"name-{number}" for number in range(2 * VALUES_MAX + 1)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as running:
        yield running


@pytest.fixture
async def client(server: Valkey) -> AsyncIterator[Redis]:
    async with connect(server.url) as client:
        await client.flushall()
        await client.config_resetstat()
        yield client


async def commands(client: Redis) -> int:
    """Return how many MGETs there were."""
    return int((await client.info("commandstats")).get("cmdstat_mget", {}).get("calls", 0))


async def test_each_gets_its_own_and_a_few_go_together(client: Redis) -> None:
    await client.mset({name: name.upper() for name in NAMES[1:]})
    gets = Gets(client, Connection(client).ask)
    found = await asyncio.gather(*(gets.get(name) for name in NAMES))
    assert found == [None, *(name.upper().encode() for name in NAMES[1:])]
    assert await commands(client) == 3


async def test_what_is_large_goes_with_few_others(client: Redis) -> None:
    await client.mset({name: name.upper() for name in NAMES})
    gets = Gets(client, Connection(client).ask)
    sizes = [COMMAND_BYTES_MAX // 4] * 5 + [3 * COMMAND_BYTES_MAX, 1]
    found = await asyncio.gather(*map(gets.get, NAMES, sizes))
    assert found == [name.upper().encode() for name in NAMES[: len(sizes)]]
    assert await commands(client) == 4


async def test_who_asks_alone_does_not_wait_for_company(client: Redis) -> None:
    await client.set(NAMES[0], "alone")
    gets = Gets(client, Connection(client).ask)
    for _ in range(3):
        assert await gets.get(NAMES[0]) == b"alone"
    assert await commands(client) == 3


async def test_who_goes_away_takes_nothing_from_the_others(client: Redis) -> None:
    await client.set(NAMES[1], "here")
    gets = Gets(client, Connection(client).ask)
    gone, stays = (asyncio.create_task(gets.get(name)) for name in NAMES[:2])
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == b"here"
    assert gone.cancelled()


@pytest.mark.parametrize("error", [Unanswered, Refused])
async def test_what_fails_fails_for_all_of_a_command_and_for_no_other(
    client: Redis, error: type[Exception]
) -> None:
    connection = Connection(client)
    await client.mset(dict.fromkeys(NAMES, "value"))
    fails = iter((True, False, False))

    async def ask(command: Callable[[], Awaitable[object]], size_bytes: int = 0, /) -> object:
        if next(fails):
            raise error
        return await connection.ask(command, size_bytes)

    gets = Gets(client, ask)
    found = await asyncio.gather(*(gets.get(name) for name in NAMES), return_exceptions=True)
    assert [type(each) for each in found[:VALUES_MAX]] == [error] * VALUES_MAX
    assert set(found[VALUES_MAX:]) == {b"value"}


async def test_nobody_waits_for_what_nobody_does(client: Redis) -> None:
    async def ask(_: Callable[[], Awaitable[object]], _size_bytes: int = 0, /) -> object:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(Gets(client, ask).get(NAMES[0]), timeout=5)


class _Odd:
    """A client whose server answers one value too few, or too many."""

    def __init__(self, surplus: int) -> None:
        self._surplus = surplus

    async def mget(self, names: list[str]) -> list[bytes]:
        return [b"value"] * (len(names) + self._surplus)


@pytest.mark.parametrize("surplus", [-1, 1])
async def test_another_number_of_values_is_no_answer_to_anybody(surplus: int) -> None:
    client = cast("Redis", _Odd(surplus))
    gets = Gets(client, Connection(client).ask)
    async with asyncio.timeout(5):
        found = await asyncio.gather(*(gets.get(name) for name in NAMES), return_exceptions=True)
    assert {type(each) for each in found} == {Unanswered}


async def test_what_nobody_expects_is_told_to_all_who_wait(client: Redis) -> None:
    async def ask(_: Callable[[], Awaitable[object]], _size_bytes: int = 0, /) -> object:
        raise ZeroDivisionError

    gets = Gets(client, ask)
    async with asyncio.timeout(5):
        found = await asyncio.gather(*(gets.get(name) for name in NAMES), return_exceptions=True)
    assert {type(each) for each in found} == {ZeroDivisionError}

"""A server that was not told how much it may hold, or what to part with, is told of."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from origin.cache.connection import Connection, connect
from origin.cache.room import look
from origin.cache.running import Tiers
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore, until
from tests.servers.valkey import Valkey, valkey

pytestmark = pytest.mark.usefixtures("patient")


async def advised(url: str) -> list[str]:
    """Return what the log says to do."""
    with capture_logs() as lines:
        async with connect(url) as client:
            await look(Connection(client))
    return [line["advice"] for line in lines if line["event"] == "cache set up badly"]


@pytest.mark.parametrize(
    ("memory", "policy", "said"),
    [
        ("0", "noeviction", "maxmemory 1gb"),
        ("0", "allkeys-lfu", "maxmemory 1gb"),
        ("100mb", "noeviction", "parts with nothing"),
        ("100mb", "allkeys-lfu", None),
        ("100mb", "volatile-ttl", None),
    ],
)
async def test_what_a_server_was_not_told_is_said(
    tmp_path: Path, memory: str, policy: str, said: str | None
) -> None:
    with valkey(tmp_path, maxmemory=memory, maxmemory_policy=policy) as server:
        advice = await advised(server.url)
    assert len(advice) == (said is not None)
    assert all(said in line for line in advice if said)


async def test_one_that_is_gone_is_no_matter_here(tmp_path: Path) -> None:
    with valkey(tmp_path) as server:
        server.kill()
        assert await advised(server.url) == []


async def test_it_is_said_when_serving_begins(tmp_path: Path) -> None:
    with valkey(tmp_path) as server, capture_logs() as lines:
        async with Tiers(StoreReader(CountingStore()), server.url).running():
            await until(lambda: any("advice" in line for line in lines))


async def test_it_is_said_of_one_that_comes_up_later(
    cache: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("origin.cache.room.AGAIN_S", 0.05)
    cache.kill()
    with capture_logs() as lines:
        async with Tiers(StoreReader(CountingStore()), cache.url).running():
            await until(lambda: any(line["event"] == "cache not reached" for line in lines))
            cache.start()
            await until(lambda: any("advice" in line for line in lines))
            await asyncio.sleep(0.5)
    assert sum("advice" in line for line in lines) == 1, "it is said once"

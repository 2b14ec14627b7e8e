"""Clients that go away at every moment: what they asked for arrives for others, and nothing stays.

Bodies come slowly from the store here, so that a client can be gone before its answer, while it is
the first who asked for an object, or has joined another's read, and in the middle of an answer.
"""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from redis import Redis

from origin.stores.reader import StoreReader
from tests.functional.asking import get
from tests.functional.listening import all_of, hear, segments_of, shared
from tests.functional.scraping import metrics
from tests.functional.storing import quick, reached
from tests.functional.supervising import Server, hearing, until
from tests.servers.connections import opened
from tests.servers.fault_proxy import Proxy, fault_proxy
from tests.servers.faults import Fault, Request
from tests.servers.seaweedfs import Bucket
from tests.servers.valkey import Valkey, valkey
from tests.sources.published import PublishedAsset, publish

CLIENTS = 400
SLOW_S = 0.4
"""Somewhat more than a body takes that comes slowly."""
COMMANDS_AT_ONCE = 16
SOUND = b"sound" * 20_000
RESET = struct.pack("ii", 1, 0)


@dataclass
class Origin:
    """A server of slow bodies, and what it is between."""

    server: Server
    cache: Valkey
    proxy: Proxy
    assets: list[PublishedAsset]

    def metric(self, name: str) -> float:
        """Return the sum of a metric's samples."""
        told = metrics(self.server)
        return sum(value for sample, value in told.items() if sample.startswith(name))

    def is_at_rest(self) -> bool:
        """Tell whether it reads nothing, and nobody is connected."""
        names = ("soundbridge_store_reads_under_way", "soundbridge_open_connections")
        return not self.proxy.in_flight and not any(self.metric(name) for name in names)

    def cache_connections(self) -> int:
        """How many connections to the cache there are but for our own."""
        with Redis.from_url(self.cache.url) as client:
            return len(client.client_list()) - 1


def is_media(request: Request) -> bool:
    return request.target.endswith(("m4s", "mp4"))


@pytest.fixture
def origin(s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Origin]:
    assets = [publish(s3.store("left"), f"track-{number}") for number in range(8)]

    def plan(request: Request) -> Fault | None:
        return Fault.SLOW_BODY if is_media(request) else None

    with valkey(tmp_path) as cache, fault_proxy(s3, plan) as proxy:
        reached(proxy.bucket, monkeypatch)
        with _serving(tmp_path / "log", cache) as server:
            yield Origin(server, cache, proxy, assets)


@contextmanager
def _serving(log: Path, cache: Valkey) -> Iterator[Server]:
    with hearing("s3://audio/left", log, cache.url, "--metrics-port", "0") as server:
        yield server


async def go_away(server: Server, path: str, chance: Random) -> None:
    """Ask, and be gone after a while, or in the middle of the answer, politely or not."""
    async with opened(server.address[1]) as (reader, writer):
        if chance.random() < 0.5:
            connection = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        request = get(path)
        writer.write(request[: chance.choice((len(request), len(request), 20))])
        try:
            async with asyncio.timeout(chance.random() * SLOW_S):
                await reader.readexactly(chance.randrange(1, 100_000))
        except (TimeoutError, asyncio.IncompleteReadError):
            pass


@pytest.mark.long
async def test_a_read_of_the_store_that_is_cancelled_leaves_its_place(s3: Bucket) -> None:
    """At any moment, while another is asked for the same in its stead among them."""
    s3.store("places").put("key", SOUND)
    with fault_proxy(s3, lambda _: None) as proxy:
        reader = StoreReader(quick(proxy.bucket, "places"), reads_at_once=1)
        for number in range(200):
            read = asyncio.create_task(reader.read("key"))
            await asyncio.sleep(0.0002 * (number % 50))
            read.cancel()
            await asyncio.gather(read, return_exceptions=True)
            assert not reader.is_busy
            assert await reader.read("key") == SOUND
        until(lambda: not proxy.in_flight)


@pytest.mark.long
async def test_nothing_stays_of_clients_that_go_away(origin: Origin, tmp_path: Path) -> None:
    chance = Random(1)  # noqa: S311 a plan, not a secret
    server, left = origin.server, origin.assets[:6]
    paths = list(segments_of(left))
    await asyncio.gather(*(go_away(server, chance.choice(paths), chance) for _ in range(CLIENTS)))
    until(origin.is_at_rest)
    asked = Counter(arrival.target for arrival in origin.proxy.arrivals)
    assert max(asked.values()) <= 2, "one read for all, and perhaps a second where it is late"
    for asset in left:
        await hear(server.url, all_of(asset))
    with _serving(tmp_path / "other", origin.cache) as other:
        fresh = segments_of(origin.assets[6:])
        await hear(other.url, segments_of(origin.assets))
        assert shared(await hear(server.url, fresh)) > 0, "its connections still answer"
    until(origin.is_at_rest)
    assert origin.cache_connections() <= COMMANDS_AT_ONCE + 1
    log = server.stop()
    assert "Traceback" not in log
    assert '"level":"error"' not in log
    assert '"level": "error"' not in log

"""What players see of a shared cache that is killed, paused, full or wrong: nothing of it.

Two servers share it here, each a program of its own. One has filled it; the other has nothing in
memory yet, so that all it is asked for goes to the cache first.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from statistics import median

import pytest
from aiohttp import ClientError
from aiohttp.test_utils import TestServer
from obstore.store import LocalStore
from redis import Redis

from origin.app import create_app
from origin.cache.shared import NAMES
from origin.circuit import PAUSE_MIN_S
from tests.functional.listening import Heard, all_of, hear, segments_of, shared
from tests.functional.supervising import Server, hearing, until
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Request, first_of_each
from tests.servers.relay import relay
from tests.servers.seaweedfs import Bucket
from tests.servers.valkey import Valkey, valkey
from tests.sources.published import PublishedAsset, publish

COMMAND_S = 0.2
"""How long a command may take, as promised; no number of ours is taken from the code here."""
WAIT_S = 2.0
"""How long another's read is waited for."""
LATE_S = 3.0
"""How much later than it should an answer may be on a busy machine."""
PATIENT_S = 30.0
"""How long it may take where that is not what is shown."""
PLAYERS = 3


@pytest.fixture
def assets(store: LocalStore) -> list[PublishedAsset]:
    return [publish(store, f"track-{number}") for number in range(8)]


def values(cache: Valkey) -> list[bytes]:
    """The names of what is in the cache, without claims."""
    with Redis.from_url(cache.url) as client:
        names = client.keys(f"{NAMES}*")
    assert isinstance(names, list)
    return [name for name in names if b":claim" not in name]


@asynccontextmanager
async def patient(folder: Path, cache: Valkey) -> AsyncIterator[str]:
    """Give the URL of a server in this process, whose commands may take long.

    On a busy machine, what another could not give to the cache in time it never gives again.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("origin.cache.connection.COMMAND_S", PATIENT_S)
        async with TestServer(create_app(LocalStore(folder), cache=cache.url)) as server:
            yield str(server.make_url("/"))


async def filled(cache: Valkey, number: int) -> None:
    """Wait until so much is in the cache."""
    async with asyncio.timeout(PATIENT_S):
        while len(values(cache)) < number:  # noqa: ASYNC110 Valkey tells nobody
            await asyncio.sleep(0.02)


async def fill(folder: Path, cache: Valkey, paths: dict[str, bytes]) -> None:
    """Let a server ask the store for all of this, and give it to the cache."""
    async with patient(folder, cache) as url:
        await hear(url, paths)
        await filled(cache, len(paths))


def everything(assets: Sequence[PublishedAsset]) -> dict[str, bytes]:
    return {path: content for asset in assets for path, content in all_of(asset).items()}


async def use_again(
    server: Server, paths: dict[str, bytes], is_used: Callable[[list[Heard]], bool]
) -> None:
    """Ask for one after another, until the cache has been used for one."""
    for path, content in paths.items():
        if is_used(await hear(server.url, {path: content})):
            return
        await asyncio.sleep(PAUSE_MIN_S)
    pytest.fail("the cache is not used again")


@pytest.mark.long
@pytest.mark.parametrize(
    "after_bytes",
    [
        pytest.param(2, marks=pytest.mark.long),
        50_000,
        pytest.param(300_000, marks=pytest.mark.long),
    ],
)
async def test_a_cache_that_is_killed_in_the_middle_of_an_answer(
    cache: Valkey, folder: Path, assets: list[PublishedAsset], tmp_path: Path, after_bytes: int
) -> None:
    await fill(folder, cache, segments_of(assets))
    with relay(cache) as between, hearing(folder, tmp_path / "log", between.url) as server:
        before = await hear(server.url, segments_of(assets[:1]), players=PLAYERS)
        assert shared(before) > 0
        between.kills_after_bytes = after_bytes
        heard = await hear(server.url, everything(assets[1:5]), players=PLAYERS)
        assert max(each.wait_s for each in heard) < COMMAND_S + LATE_S
        assert not cache.is_running
        between.kills_after_bytes = None
        cache.start()
        until(lambda: len(server.events("listening for changes")) == 2)
        await use_again(server, segments_of(assets[5:]), lambda _: bool(values(cache)))
        await hear(server.url, everything(assets), players=PLAYERS)
        assert "Traceback" not in server.log.read_text()


@pytest.mark.long
async def test_a_cache_that_is_paused_and_goes_on(
    cache: Valkey, folder: Path, assets: list[PublishedAsset], tmp_path: Path
) -> None:
    """A command is given up on after a while; after three, nobody asks, nor waits."""
    await fill(folder, cache, segments_of(assets))
    with hearing(folder, tmp_path / "log", cache.url) as server:
        cache.pause()
        at_once = await hear(server.url, everything(assets[:3]), players=PLAYERS)
        one_by_one = [
            (await hear(server.url, {path: content}))[0].wait_s
            for path, content in segments_of(assets[3:5]).items()
        ]
        assert max(each.wait_s for each in at_once) < 2 * COMMAND_S + LATE_S
        assert max(one_by_one) < COMMAND_S + LATE_S
        assert median(one_by_one) < COMMAND_S, "most do not wait"
        cache.resume()
        await use_again(server, segments_of(assets[5:]), lambda heard: shared(heard) > 0)
        await hear(server.url, everything(assets), players=PLAYERS)
        assert "Traceback" not in server.log.read_text()


@pytest.mark.long
async def test_a_cache_that_is_full(
    tmp_path: Path, folder: Path, assets: list[PublishedAsset]
) -> None:
    with valkey(tmp_path, maxmemory="2mb", maxmemory_policy="noeviction") as cache:
        with hearing(folder, tmp_path / "one", cache.url) as one:
            heard = await hear(one.url, everything(assets[:6]), players=PLAYERS)
            assert max(each.wait_s for each in heard) < LATE_S
            causes = {event["cause"].partition(":")[0] for event in one.events("cache not reached")}
            assert causes <= {"TimeoutError"}, "it is there, and says no; late on a busy machine"
        with hearing(folder, tmp_path / "other", cache.url) as other:
            heard = await hear(other.url, everything(assets), players=PLAYERS)
            assert max(each.wait_s for each in heard) < LATE_S


def spoil(cache: Valkey) -> None:
    """Put something else under every name: cut, altered, longer, foreign, and of another type."""
    with Redis.from_url(cache.url) as client:
        for number, name in enumerate(values(cache)):
            content = client.get(name)
            assert isinstance(content, bytes)
            wrong = [
                content[:-1], content[: len(content) // 2], b"", content + b"\0",
                bytes([content[0] ^ 1]) + content[1:], b"foreign", bytes(len(content)), None,
            ][number % 8]  # fmt: skip
            if wrong is None:
                client.delete(name)
                client.rpush(name, "a list")
            else:
                client.set(name, wrong)


@pytest.mark.long
async def test_values_that_are_not_the_objects(
    cache: Valkey, folder: Path, assets: list[PublishedAsset], tmp_path: Path
) -> None:
    objects = {path: each for path, each in everything(assets[:3]).items() if "/media/" in path}
    await fill(folder, cache, objects)
    spoil(cache)
    with hearing(folder, tmp_path / "log", cache.url) as server:
        heard = await hear(server.url, everything(assets[:3]), players=PLAYERS)
        assert shared(heard) == 0
        assert max(each.wait_s for each in heard) < LATE_S
        assert "Traceback" not in server.log.read_text()


@pytest.mark.long
async def test_claims_that_nobody_will_give_back(
    cache: Valkey, folder: Path, assets: list[PublishedAsset], tmp_path: Path
) -> None:
    """Who finds one waits for a while, and gives what he then reads to all others."""
    segments = segments_of(assets[:2])
    await fill(folder, cache, segments)
    with Redis.from_url(cache.url) as client:
        for name in values(cache):
            client.delete(name)
            client.set(name + b":claim", "somebody's")
    async with patient(folder, cache) as url:
        heard = await hear(url, segments, players=PLAYERS)
        assert max(each.wait_s for each in heard) < WAIT_S + LATE_S
        await filled(cache, len(segments))
    with hearing(folder, tmp_path / "other", cache.url) as other:
        heard = await hear(other.url, segments, players=PLAYERS)
        assert shared(heard) > 0
        assert max(each.wait_s for each in heard) < LATE_S


def is_segment(request: Request) -> bool:
    return request.target.endswith("m4s")


@pytest.mark.long
async def test_a_process_that_is_killed_while_others_wait_for_what_it_reads(
    s3: Bucket, cache: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset = publish(s3.store("killed"))
    path, content = next(iter(segments_of([asset]).items()))
    with fault_proxy(s3, first_of_each(Fault.STALLED, is_segment)) as proxy:
        for name, value in proxy.bucket.environment.items():
            monkeypatch.setenv(name, value)
        where = "s3://audio/killed"
        with (
            hearing(where, tmp_path / "one", cache.url) as one,
            hearing(where, tmp_path / "other", cache.url) as other,
        ):
            lost = asyncio.create_task(hear(one.url, {path: content}))
            while not proxy.faults[Fault.STALLED]:  # noqa: ASYNC110 the proxy tells nobody
                await asyncio.sleep(0.01)
            waiting = asyncio.create_task(hear(other.url, {path: content}, players=PLAYERS))
            os.kill(min(one.workers), signal.SIGKILL)
            heard = await waiting
            assert max(each.wait_s for each in heard) < WAIT_S + LATE_S
            with suppress(ClientError):  # or the next worker has answered
                await lost
            until(lambda: one.events("worker ended"))
            assert await hear(one.url, {path: content})

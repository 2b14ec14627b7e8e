"""Answers in Valkey: whose they are, what they are given for, and what becomes of it without."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import redis

from origin.companion.caching import following
from tests.functional.api.catalogue import artist, track
from tests.functional.api.keeping import (
    BOUND_S,
    HIT,
    NOT_SHARED,
    READ,
    SHARED,
    Process,
    process,
)
from tests.functional.api.service import Service, over_sqlite_alone
from tests.servers.valkey import Valkey, valkey
from tests.tries import Stopwatch, tries

pytestmark = pytest.mark.long_if("postgresql")

DELAY_S = 1.0
"""For one answer, where Valkey does not: some deadlines of its commands, and rows."""
STOOD_STILL_S = 5.0
NAMES = "soundbridge:1:answers:*"


@pytest.fixture
async def one(service: Service, cache: Valkey) -> AsyncIterator[Process]:
    """A process."""
    async with process(service, cache.url) as made:
        yield made


@pytest.fixture
async def other(service: Service, cache: Valkey) -> AsyncIterator[Process]:
    """Another one, with the same Valkey."""
    async with process(service, cache.url) as made:
        yield made


async def kept_in(cache: Valkey, count: int = 1) -> list[bytes]:
    """Return the names of what is kept there, once there is so much."""
    with redis.Redis.from_url(cache.url) as client:
        async with asyncio.timeout(10):
            while len(names := list(client.scan_iter(NAMES))) < count:  # noqa: ASYNC110 it tells nobody
                await asyncio.sleep(0.01)
    return names


async def test_what_one_process_has_read_is_given_by_another(
    one: Process, other: Process, cache: Valkey
) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    path = f"/v1/artists/{of['id']}"
    first = await one.said(path)
    await kept_in(cache)
    second = await other.said(path)
    assert (first[2], second[2]) == (NOT_SHARED, SHARED)
    assert first[:2] == second[:2]
    assert await other.status(path) == HIT
    tags = {(await each.ask("GET", path)).headers["ETag"] for each in (one, other)}
    assert len(tags) == 1


async def test_a_change_is_told_to_others(
    one: Process, other: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.sleep(0.5)  # they listen
    for name in ("EVERY_S", "KNOWN_S"):  # nobody looks by themselves
        monkeypatch.setattr(following, name, 60.0)
    await asyncio.sleep(0.3)
    ann = await one.user()
    of = await artist(one, ann)
    path = f"/v1/artists/{of['id']}"
    names = iter(("Another", "A third", "A fourth"))
    for watch in tries(BOUND_S):
        name = next(names)
        await other.get(path)
        await one.ask("PATCH", path, ann, {"name": name})
        watch.begin()
        await other.until(path, called(name))


def called(name: str) -> Callable[[int, Any], bool]:
    return lambda _, said: bool(said["name"] == name)


async def test_what_was_kept_before_a_change_is_given_by_nobody(
    service: Service, one: Process, other: Process, cache: Valkey
) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    song = await track(one, ann, of, "Song")
    path = f"/v1/tracks/{song['id']}"
    await one.said(path)
    await kept_in(cache)
    async with process(service, cache.url) as third:  # it has seen the event before the value
        await one.ask("DELETE", path, ann)
        assert (await one.said(path))[0] == 404
        await other.hears()
        assert (await other.said(path))[0] == 404
        assert (await third.said(path))[0] == 404
    async with process(service, cache.url) as fourth:  # it has not, and begins behind it
        assert (await fourth.said(path))[0] == 404


@over_sqlite_alone
async def test_what_somebody_else_wrote_is_not_given(
    one: Process, other: Process, cache: Valkey
) -> None:
    ann = await one.user()
    paths = [f"/v1/artists/{(await artist(one, ann, name))['id']}" for name in ("ann", "ben")]
    first = await one.said(paths[0])
    (name,) = await kept_in(cache)
    second = await one.said(paths[1])
    (another,) = set(await kept_in(cache, 2)) - {name}
    with redis.Redis.from_url(cache.url) as client:
        value = client.get(name)
        assert isinstance(value, bytes)
        client.set(another, value)  # under another name
        client.set(name, value.replace(b"Ann", b"Bad"))
    assert await other.said(paths[0]) == (200, first[1], NOT_SHARED)
    assert await other.said(paths[1]) == (200, second[1], NOT_SHARED)


@over_sqlite_alone
@pytest.mark.parametrize("value", [b"", b"x", b"\0" * 16 + b"{}\n{}", b"\xff" * 100_000])
async def test_what_cannot_be_read_is_not_given(
    one: Process, other: Process, cache: Valkey, value: bytes
) -> None:
    await one.status("/v1/tracks")
    (name,) = await kept_in(cache)
    with redis.Redis.from_url(cache.url) as client:
        client.set(name, value)
    assert await other.status("/v1/tracks") == NOT_SHARED


@pytest.mark.long
async def test_without_valkey_answers_come_from_rows_soon_and_changes_are_seen(
    one: Process, other: Process, cache: Valkey
) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    path = f"/v1/artists/{of['id']}"
    await one.said(path)
    for number, fault in enumerate((cache.pause, cache.resume, cache.kill, cache.start)):
        fault()
        waits_s = []
        for each in range(5):  # of which some are late until it is not asked any more
            watch = Stopwatch()
            assert (await one.said(f"/v1/tracks?limit={number * 10 + each + 1}"))[0] == 200
            waits_s.append(watch.s)
        await other.said(path)
        watch = Stopwatch()
        changed = await one.ask("PATCH", path, ann, {"name": f"Ann {number}"})
        assert changed.status == 200
        waits_s.append(watch.s)
        assert sorted(waits_s)[-2] < DELAY_S, "but for a moment in which the machine stood still"
        assert max(waits_s) < STOOD_STILL_S
        assert (await one.said(path))[1]["name"] == f"Ann {number}"
        await other.hears()
        assert (await other.said(path))[1]["name"] == f"Ann {number}"


@over_sqlite_alone
async def test_a_full_valkey_keeps_nothing_and_answers_come_all_the_same(
    service: Service, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("full")
    with valkey(folder, maxmemory="1", maxmemory_policy="noeviction") as cache:
        async with process(service, cache.url) as one:
            for limit in range(1, 20):
                assert await one.status(f"/v1/tracks?limit={limit}") in {NOT_SHARED, READ}
                assert await one.status(f"/v1/tracks?limit={limit}") == HIT


@over_sqlite_alone
async def test_what_is_kept_there_has_an_end_and_nothing_is_searched_for(
    one: Process, other: Process, cache: Valkey
) -> None:
    await one.status("/v1/tracks")
    (name,) = await kept_in(cache)
    with redis.Redis.from_url(cache.url) as client:
        assert 0 < int(str(client.pttl(name))) <= 300_000
        before = client.info("commandstats")
        ann = await one.user()
        of = await artist(one, ann)
        for number in range(5):
            await one.ask("PATCH", f"/v1/artists/{of['id']}", ann, {"name": f"Ann {number}"})
            await other.get("/v1/artists")
        after = client.info("commandstats")
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    more = {one for one in after if one not in before or after[one] != before[one]}
    assert not more & {"cmdstat_keys", "cmdstat_scan"}

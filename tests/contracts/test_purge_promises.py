"""What was promised finds its job, whatever else happens to the queue at that moment."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cdn.purge.address import Address
from origin.companion.purging import rows
from origin.companion.purging.media import promise_entries, promise_gone, promise_objects
from origin.companion.purging.promising import KEPT_S, KIND, have_job
from origin.companion.purging.registering import (
    forget,
    look_after,
    purger_id,
    register,
    registered,
)
from origin.companion.purging.tables import purgers, purges
from packager.queue import lease, policy
from packager.queue.claim import claim
from packager.queue.job import Claimed, State
from packager.queue.tables import jobs

NOON_S = 1_800_000_000.0
VARNISH, NGINX = Address.parse("varnish://edge:80"), Address.parse("nginx://edge:81")
MEDIA = ("media/a1/r1/128k/00000.m4s", "media/a1/r1/index.json", "growing/a1/r1/credits.json")


@pytest.fixture
async def known(database: AsyncEngine) -> AsyncEngine:
    async with database.begin() as connection:
        await register(connection, [VARNISH, NGINX], now_s=NOON_S)
    return database


async def of_varnish(connection: AsyncConnection) -> Sequence[Row[Any]]:
    mine = select(jobs).where(jobs.c.subject == purger_id(VARNISH.name))
    return (await connection.execute(mine.order_by(jobs.c.created_s, jobs.c.id))).all()


async def states(connection: AsyncConnection) -> list[str]:
    return sorted(each.state for each in await of_varnish(connection))


async def take(connection: AsyncConnection, now_s: float = NOON_S) -> Claimed | None:
    """Claim a job of Varnish's; nginx has a job, too."""
    while True:
        held = await claim(
            connection, [KIND], worker="w", now_s=now_s, lease_s=30, of_creator_max=1
        )
        if held is None or held.creator_id == purger_id(VARNISH.name):
            return held


async def promise(connection: AsyncConnection, name: str = "song", now_s: float = NOON_S) -> None:
    await promise_entries(connection, name, soft=True, now_s=now_s)


async def test_each_cdn_has_one_job_for_all_that_is_promised(known: AsyncEngine) -> None:
    for name in ("song", "other", "song"):
        async with known.begin() as connection:
            await promise(connection, name)
    async with known.begin() as connection:
        assert len(await of_varnish(connection)) == 1
        assert await connection.scalar(select(func.count()).select_from(jobs)) == 2
        due = await rows.due(connection, purger_id(VARNISH.name), now_s=NOON_S)
        assert [row.value for row in due] == ["playback-song", "playback-other", "playback-song"]
        assert len(await rows.due(connection, purger_id(NGINX.name), now_s=NOON_S)) == 12


async def test_what_is_to_be_gone_waits_for_no_backlog(
    known: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "READ_AT_ONCE", 2)
    async with known.begin() as connection:
        for name in ("song", "other", "third"):
            await promise(connection, name)
        await promise_entries(connection, "gone", soft=False, now_s=NOON_S + 1)
        due = await rows.due(connection, purger_id(VARNISH.name), now_s=NOON_S + 1)
        assert [row.value for row in due] == ["playback-gone", "playback-song"]


async def test_what_is_taken_back_is_not_promised(known: AsyncEngine) -> None:
    async with known.connect() as connection:
        await promise(connection)
        await connection.rollback()
    async with known.begin() as connection:
        assert await of_varnish(connection) == []
        assert await rows.due(connection, purger_id(VARNISH.name), now_s=NOON_S) == []


async def test_what_comes_while_a_job_runs_has_another(known: AsyncEngine) -> None:
    async with known.begin() as connection:
        await promise(connection)
        held = await take(connection)
        assert held is not None
    async with known.begin() as connection:
        await promise(connection, "other")
        assert await states(connection) == [State.QUEUED, State.RUNNING]
        assert await take(connection) is None, "one at a time for each CDN"
    async with known.begin() as connection:
        await lease.succeed(connection, held, now_s=NOON_S)
        assert await take(connection) is not None


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_what_comes_while_its_job_is_being_claimed_has_another(known: AsyncEngine) -> None:
    async with known.begin() as connection:
        await promise(connection)

    async def promise_other() -> None:
        async with known.begin() as connection:
            await promise(connection, "other")

    async with known.begin() as connection:
        assert await take(connection) is not None
        waiting = asyncio.create_task(promise_other())
        await asyncio.wait({waiting}, timeout=0.5)
        assert not waiting.done(), "it may not count on a job that has read what is due"
    await waiting
    async with known.begin() as connection:
        assert await states(connection) == [State.QUEUED, State.RUNNING]


async def test_a_repeat_comes_along_earlier_and_a_failed_job_when_the_queue_says(
    known: AsyncEngine,
) -> None:
    async with known.begin() as connection:
        await promise(connection, now_s=NOON_S + 15)  # as a repeat is queued
        await promise(connection, "other")
        (job,) = await of_varnish(connection)
        assert job.not_before_s == NOON_S
        held = await take(connection)
        assert held is not None
        failure = policy.Failure("purger_unreachable", "It is down.", again_s=300)
        await lease.fail(connection, held, failure, now_s=NOON_S, chance=0.5)
        await promise(connection, "third")
        (job,) = await of_varnish(connection)
        assert job.not_before_s == NOON_S + 300


async def test_what_lost_all_its_workers_is_sent_all_the_same(known: AsyncEngine) -> None:
    async with known.begin() as connection:
        await promise(connection)
        for number in range(policy.ATTEMPTS):
            await look_after(connection, [VARNISH, NGINX], now_s=NOON_S)
            assert await take(connection, NOON_S + 60 * number) is not None
        later_s = NOON_S + 60 * policy.ATTEMPTS
        assert await take(connection, later_s) is None
        assert await states(connection) == [State.PARKED]
        await look_after(connection, [VARNISH, NGINX], now_s=later_s)
        assert await take(connection, later_s) is not None
        await look_after(connection, [VARNISH, NGINX], now_s=later_s)
        assert await states(connection) == [State.PARKED, State.RUNNING]


async def test_who_has_a_cdn_looks_after_what_is_promised_to_it(database: AsyncEngine) -> None:
    """As soon as it starts: what lost all its workers is sent, and who is gone is forgotten."""
    now_s = time.time()
    async with database.begin() as connection:
        await register(connection, [VARNISH], now_s=now_s)
        await register(connection, [NGINX], now_s=now_s - KEPT_S - 60)
        await promise(connection, now_s=now_s)
        await connection.execute(update(jobs).values(state=State.PARKED, finished_s=now_s))
    async with registered(database, ["varnish://edge:80"]), asyncio.timeout(60):
        while True:
            async with database.begin() as connection:
                names = list(await connection.scalars(select(purgers.c.name)))
                found = await states(connection)
            if (names, found) == ([VARNISH.name], [State.PARKED, State.QUEUED]):
                break
            await asyncio.sleep(0.01)


async def test_objects_are_due_when_they_have_gone(known: AsyncEngine) -> None:
    nginx, varnish = purger_id(NGINX.name), purger_id(VARNISH.name)
    async with known.begin() as connection:
        await promise_objects(connection, "a1", MEDIA, now_s=NOON_S)
        assert await rows.due(connection, nginx, now_s=NOON_S + 60) == []
        assert await rows.next_due_s(connection, varnish) is None, "it has tags"
    async with known.begin() as connection:
        await promise_gone(connection, "a1", now_s=NOON_S + 60)
        (row,) = await rows.due(connection, nginx, now_s=NOON_S + 60)
        assert row.value == "/media/a1/r1/128k/00000.m4s", "what has no address needs none"
        (row,) = await rows.due(connection, varnish, now_s=NOON_S + 60)
        assert row.value == "asset-a1"
        mine = select(jobs.c.not_before_s).where(jobs.c.subject == nginx)
        assert list(await connection.scalars(mine)) == [NOON_S + 60]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer
async def test_what_has_gone_waits_for_nobody_who_waits_for_it(known: AsyncEngine) -> None:
    """Who promises to all CDNs writes their jobs one after another, and so does who removed."""
    async with known.begin() as connection:
        await promise(connection)
        await promise_objects(connection, "a1", MEDIA, now_s=NOON_S)

    async def gone() -> None:
        async with known.begin() as connection:
            await promise_gone(connection, "a1", now_s=NOON_S + 60)

    async with known.begin() as connection:
        first, second = sorted((purger_id(VARNISH.name), purger_id(NGINX.name)))
        await have_job(connection, first, now_s=NOON_S, due_s=NOON_S)
        waiting = asyncio.create_task(gone())
        await asyncio.wait({waiting}, timeout=0.5)
        assert not waiting.done()
        await have_job(connection, second, now_s=NOON_S, due_s=NOON_S)
    await waiting


async def test_a_cdn_that_nobody_has_any_more_is_forgotten(known: AsyncEngine) -> None:
    async with known.begin() as connection:
        await promise(connection)
        await register(connection, [NGINX], now_s=NOON_S + KEPT_S)
        await forget(connection, now_s=NOON_S + KEPT_S + 1)
        assert list(await connection.scalars(select(purgers.c.name))) == [NGINX.name]
        assert await of_varnish(connection) == []
        left = select(purges.c.purger_id).distinct()
        assert list(await connection.scalars(left)) == [purger_id(NGINX.name)]


async def test_an_option_that_changes_what_it_knows_is_known(known: AsyncEngine) -> None:
    async with known.begin() as connection:
        for by, finds in (("tags", "path prefix tag"), ("paths", "path prefix")):
            address = Address.parse(f"cloudfront://E1?by={by}")
            await register(connection, [address], now_s=NOON_S)
            row = select(purgers.c.known).where(purgers.c.name == "cloudfront://E1")
            assert await connection.scalar(row) == finds

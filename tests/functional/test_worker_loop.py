"""A worker's loop on a real queue, with handlers that do what a test needs."""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from structlog.testing import capture_logs

from origin.database.engine import open_database
from origin.database.sqlite import FILE_NAME
from packager.errors import StoreFailed
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob, State
from packager.queue.tables import jobs
from packager.queue.worker import Completion, Handler, Run, Surroundings, Worker

LEASE_S = 0.6


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(tmp_path, None) as engine:
        yield engine


async def ask(database: AsyncEngine, job_id: str = "job") -> None:
    async with database.begin() as connection:
        await enqueue(connection, NewJob("odd", {}, "ann"), job_id=job_id, now_s=time.time())


async def row(database: AsyncEngine, job_id: str = "job") -> Any:
    async with database.begin() as connection:
        return (await connection.execute(select(jobs).where(jobs.c.id == job_id))).one()


async def wait_until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await holds():  # noqa: ASYNC110 it is a row that changes, which tells nobody
            await asyncio.sleep(0.02)


def surroundings(database: AsyncEngine, drain_s: float) -> Surroundings:
    return Surroundings(
        database.begin,
        "w",
        time.time,
        random.random,
        lease_s=LEASE_S,
        poll_s=0.02,
        drain_s=drain_s,
    )


@asynccontextmanager
async def working(
    database: AsyncEngine, handler: Handler, *, slots: int = 1, drain_s: float = 5
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    worker = Worker(surroundings(database, drain_s), {"odd": handler}, slots)
    running = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(running, timeout=10)


async def nothing(*_: object) -> None:
    """Stand where a completion has nothing to add."""


DONE = Completion(nothing, nothing)


async def is_in(database: AsyncEngine, state: State) -> bool:
    return bool((await row(database)).state == state)


async def test_a_job_longer_than_its_lease_is_kept_and_says_how_far_it_is(
    database: AsyncEngine,
) -> None:
    seen: list[float] = []

    async def slow(run: Run) -> Completion:
        run.progress = 0.25
        await asyncio.sleep(3 * LEASE_S)
        seen.append((await row(database)).progress)
        return DONE

    await ask(database)
    async with working(database, slow), working(database, slow):
        await wait_until(lambda: is_in(database, State.SUCCEEDED))
    assert seen == [0.25]
    assert (await row(database)).attempts == 1


@asynccontextmanager
async def written_by_another(folder: Path) -> AsyncIterator[None]:
    """Let nobody else write in the block, and for longer than a lease: another process does."""
    path = folder / FILE_NAME
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as another:
        await asyncio.to_thread(another.execute, "BEGIN IMMEDIATE")
        yield
        await asyncio.sleep(2 * LEASE_S)
        another.rollback()


async def test_a_claim_that_waits_for_who_writes_has_a_whole_lease(
    database: AsyncEngine, tmp_path: Path
) -> None:
    left_s: list[float] = []

    async def handler(_: Run) -> Completion:
        left_s.append((await row(database)).lease_until_s - time.time())
        return DONE

    await ask(database)
    async with AsyncExitStack() as begun:
        async with written_by_another(tmp_path):
            await begun.enter_async_context(working(database, handler))
        await wait_until(lambda: is_in(database, State.SUCCEEDED))
    assert min(left_s) > 0


async def test_a_job_is_kept_whose_heartbeat_waits_for_who_writes(
    database: AsyncEngine, tmp_path: Path
) -> None:
    async def slow(_: Run) -> Completion:
        async with written_by_another(tmp_path):
            pass
        await asyncio.sleep(LEASE_S)
        return DONE

    await ask(database)
    async with working(database, slow):
        await wait_until(lambda: is_in(database, State.SUCCEEDED))
    assert (await row(database)).attempts == 1


async def test_what_is_recorded_commits_with_success_and_then_is_followed(
    database: AsyncEngine,
) -> None:
    followed = asyncio.Event()

    async def record(connection: AsyncConnection) -> None:
        await connection.execute(update(jobs).values(priority=77))

    async def follow() -> None:
        assert (await row(database)).priority == 77
        followed.set()

    async def handler(_: Run) -> Completion:
        return Completion(record, follow)

    await ask(database)
    async with working(database, handler):
        await asyncio.wait_for(followed.wait(), timeout=10)


async def test_a_stolen_job_is_interrupted_and_changes_nothing(database: AsyncEngine) -> None:
    started, interrupted = asyncio.Event(), asyncio.Event()

    async def slow(_: Run) -> Completion:
        started.set()
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            interrupted.set()
            raise
        return DONE

    await ask(database)
    async with working(database, slow):
        await started.wait()
        async with database.begin() as connection:  # as a later claim does
            stolen = {"fence": jobs.c.fence + 1, "lease_until_s": time.time() + 60}
            await connection.execute(update(jobs).values(stolen))
        await asyncio.wait_for(interrupted.wait(), timeout=10)
    found = await row(database)
    assert (found.state, found.attempts, found.failure_code) == (State.RUNNING, 1, None)


async def test_a_failure_is_written_down_and_the_worker_goes_on(database: AsyncEngine) -> None:
    async def handler(run: Run) -> Completion:
        if run.held.job_id == "job":
            raise StoreFailed("The store is away.")
        return DONE

    await ask(database)
    await ask(database, "next")
    async with working(database, handler):

        async def is_next_done() -> bool:
            return bool((await row(database, "next")).state == State.SUCCEEDED)

        await wait_until(is_next_done)
    found = await row(database)
    assert (found.state, found.failure_code) == (State.QUEUED, "store_failed")
    assert found.not_before_s > time.time()


async def test_a_handler_that_breaks_fails_its_job_alone(database: AsyncEngine) -> None:
    async def handler(_: Run) -> Completion:
        raise ZeroDivisionError("of course")

    async def has_failed() -> bool:
        return (await row(database)).failure_code is not None

    await ask(database)
    with capture_logs() as events:
        async with working(database, handler):
            await wait_until(has_failed)
    assert (await row(database)).failure_reason == "ZeroDivisionError: of course"
    assert "handler broke" in [each["event"] for each in events]


async def test_no_more_jobs_at_a_time_than_slots(database: AsyncEngine) -> None:
    now, most = 0, 0
    all_busy = asyncio.Event()

    async def handler(_: Run) -> Completion:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 3:
            all_busy.set()
        await all_busy.wait()
        await asyncio.sleep(0.05)
        now -= 1
        return DONE

    for number in range(8):
        await ask(database, f"job-{number}")
    async with working(database, handler, slots=3):

        async def are_done() -> bool:
            async with database.begin() as connection:
                states = await connection.scalars(select(jobs.c.state))
                return set(states) == {State.SUCCEEDED}

        await wait_until(are_done)
    assert most == 3


async def test_a_job_in_hand_is_released_when_waiting_is_over(database: AsyncEngine) -> None:
    started = asyncio.Event()

    async def slow(_: Run) -> Completion:
        started.set()
        await asyncio.sleep(30)
        return DONE

    await ask(database)
    async with working(database, slow, drain_s=0.05):
        await started.wait()
    found = await row(database)
    assert (found.state, found.attempts) == (State.QUEUED, 0)

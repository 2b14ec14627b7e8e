"""What was promised is tried again in an hour, where all attempts failed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.engine import open_database
from packager.errors import CorruptSource, StoreFailed
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.errors import LeaseLost, Postponed
from packager.queue.job import Claimed, NewJob, State
from packager.queue.persisting import AGAIN_S, Persisting
from packager.queue.policy import ATTEMPTS, Failure
from packager.queue.tables import claims, jobs
from packager.queue.worker import Completion, Run, Surroundings, Worker

NOON_S = 1_800_000_000.0
JOB = NewJob("erase-user", {"user_id": "ann"}, "ann", subject="ann")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(tmp_path, None) as engine:
        yield engine


async def held(database: AsyncEngine, attempts: int) -> Claimed:
    async with database.begin() as connection:
        await enqueue(connection, JOB, job_id="first", now_s=NOON_S)
        taken = await claim(connection, [JOB.kind], worker="w", now_s=NOON_S, lease_s=30)
    assert taken is not None
    return replace(taken, attempts=attempts)


def failing(error: Exception) -> Persisting:
    async def fail(_run: Run) -> Completion:
        raise error

    return Persisting(fail)


async def test_what_has_had_all_its_attempts_is_put_off_and_not_said_to_be_done(
    database: AsyncEngine,
) -> None:
    stop, now_s = asyncio.Event(), [NOON_S]
    around = Surroundings(
        database.begin, "w", clock=lambda: now_s[0], chance=lambda: 0.5, poll_s=0.01
    )
    async with database.begin() as connection:
        await enqueue(connection, JOB, job_id="first", now_s=NOON_S)
    worker = Worker(around, {JOB.kind: failing(StoreFailed("It was away."))}, slots=1)
    working = asyncio.create_task(worker.run(stop))
    for attempt in range(1, ATTEMPTS + 2):
        row = await claimed(database, attempt)
        assert (row.state, row.failure_code) == (State.QUEUED, "store_failed")
        assert (row.failure_reason, row.finished_s) == ("It was away.", None)
        if attempt == ATTEMPTS:
            assert (row.attempts, row.not_before_s) == (0, now_s[0] + AGAIN_S)
        now_s[0] = row.not_before_s
    stop.set()
    await working


async def claimed(database: AsyncEngine, times: int) -> Row[Any]:
    """Return the only job there is, once an attempt with this number has ended."""
    async with asyncio.timeout(30):
        while True:
            async with database.begin() as connection:
                row = (await connection.execute(select(jobs))).one()
                drawn = await connection.scalar(select(func.count()).select_from(claims))
            if drawn == times and row.state != State.RUNNING:
                return row
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (StoreFailed("It was away."), 1),
        (CorruptSource("It is none."), 5),
        (Postponed(Failure("later", "It said when.", again_s=2.0)), 5),
        (LeaseLost("first", 1), 5),
    ],
)
async def test_all_else_fails_as_ever(
    database: AsyncEngine, error: Exception, attempts: int
) -> None:
    with pytest.raises(type(error)) as caught:
        await failing(error)(Run(await held(database, attempts)))
    assert caught.value is error

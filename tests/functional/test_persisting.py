"""What was promised is tried again in an hour, where all attempts failed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.engine import open_database
from packager.errors import CorruptSource, StoreFailed
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.job import Claimed, NewJob, State
from packager.queue.persisting import AGAIN_S, Persisting
from packager.queue.policy import ATTEMPTS
from packager.queue.tables import jobs
from packager.queue.worker import Completion, Run

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

    return Persisting(fail, lambda: "second", lambda: NOON_S)


async def test_what_has_had_all_its_attempts_is_queued_for_later(database: AsyncEngine) -> None:
    run = Run(await held(database, ATTEMPTS))
    completion = await failing(StoreFailed("It was away."))(run)
    async with database.begin() as connection:
        await completion.record(connection)
    async with database.begin() as connection:
        row = (await connection.execute(select(jobs).where(jobs.c.id == "second"))).one()
        for now_s, is_due in ((NOON_S + AGAIN_S - 1, False), (NOON_S + AGAIN_S, True)):
            found = await claim(connection, [JOB.kind], worker="w", now_s=now_s, lease_s=30)
            assert (found is not None and found.job_id == "second") == is_due
    assert (row.state, row.attempts) == (State.QUEUED, 0)
    assert (row.kind, row.subject, row.creator_id) == (JOB.kind, JOB.subject, JOB.creator_id)
    assert row.payload == JOB.payload_json()


@pytest.mark.parametrize(
    ("error", "attempts"), [(StoreFailed("It was away."), 1), (CorruptSource("It is none."), 5)]
)
async def test_all_else_fails_as_ever(
    database: AsyncEngine, error: Exception, attempts: int
) -> None:
    with pytest.raises(type(error)):
        await failing(error)(Run(await held(database, attempts)))

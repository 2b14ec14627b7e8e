"""What a database says of an asset to whoever collects garbage, on SQLite and on PostgreSQL."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, insert, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from manifests.entry import Entry
from origin.collecting.errors import CollectionFailed
from origin.collecting.rows import read_row
from packager.publishing.garbage import Row
from packager.queue import assets, lease, policy
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.job import Claimed, NewJob, State
from packager.queue.tables import jobs

NOON_S = 1_800_000_000.0
ENTRY = Entry("play", "a_set", "r1", "2026-01-02T03:04:05Z", 5.0)
GROWING = replace(ENTRY, provisional=True)
WAITS = Row(None, has_open_job=True)
NEVER_HEARD_OF = None
MANY = 5_000
"""Jobs: so many that reading all of them is dearer than the index."""


async def ask(database: AsyncEngine, asset_id: str) -> None:
    async with database.begin() as connection:
        job = NewJob("package", {"source": "/of/a_set/asset.wav"}, "ann", subject=asset_id)
        await enqueue(connection, job, job_id=f"of-{asset_id}", now_s=NOON_S)


async def take(database: AsyncEngine) -> Claimed:
    async with database.begin() as connection:
        await assets.register(connection, "a_set", "play")
        held = await claim(connection, ["package"], worker="w", now_s=NOON_S, lease_s=30)
    assert held is not None
    return held


async def test_a_job_is_open_until_it_has_ended(database: AsyncEngine) -> None:
    assert await read_row(database, "a_set") is NEVER_HEARD_OF
    await ask(database, "a_set")
    assert await read_row(database, "a_set") == WAITS
    held = await take(database)
    assert await read_row(database, "a_set") == WAITS
    async with database.begin() as connection:
        bad = policy.Failure("corrupt_source", "It is.", is_permanent=True)
        await lease.fail(connection, held, bad, now_s=NOON_S + 9, chance=0.5)
    parked = Row(None, has_open_job=False, ended_s=NOON_S + 9, is_parked=True)
    assert await read_row(database, "a_set") == parked


async def test_jobs_that_are_about_something_else_do_not_count(database: AsyncEngine) -> None:
    await ask(database, "a_set-2")
    mentions = {"asset_id": "a_set", "because_of": ["a_set"], "a_set": "asset"}
    async with database.begin() as connection:
        for number, subject in enumerate((None, "a_set-3")):
            job = NewJob("package", mentions, "ann", subject=subject)
            await enqueue(connection, job, job_id=f"mentions-{number}", now_s=NOON_S)
    for other in ("a_set", "asset", "of", "axset-2", "A_SET-2"):
        assert await read_row(database, other) is NEVER_HEARD_OF
    assert await read_row(database, "a_set-2") == WAITS


async def test_a_job_of_another_kind_about_the_asset_counts(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        job = NewJob("purge", {}, "ann", subject="a_set")
        await enqueue(connection, job, job_id="purge", now_s=NOON_S)
    assert await read_row(database, "a_set") == WAITS


async def queue_many(database: AsyncEngine) -> None:
    same: dict[str, Any] = {"kind": "package", "payload": "{}", "creator_id": "ann"}
    same |= dict.fromkeys(("priority", "attempts", "fence", "progress"), 0)
    same |= dict.fromkeys(("created_s", "not_before_s", "lease_until_s", "finished_s"), NOON_S)
    same["state"] = State.SUCCEEDED
    rows = [{**same, "id": f"job-{one}", "subject": f"asset-{one}"} for one in range(MANY)]
    async with database.begin() as connection:
        await connection.execute(insert(jobs), rows)
        await connection.execute(text("ANALYZE jobs"))


async def test_the_jobs_of_an_asset_are_found_by_an_index(database: AsyncEngine) -> None:
    await queue_many(database)
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database.sync_engine, "before_cursor_execute")
    def _note(*said: Any) -> None:
        asked.append((said[2], said[3]))

    done = Row(None, has_open_job=False, ended_s=NOON_S)
    assert await read_row(database, "asset-77") == done
    ((statement, values),) = [one for one in asked if "FROM jobs" in one[0]]
    explain = "EXPLAIN QUERY PLAN" if database.dialect.name == "sqlite" else "EXPLAIN"
    async with database.begin() as connection:
        plan = await connection.exec_driver_sql(f"{explain} {statement}", values)
        said = " ".join(str(line) for line in plan)
    assert "ix_jobs_subject" in said


async def test_what_is_announced_or_published_is_played(database: AsyncEngine) -> None:
    await ask(database, "a_set")
    held = await take(database)
    async with database.begin() as connection:
        await assets.announce(connection, held, GROWING, now_s=NOON_S)
    assert await read_row(database, "a_set") == Row("r1", has_open_job=True)
    async with database.begin() as connection:
        await assets.withdraw(connection, held, "a_set", now_s=NOON_S)
    assert await read_row(database, "a_set") == WAITS
    async with database.begin() as connection:
        await lease.succeed(connection, held, now_s=NOON_S + 5)
        await assets.publish(connection, held, ENTRY, now_s=NOON_S)
    done = Row("r1", has_open_job=False, ended_s=NOON_S + 5)
    assert await read_row(database, "a_set") == done


async def test_the_job_that_ended_last_tells_whether_it_was_given_up(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        for number, state in enumerate((State.PARKED, State.SUCCEEDED, State.PARKED)):
            job = NewJob("package", {}, "ann", subject="a_set")
            await enqueue(connection, job, job_id=f"job-{number}", now_s=NOON_S)
            ended = {"state": state, "finished_s": NOON_S - number}
            await connection.execute(
                update(jobs).where(jobs.c.id == f"job-{number}").values(**ended)
            )
    parked = Row(None, has_open_job=False, ended_s=NOON_S, is_parked=True)
    assert await read_row(database, "a_set") == parked


async def test_a_database_that_cannot_be_asked_ends_the_collection(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(text("ALTER TABLE jobs RENAME TO elsewhere"))
    try:
        with pytest.raises(CollectionFailed, match="The database could not be read"):
            await read_row(database, "a_set")
    finally:
        async with database.begin() as connection:
            await connection.execute(text("ALTER TABLE elsewhere RENAME TO jobs"))

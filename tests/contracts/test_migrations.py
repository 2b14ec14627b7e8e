"""Databases that an earlier version left are brought up to date with what is in them."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, insert, inspect, select, table, text
from sqlalchemy import column as named
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.collecting.rows import read_row
from origin.database.schema import NewerSchema, newest_version, upgrade
from origin.packaging_job import KIND, PackagingJob
from packager.publishing.garbage import Row
from packager.queue.claim import claim
from packager.queue.job import State
from packager.queue.tables import jobs

NOON_S = 1_800_000_000.0
MORE_THAN_A_BATCH = 2_500
OF_ANOTHER_PROGRAM = (
    "[]", "7", "{}", "no JSON", "[" * 60_000, '{"asset_id":7}', '{"asset_id":"NO ID"}',
    '{"asset_id":"\\ud800"}', '{"asset_id":"' + 65 * "x" + '"}',
)  # fmt: skip
NO_UTF_8 = "/music/caf\udce9.wav"


def drop_all(connection: Connection) -> None:
    there = MetaData()
    there.reflect(connection)
    there.drop_all(connection)


async def start_again(database: AsyncEngine, version: str) -> None:
    async with database.begin() as connection:
        await connection.run_sync(drop_all)
    await upgrade(database, version)


@pytest.fixture
async def first(database: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """A database as the first version made it, empty."""
    await start_again(database, "0001")
    yield database
    await start_again(database, newest_version())


def columns(connection: Connection) -> set[str]:
    return {column["name"] for column in inspect(connection).get_columns("jobs")}


async def put(database: AsyncEngine, payloads: dict[str, str], kind: str = KIND) -> None:
    """Queue payloads by the ids of their jobs, as the first version did."""
    same: dict[str, Any] = {"kind": kind, "creator_id": "ann", "state": State.QUEUED}
    same |= dict.fromkeys(("priority", "attempts", "fence", "lease_until_s", "progress"), 0)
    same |= dict.fromkeys(("created_s", "not_before_s"), NOON_S)
    rows = [{**same, "id": job_id, "payload": text} for job_id, text in payloads.items()]
    async with database.begin() as connection:
        assert "subject" not in await connection.run_sync(columns)
        of_then = table("jobs", *(named(name) for name in rows[0]))
        await connection.execute(insert(of_then), rows)


async def subjects(database: AsyncEngine) -> dict[str, str | None]:
    async with database.begin() as connection:
        found = await connection.execute(select(jobs.c.id, jobs.c.subject))
        return {job.id: job.subject for job in found}


def payload(asset_id: str) -> str:
    job = PackagingJob(NO_UTF_8, asset_id, f"{asset_id}-plays", "2026-01-02T03:04:05Z")
    return json.dumps(job.to_payload())


async def test_jobs_that_package_are_about_their_asset_from_then_on(first: AsyncEngine) -> None:
    asked = {f"job-{one}": f"asset-{one % 1_000}" for one in range(MORE_THAN_A_BATCH)}
    await put(first, {job_id: payload(asset_id) for job_id, asset_id in asked.items()})
    await upgrade(first)
    assert await subjects(first) == asked
    assert await read_row(first, "asset-7") == Row(None, has_open_job=True)
    async with first.begin() as connection:
        held = await claim(connection, [KIND], worker="w", now_s=NOON_S, lease_s=30)
    assert held is not None
    assert PackagingJob.from_payload(held.payload).source == NO_UTF_8


async def test_other_jobs_are_about_nothing(first: AsyncEngine) -> None:
    strange = {f"strange-{number}": text for number, text in enumerate(OF_ANOTHER_PROGRAM)}
    await put(first, strange)
    await put(first, {"purge": payload("asset")}, kind="purge")
    await upgrade(first)
    assert await subjects(first) == dict.fromkeys((*strange, "purge"))


async def test_an_empty_queue_is_migrated(first: AsyncEngine) -> None:
    await upgrade(first)
    assert await subjects(first) == {}


async def test_what_a_later_version_made_is_left_alone(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema):
        await upgrade(database)
    async with database.begin() as connection:
        found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        back = text("UPDATE alembic_version SET version_num = :newest")
        await connection.execute(back, {"newest": newest_version()})
    assert found == "9999"


def test_the_newest_is_the_one_that_nothing_follows() -> None:
    config = Config()
    config.set_main_option("script_location", "origin.database:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [newest_version()]


def test_who_finds_nothing_to_migrate_loads_nothing_that_does(migrated: Path) -> None:
    """It takes longer than all else that opens a database."""
    opening = f"""
import asyncio, sys
from pathlib import Path
from origin.database.engine import open_database

async def main():
    async with open_database(Path({str(migrated)!r}), None):
        print("alembic" in sys.modules)

asyncio.run(main())
"""
    said = subprocess.run([sys.executable, "-c", opening], capture_output=True, check=True)
    assert said.stdout.strip() == b"False"


async def test_tracks_without_sound_leave_the_lists(first: AsyncEngine) -> None:
    await start_again(first, "0012")
    rows: dict[str, list[dict[str, Any]]] = {
        "users": [{"id": "ann", "name": "Ann", "role": 2, "created_s": 0.0}],
        "artists": [
            {"id": "a", "user_id": "ann", "name": "A", "handle": "a", "description": "",
             "follower_count": 0, "created_s": 0.0, "updated_s": 0.0, "version": 1},
        ],
        "assets": [
            {"asset_id": name, "playback_id": name, "revision": revision, "entry": entry,
             "fence": 0, "stored_fence": 0, "publications": 0}
            for name, revision, entry in (
                ("plays", "r1", "{}"), ("played", "r1", None), ("never", None, None)
            )
        ],
        "tracks": [
            {"id": name, "user_id": "ann", "artist_id": "a", "asset_id": name, "title": name,
             "description": "", "tags": '["t"]', "explicit": False, "visibility": "public",
             "play_count": 0, "created_s": 0.0, "updated_s": 0.0, "version": 1,
             "published_s": 7.0, "listed_s": 7.0, "listed_day": 0, "listed_stretch": 0}
            for name in ("plays", "played", "never", "gone")
        ],
        "track_tags": [
            {"track_id": name, "tag": "t", "listed_s": 7.0} for name in ("plays", "never")
        ],
    }  # fmt: skip
    async with first.begin() as connection:
        for name, some in rows.items():
            await connection.execute(insert(table(name, *map(named, some[0]))), some)
    await upgrade(first, "0013")
    async with first.begin() as connection:
        there = text("SELECT id, published_s, listed_s, listed_day FROM tracks ORDER BY id")
        found = [tuple(row) for row in await connection.execute(there)]
        tagged = text("SELECT track_id FROM track_tags WHERE listed_s IS NOT NULL")
        assert list(await connection.scalars(tagged)) == ["plays"]
    assert found == [
        ("gone", None, None, None),
        ("never", None, None, None),
        ("played", 7.0, None, None),
        ("plays", 7.0, 7.0, 0),
    ]

"""Workers killed outright while at work: every asset is published once, and no job is lost.

The long campaign: ``SOUNDBRIDGE_TEST_KILLS=200 pytest -m long tests/functional/test_worker_kills.py
--timeout 3600``. ``SOUNDBRIDGE_TEST_SEED`` makes other moments; it is said where it fails.
"""

import asyncio
import hashlib
import os
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from obstore.store import LocalStore, ObjectStore
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from manifests import layout
from manifests.entry import Entry
from manifests.index import Index
from origin.database.engine import open_database
from origin.packaging_job import KIND, PackagingJob
from packager.queue import assets, policy
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob
from tests.functional.killing import Place, Workers, workers
from tests.functional.looking import check_promises, keys, read
from tests.servers.postgres import empty
from tests.servers.seaweedfs import Bucket

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("SOUNDBRIDGE_TEST_KILLS", "3"))
KILLS_IN_A_BUCKET = int(os.environ.get("SOUNDBRIDGE_TEST_KILLS", "1"))
SEED = int(os.environ.get("SOUNDBRIDGE_TEST_SEED", "1"))
LONGEST_PAUSE_S = 0.6  # about as long as a job takes
JOBS_A_KILL = 2
FINISH_S = 60.0  # without another job done


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres_url")
    return url


async def test_killed_workers_lose_nothing_and_publish_once(
    tmp_path: Path, music: Path, database_url: str | None
) -> None:
    root = tmp_path / "store"
    place = Place(LocalStore(root, mkdir=True), str(root))
    await lose_nothing_and_publish_once(tmp_path, place, database_url, music, KILLS)


async def test_so_it_is_in_a_bucket(
    tmp_path: Path, music: Path, s3: Bucket, postgres_url: str
) -> None:
    place = Place(s3.store("killed"), "s3://audio/killed", s3.environment)
    await lose_nothing_and_publish_once(tmp_path, place, postgres_url, music, KILLS_IN_A_BUCKET)


async def lose_nothing_and_publish_once(
    folder: Path, place: Place, database_url: str | None, source: Path, kills: int
) -> None:
    chance = Random(SEED)  # noqa: S311 a seed makes a failure come again
    count = kills * JOBS_A_KILL
    async with open_database(folder / "state", database_url) as database:
        if database_url is not None:
            await empty(database)
        with workers(folder, place, database_url) as running:
            for kill in range(kills):
                for number in range(kill * JOBS_A_KILL, (kill + 1) * JOBS_A_KILL):
                    await _ask(database, number, source)
                await _kill_one_at_work(database, running, chance)
                for asset_id, playback_id in await _begun(database):
                    check_promises(place.store, asset_id, playback_id)
            await _wait_until_all_is_done(database, folder, count)
        rows = await _rows(database)
    assert sum(row["claims"] for row in rows) > count, "no kill hit a worker at work"
    assert [row["state"] for row in rows] == ["succeeded"] * count
    assert [row["publications"] for row in rows] == [1] * count
    assert all(row["fence"] == row["newest_claim"] for row in rows)
    for row in rows:
        _check_what_is_stored(place.store, row)


async def _kill_one_at_work(database: AsyncEngine, running: Workers, chance: Random) -> None:
    """Kill a worker some time after one began to work, but none that is at a last attempt."""
    deadline = time.monotonic() + FINISH_S
    while not (await _attempts(database)).keys() & running.pids:
        assert time.monotonic() < deadline, f"nothing runs: seed={SEED}"
        await asyncio.sleep(0.02)
    await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE_S))
    attempts = await _attempts(database)
    mortal = [pid for pid in sorted(running.pids) if attempts.get(pid, 0) < policy.ATTEMPTS - 1]
    at_work = [pid for pid in mortal if pid in attempts]
    if mortal:
        running.replace(chance.choice(at_work or mortal))


async def _attempts(database: AsyncEngine) -> dict[int, int]:
    """The attempt that each process is at that holds a job."""
    query = text(
        "SELECT claims.worker, jobs.attempts FROM jobs JOIN claims ON claims.fence = jobs.fence"
        " WHERE jobs.state = 'running' AND jobs.lease_until_s > :now_s"
    )
    async with database.begin() as connection:
        found = await connection.execute(query, {"now_s": time.time()})
        return {int(row.worker.split("-")[-2]): row.attempts for row in found}


def _check_what_is_stored(store: ObjectStore, row: dict[str, Any]) -> None:
    """The entry is the row's, its revision is the asset's only one, and all of it is there."""
    check_promises(store, row["asset_id"], row["playback_id"])
    data = read(store, layout.entry_key(row["playback_id"]))
    entry = Entry.from_json(data)
    assert entry == Entry.from_json(row["entry"])
    where = entry.where
    index = Index.from_json(read(store, where.key(layout.INDEX)))
    stored = index.objects()
    there = {where.key(name) for name in (layout.INDEX, *stored)}
    assert keys(store, f"{layout.MEDIA_PREFIX}/{where.asset_id}") == there
    for name, one in stored.items():
        assert hashlib.sha256(read(store, where.key(name))).hexdigest() == one.sha256


async def _begun(database: AsyncEngine) -> list[tuple[str, str]]:
    """The assets, and what plays them, that workers have begun and not done with."""
    query = text(
        "SELECT assets.asset_id, assets.playback_id"
        " FROM jobs JOIN assets ON assets.asset_id = replace(jobs.id, 'job', 'asset')"
        " WHERE jobs.fence > 0"
        " AND (jobs.state <> 'succeeded' OR assets.fence <> assets.stored_fence)"
    )
    async with database.begin() as connection:
        return [(row.asset_id, row.playback_id) for row in await connection.execute(query)]


async def _ask(database: AsyncEngine, number: int, source: Path) -> None:
    job = PackagingJob(str(source), f"asset-{number}", f"play-{number}", "2026-01-02T03:04:05Z")
    new = NewJob(KIND, job.to_payload(), f"creator-{number % 2}")
    async with database.begin() as connection:
        await enqueue(connection, new, job_id=f"job-{number}", now_s=time.time())
        await assets.register(connection, job.asset_id, job.playback_id)


async def _rows(database: AsyncEngine) -> list[dict[str, Any]]:
    query = text(
        "SELECT jobs.state, assets.*,"
        " (SELECT count(*) FROM claims WHERE job_id = jobs.id) AS claims,"
        " (SELECT max(fence) FROM claims WHERE job_id = jobs.id) AS newest_claim"
        " FROM jobs JOIN assets ON assets.asset_id = replace(jobs.id, 'job', 'asset')"
    )
    async with database.begin() as connection:
        return [dict(row) for row in (await connection.execute(query)).mappings()]


async def _wait_until_all_is_done(database: AsyncEngine, folder: Path, count: int) -> None:
    done, deadline = 0, time.monotonic() + FINISH_S
    while done < count:
        states = [
            (row["state"], row["fence"] == row["stored_fence"]) for row in await _rows(database)
        ]
        if states.count(("succeeded", True)) > done:
            done, deadline = states.count(("succeeded", True)), time.monotonic() + FINISH_S
        log = (folder / "workers.log").read_text()[-3000:]
        assert time.monotonic() < deadline, f"seed={SEED} {states}\n{log}"
        await asyncio.sleep(0.2)

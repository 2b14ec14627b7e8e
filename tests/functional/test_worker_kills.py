"""Workers killed outright while at work: every asset is published once, and no job is lost.

The long campaign: ``SOUNDBRIDGE_TEST_KILLS=200 pytest tests/functional/test_worker_kills.py
--timeout 3600``. ``SOUNDBRIDGE_TEST_SEED`` makes other moments; both are said where it fails.
"""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
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
from tests.functional.looking import check_at_work
from tests.servers.postgres import empty
from tests.servers.soundbridge import SOUNDBRIDGE

KILLS = int(os.environ.get("SOUNDBRIDGE_TEST_KILLS", "4"))
SEED = int(os.environ.get("SOUNDBRIDGE_TEST_SEED", "1"))
WORKERS = 3
LONGEST_PAUSE_S = 0.6  # about as long as a job takes
JOBS_A_KILL = 2
FINISH_S = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    url: str = request.getfixturevalue("postgres_url")
    return url


async def test_killed_workers_lose_nothing_and_publish_once(
    tmp_path: Path, music: Path, database_url: str | None
) -> None:
    chance = Random(SEED)  # noqa: S311 a seed makes a failure come again
    count = KILLS * JOBS_A_KILL
    async with open_database(tmp_path / "state", database_url) as database:
        if database_url is not None:
            await empty(database)
        with _workers(tmp_path, database_url) as workers:
            for kill in range(KILLS):
                for number in range(kill * JOBS_A_KILL, (kill + 1) * JOBS_A_KILL):
                    await _ask(database, number, music)
                pid = chance.choice(await _pids_at_work(database, workers.pids))
                await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE_S))
                workers.replace(pid)
                check_at_work(tmp_path / "store")
            await _wait_until_all_is_done(database, tmp_path, count)
        rows = await _rows(database)
    assert sum(row["claims"] for row in rows) > count, "no kill hit a worker at work"
    assert [row["state"] for row in rows] == ["succeeded"] * count
    assert [row["publications"] for row in rows] == [1] * count
    assert all(row["fence"] == row["newest_claim"] for row in rows)
    for row in rows:
        _check_what_is_stored(tmp_path / "store", row)


def _check_what_is_stored(store: Path, row: dict[str, Any]) -> None:
    """The entry is the row's, its revision is the asset's only one, and all of it is there."""
    data = (store / layout.entry_key(row["playback_id"])).read_bytes()
    assert data.decode() == row["entry"]
    where = Entry.from_json(data).where
    assert [path.name for path in (store / "media" / where.asset_id).iterdir()] == [where.revision]
    index = Index.from_json((store / where.key(layout.INDEX)).read_bytes())
    for rendition in index.renditions:
        for segment in rendition.segments:
            assert (store / where.key(segment.name)).stat().st_size == segment.size_bytes


async def _ask(database: AsyncEngine, number: int, source: Path) -> None:
    job = PackagingJob(str(source), f"asset-{number}", f"play-{number}", "2026-01-02T03:04:05Z")
    new = NewJob(KIND, job.to_payload(), f"creator-{number % 2}")
    async with database.begin() as connection:
        await enqueue(connection, new, job_id=f"job-{number}", now_s=time.time())
        await assets.register(connection, job.asset_id, job.playback_id)


async def _pids_at_work(database: AsyncEngine, alive: AbstractSet[int]) -> list[int]:
    """Return those that hold a job, once there are any; who is at a last attempt is spared."""
    query = text(
        "SELECT claims.worker FROM jobs JOIN claims ON claims.fence = jobs.fence"
        " WHERE jobs.state = 'running' AND jobs.lease_until_s > :now_s AND jobs.attempts < :last"
        " ORDER BY claims.worker"
    )
    deadline = time.monotonic() + FINISH_S
    while True:
        async with database.begin() as connection:
            now = {"now_s": time.time(), "last": policy.ATTEMPTS - 1}
            names = await connection.scalars(query, now)
        found = [int(name.split("-")[-2]) for name in names]
        at_work = [pid for pid in found if pid in alive]
        if at_work:
            return at_work
        assert time.monotonic() < deadline, f"nothing runs: kills={KILLS} seed={SEED}"
        await asyncio.sleep(0.02)


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
    deadline = time.monotonic() + FINISH_S
    while True:
        states = [
            (row["state"], row["fence"] == row["stored_fence"]) for row in await _rows(database)
        ]
        if states == [("succeeded", True)] * count:
            return
        log = (folder / "workers.log").read_text()[-3000:]
        assert time.monotonic() < deadline, f"kills={KILLS} seed={SEED} {states}\n{log}"
        await asyncio.sleep(0.2)


class _Workers:
    """Processes that are killed, each replaced by a new one."""

    def __init__(self, command: list[str], log: Any) -> None:
        self._command = command
        self._log = log
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        for _ in range(WORKERS):
            self._start()

    def _start(self) -> None:
        process = subprocess.Popen(self._command, stderr=self._log)
        self._processes[process.pid] = process

    @property
    def pids(self) -> AbstractSet[int]:
        return self._processes.keys()

    def replace(self, pid: int) -> None:
        self._kill(self._processes.pop(pid))
        self._start()

    def kill_all(self) -> None:
        for process in self._processes.values():
            self._kill(process)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        assert process.poll() is None, "a worker ended by itself"
        process.kill()
        process.wait(timeout=20)


@contextmanager
def _workers(folder: Path, database_url: str | None) -> Iterator[_Workers]:
    command = [*SOUNDBRIDGE, "worker", "--lease", "2"]
    command += ["--store", str(folder / "store"), "--state", str(folder / "state")]
    command += ["--database", database_url] if database_url else []
    with ExitStack() as stack:
        log = stack.enter_context((folder / "workers.log").open("ab"))
        workers = _Workers(command, log)
        stack.callback(workers.kill_all)
        yield workers

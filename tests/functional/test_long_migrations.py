"""Migrations, and waiting for those of others, that take longer than a worker has to start."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from origin.database.schema import _LOCK_NUMBER, newest_version, upgrade
from origin.database.sqlite import FILE_NAME, migrating_file, open_sqlite_writer
from tests.functional.supervising import until
from tests.servers.hasty import START_TIMEOUT_S
from tests.servers.soundbridge import SOUNDBRIDGE, TIMEOUT_S, soundbridge, url_said

WAITING = "waiting for another process that migrates the database"
HASTY = (sys.executable, "-m", "tests.servers.hasty", "serve")


@pytest.fixture
async def migrating(postgres_url: str) -> AsyncIterator[AsyncConnection]:
    """Hold the lock of somebody who migrates."""
    engine = create_async_engine(postgres_url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.connect() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
        yield connection
    await engine.dispose()


@contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[str]]:
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        yield process


@pytest.mark.long
async def test_workers_wait_for_a_migration_longer_than_they_have_to_start(
    migrating: AsyncConnection, postgres_url: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    options = ["--state", str(tmp_path / "state"), "--port", "0", "--database", postgres_url]
    with running([*HASTY, *options], log) as server:
        try:
            await asyncio.to_thread(until, lambda: WAITING in log.read_text())
            await asyncio.sleep(1.2 * START_TIMEOUT_S)
            await migrating.rollback()
            assert (await asyncio.to_thread(url_said, server)).startswith("http://")
            await asyncio.to_thread(until, lambda: "worker started" in log.read_text())
        finally:
            server.terminate()
            await asyncio.to_thread(server.wait, TIMEOUT_S)
    said = log.read_text()
    assert "ended" not in said
    assert 1 <= said.count(WAITING) <= 2, "once each, the worker and the packager"


@pytest.mark.long
async def test_workers_wait_for_a_migration_of_sqlite_too(tmp_path: Path) -> None:
    """SQLite gives up after half a minute by itself, and one that gave up ended them all."""
    state, log = tmp_path / "state", tmp_path / "log"
    async with open_sqlite_writer(state) as engine:
        await upgrade(engine, "0013")
    options = ["--state", str(state), "--port", "0", "--workers", "2", "--no-packager"]
    with ExitStack() as turn:
        assert turn.enter_context(migrating_file(state))()
        with running([*HASTY, *options], log) as server:
            try:
                await asyncio.to_thread(until, lambda: log.read_text().count(WAITING) >= 1)
                await asyncio.sleep(1.2 * START_TIMEOUT_S)
                turn.close()
                assert (await asyncio.to_thread(url_said, server)).startswith("http://")
            finally:
                server.terminate()
                await asyncio.to_thread(server.wait, TIMEOUT_S)
    said = log.read_text()
    assert "ended" not in said
    assert said.count("database being migrated") == 1


def test_what_is_up_to_date_waits_for_no_writer(migrated: Path) -> None:
    with closing(sqlite3.connect(migrated / FILE_NAME, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        begun_s = time.monotonic()
        done = soundbridge("admin", "migrate", "--state", migrated)
        assert time.monotonic() - begun_s < 15
    assert done.stdout == f"The database is of revision {newest_version()} already.\n"


async def test_operators_are_told_what_a_command_waits_for(
    migrating: AsyncConnection, postgres_url: str, tmp_path: Path
) -> None:
    command = [*SOUNDBRIDGE, "admin", "migrate", "--database", postgres_url]
    log = tmp_path / "log"
    with running(command, log) as waiting:
        await asyncio.to_thread(until, lambda: WAITING in log.read_text())
        await migrating.rollback()
        said, _ = await asyncio.to_thread(waiting.communicate, timeout=TIMEOUT_S)
    assert waiting.returncode == 0
    assert newest_version() in said


def test_migrating_says_from_where_to_where_and_again_changes_nothing(tmp_path: Path) -> None:
    command = ("admin", "migrate", "--state", tmp_path / "state")
    newest = newest_version()
    assert soundbridge(*command).stdout == f"Migrated from nothing to revision {newest}.\n"
    assert soundbridge(*command).stdout == f"The database is of revision {newest} already.\n"


@pytest.mark.long
@pytest.mark.parametrize(("kind", "at_least_s"), [("mute", 3.0), ("dawdle", 6.0)])
def test_who_asks_for_no_patience_or_for_too_much_is_killed(kind: str, at_least_s: float) -> None:
    command = [sys.executable, "-m", "tests.servers.odd_workers", kind, "1"]
    begun_s = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert "No worker came up. It was not ready within 3 s" in done.stderr
    assert 3 * at_least_s <= time.monotonic() - begun_s < 3 * at_least_s + 15

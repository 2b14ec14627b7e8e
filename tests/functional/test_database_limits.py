"""How PostgreSQL is asked by a process that serves: with few connections, and not for long."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.companion.database import Database
from origin.database import engine as limits
from origin.database.engine import open_database, open_replica, open_serving
from origin.database.schema import _LOCK_NUMBER
from origin.delivery.errors import DatabaseUnavailable

NAMES = ("statement_timeout", "idle_session_timeout", "plan_cache_mode")


@pytest.fixture
async def onlooker(postgres_url: str, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_database(tmp_path, postgres_url) as engine:
        yield engine


async def connections(onlooker: AsyncEngine) -> int:
    """Count those that others have."""
    async with onlooker.connect() as connection:
        count = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()"
            )
        )
    return int(count or 0)


async def test_the_limits_are_those_that_are_stated(postgres_url: str, tmp_path: Path) -> None:
    async with open_serving(tmp_path, postgres_url) as engine, engine.connect() as connection:
        said = [await connection.scalar(text(f"SHOW {name}")) for name in NAMES]
    assert said == ["10s", "30s", "force_custom_plan"]
    assert (limits.CONNECTIONS_MAX, limits.CONNECT_S) == (20, 2.0)
    async with open_database(tmp_path, postgres_url) as engine, engine.connect() as connection:
        said = [await connection.scalar(text(f"SHOW {name}")) for name in NAMES]
    assert said == ["0", "0", "auto"]


async def test_there_are_twenty_connections_and_then_an_error(
    postgres_url: str, tmp_path: Path, onlooker: AsyncEngine
) -> None:
    before = await connections(onlooker)
    async with AsyncExitStack() as opened:
        database = Database(await opened.enter_async_context(open_serving(tmp_path, postgres_url)))
        for _ in range(20):
            connection = await opened.enter_async_context(database.look(None))
            await connection.execute(text("SELECT 1"))
        assert await connections(onlooker) - before == 20
        begun_s = time.monotonic()
        with pytest.raises(DatabaseUnavailable):
            await opened.enter_async_context(database.look(None))
        assert 1.9 <= time.monotonic() - begun_s < 8


async def test_a_statement_that_takes_too_long_is_ended(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STATEMENT_S", 0.2)
    async with open_serving(tmp_path, postgres_url) as engine:
        database = Database(engine)
        with pytest.raises(DatabaseUnavailable):
            async with database.change() as connection:
                await connection.execute(text("SELECT pg_sleep(60)"))
        async with database.change() as connection:
            assert await connection.scalar(text("SELECT 1")) == 1


async def test_idle_connections_are_ended_and_replaced(
    postgres_url: str, tmp_path: Path, onlooker: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IDLE_S", 0.2)
    before = await connections(onlooker)
    async with open_serving(tmp_path, postgres_url) as engine:
        database = Database(engine)
        for _ in range(2):
            async with AsyncExitStack() as opened:
                for _ in range(3):
                    connection = await opened.enter_async_context(database.look(None))
                    assert await connection.scalar(text("SELECT 1")) == 1
            async with asyncio.timeout(60):
                while await connections(onlooker) > before:  # noqa: ASYNC110 a row changes, which tells nobody
                    await asyncio.sleep(0.05)


async def test_migrations_take_their_time(
    postgres_url: str, tmp_path: Path, onlooker: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STATEMENT_S", 0.1)

    async def served() -> None:
        async with open_serving(tmp_path, postgres_url):
            pass

    async with onlooker.begin() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
        waiting = asyncio.create_task(served())
        done, _ = await asyncio.wait([waiting], timeout=1.0)
        assert not done
    await waiting


async def test_a_server_that_does_not_answer_is_waited_for_two_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"postgresql://postgres@127.0.0.1:{mute.getsockname()[1]}/none"
        async with open_replica(url) as engine:
            begun_s = time.monotonic()
            with pytest.raises(DatabaseUnavailable):
                async with Database(engine).change():
                    pass
            assert 1.9 <= time.monotonic() - begun_s < 8

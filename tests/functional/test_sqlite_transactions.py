"""Transactions of SQLite's writer: what each holds, and how often it goes to a thread and back."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.sqlite import FILE_NAME, open_sqlite_writer
from origin.database.sqlite_connection import Connection

ADD = text("INSERT INTO duties (name, holder, until_s, position) VALUES (:name, '', 0, 0)")
COUNT = text("SELECT count(*) FROM duties")
SLOW = text(
    "WITH RECURSIVE steps (step) AS (SELECT 1 UNION ALL SELECT step + 1 FROM steps"
    " WHERE step < 1000000) SELECT count(*) FROM steps"
)


@pytest.fixture
async def engine(migrated: Path) -> AsyncIterator[AsyncEngine]:
    async with open_sqlite_writer(migrated) as engine:
        event.listen(engine.sync_engine, "connect", _wait_for_nobody)
        yield engine


@pytest.fixture
def another(migrated: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(migrated / FILE_NAME, timeout=0, isolation_level=None)) as it:
        yield it


def _wait_for_nobody(connection: Any, _record: object) -> None:
    connection.cursor().execute("PRAGMA busy_timeout=0")


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    ways: list[None] = []
    execute: Any = aiosqlite.Connection._execute  # noqa: SLF001 each way goes through it

    def counting(*args: Any) -> Any:
        ways.append(None)
        return execute(*args)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counting)
    return ways


async def test_a_transaction_goes_to_the_thread_once_a_statement_and_to_commit(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine.begin() as connection:
        await connection.execute(COUNT)
    ways = _counted(monkeypatch)
    async with engine.begin() as connection:
        await connection.execute(ADD, {"name": "first"})
        await connection.execute(ADD, {"name": "second"})
    assert len(ways) == 3


async def test_a_transaction_that_looks_first_writes_alone(
    engine: AsyncEngine, another: sqlite3.Connection
) -> None:
    async with engine.begin() as connection:
        await connection.execute(COUNT)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            another.execute("BEGIN IMMEDIATE")
        await connection.execute(ADD, {"name": "looked"})
    assert another.execute(str(COUNT)).fetchone() == (1,)


async def test_a_transaction_of_nothing_holds_nothing(
    engine: AsyncEngine, another: sqlite3.Connection
) -> None:
    async with engine.begin():
        another.execute("BEGIN IMMEDIATE")
    another.rollback()


async def test_what_cannot_begin_writes_nothing(
    engine: AsyncEngine, another: sqlite3.Connection
) -> None:
    another.execute("BEGIN IMMEDIATE")
    async with engine.connect() as connection:
        transaction = await connection.begin()
        for name in ("first", "second"):
            with pytest.raises(OperationalError, match="locked"):
                await connection.execute(ADD, {"name": name})
        another.rollback()
        await connection.execute(ADD, {"name": "third"})
        await transaction.rollback()
    assert another.execute(str(COUNT)).fetchone() == (0,)


async def test_what_goes_wrong_is_rolled_back(
    engine: AsyncEngine, another: sqlite3.Connection
) -> None:
    async def add() -> None:
        async with engine.begin() as connection:
            await connection.execute(ADD, {"name": "wrong"})
            raise RuntimeError("wrong")

    with pytest.raises(RuntimeError, match="wrong"):
        await add()
    assert another.execute(str(COUNT)).fetchone() == (0,)
    another.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize("after_s", [0, 0.0005, 0.02])
async def test_who_is_cancelled_leaves_no_transaction(
    engine: AsyncEngine, another: sqlite3.Connection, after_s: float
) -> None:
    async with engine.begin() as connection:
        await connection.execute(COUNT)

    async def add() -> None:
        async with engine.begin() as connection:
            await connection.execute(SLOW)

    adding = asyncio.create_task(add())
    await asyncio.sleep(after_s)
    adding.cancel()
    await asyncio.wait([adding])
    async with engine.begin() as connection:
        await connection.execute(ADD, {"name": "afterwards"})
    another.execute("BEGIN IMMEDIATE")
    assert another.execute(str(COUNT)).fetchone() == (1,)


async def test_what_is_rolled_back_before_it_has_begun_writes_nothing(
    migrated: Path, another: sqlite3.Connection
) -> None:
    """It waits in the thread, and whoever asked for it does not any more."""
    is_free = threading.Event()
    connection = Connection(partial(sqlite3.connect, migrated / FILE_NAME, isolation_level=None))
    async with connection:
        busy = asyncio.create_task(connection.in_thread(is_free.wait))
        connection.begin_with_next()
        add, said = str(ADD).replace(":name", "?"), ("too late",)
        asking = asyncio.create_task(connection.cursor().execute(add, said))
        await asyncio.sleep(0)
        asking.cancel()
        rolling = asyncio.create_task(connection.rollback())
        await asyncio.wait([asking])
        is_free.set()
        await asyncio.gather(busy, rolling)
        await connection.in_thread(list)  # behind all that was asked for
    assert another.execute(str(COUNT)).fetchone() == (0,)

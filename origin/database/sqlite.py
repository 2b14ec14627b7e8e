"""The SQLite file of an embedded database: connections to it, opened and ended.

It is in WAL mode, and every transaction begins as a writer (``BEGIN IMMEDIATE``): one that begins
as a reader and then writes fails at once, instead of waiting, where another has written in between.
That is done with its first statement, which may wait for others to write: a clock that was read
before it is late by as much. A commit is on the disk when it returns. What is deleted is
overwritten (``traces`` says when).

Each connection has a thread. A query that nobody waits for any more goes on in it, and would tell
an event loop that is closed by then; so whoever ends an engine waits for threads, too.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from origin.database.sqlite_connection import Connection

if TYPE_CHECKING:
    from threading import Thread

    from sqlalchemy import Connection as Begun

FILE_NAME: Final = "soundbridge.sqlite3"
_LOCK_TIMEOUT_S: Final = 30.0
_END_S: Final = 5.0
_READERS: Final = 15
"""Whoever comes beside them waits: to open one more for one look, with a thread, takes longer."""

_TURNSTILE: Final = "soundbridge.lock"
_MIGRATING: Final = "soundbridge.migrating"
_VERSIONS: Final = "SELECT version_num FROM alembic_version"
_PRAGMAS: Final = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")


class _Connections:
    """Connects to a file, and waits for what its connections still do."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads: set[Thread] = set()

    async def open(self) -> Connection:
        connection = Connection(partial(sqlite3.connect, self._path, timeout=_LOCK_TIMEOUT_S))
        thread = connection._thread  # noqa: SLF001 there is no other way to it
        thread.daemon = True
        self._threads = {one for one in self._threads if one.is_alive()} | {thread}
        await connection
        return connection

    async def ended(self) -> None:
        for thread in self._threads:
            await asyncio.to_thread(thread.join, _END_S)


def schema_versions(path: Path) -> set[str]:
    """Return which versions a file has, none before its first migration; it waits for no writer."""
    with closing(sqlite3.connect(path)) as connection:
        try:
            return {number for (number,) in connection.execute(_VERSIONS)}
        except sqlite3.OperationalError:
            return set()


@contextmanager
def migrating_file(state: Path) -> Iterator[Callable[[], bool]]:
    """Give the block what takes the turn to migrate a folder's file, or tells that another has it.

    The turn ends with the block, or with the process.
    """
    with (state / _MIGRATING).open("w") as file:

        def take() -> bool:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return False
            return True

        yield take


@asynccontextmanager
async def open_sqlite_writer(state: Path) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block the file in a folder; raises OSError or sqlite3.Error."""
    _begin_log(state)
    async with _engine(state) as engine:
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin_as_writer)
        yield engine


@asynccontextmanager
async def open_sqlite_reader(state: Path) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block the file for reading alone, beside whoever writes.

    Each statement is a transaction, so that nothing has to be begun and ended beside it.
    """
    options = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    async with _engine(state, pool_size=_READERS, max_overflow=0, **options) as engine:
        event.listen(engine.sync_engine, "connect", _prepare_reader)
        yield engine


@asynccontextmanager
async def _engine(state: Path, **options: Any) -> AsyncIterator[AsyncEngine]:
    path = state / FILE_NAME
    connections = _Connections(path)
    url = URL.create("sqlite+aiosqlite", database=str(path))
    engine = create_async_engine(url, async_creator=connections.open, pool_use_lifo=True, **options)
    try:
        yield engine
    finally:
        await engine.dispose()
        await connections.ended()


def _begin_log(state: Path) -> None:
    """Make the file where there is none, and switch it to WAL, which it stays in.

    SQLite does not wait for others at the switch but fails, so processes take turns here.
    """
    state.mkdir(parents=True, exist_ok=True)
    with (state / _TURNSTILE).open("w") as turnstile:
        flock(turnstile, LOCK_EX)
        with closing(sqlite3.connect(state / FILE_NAME, timeout=_LOCK_TIMEOUT_S)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_reader(connection: Any, record: object) -> None:
    _prepare(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _begin_as_writer(connection: "Begun") -> None:
    opened: Any = connection.connection.driver_connection
    opened.begin_with_next()

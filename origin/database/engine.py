"""Opening the database that a command was given.

SQLite runs in WAL mode, and every transaction begins as a writer (``BEGIN IMMEDIATE``): one that
begins as a reader and then writes fails at once, instead of waiting, where another has written in
between. A commit is on the disk when it returns.

A process that serves asks PostgreSQL within limits (``open_serving``), so that a slow database
makes clear errors and no queue; migrations and workers have none, as what they do may take its
time. Idle connections are ended by the server, which does so, too, for a process that hangs; the
pool gives out the one that was used last, so that those that are not needed stay idle.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from origin.database.schema import NewerSchema, upgrade

FILE_NAME: Final = "soundbridge.sqlite3"
CONNECTIONS_MAX: Final = 20
"""Of each process."""
CONNECT_S: Final = 2.0
STATEMENT_S: Final = 10.0
IDLE_S: Final = 30.0
_LOCK_TIMEOUT_S: Final = 30.0
_POSTGRES: Final = "postgresql"
_TURNSTILE: Final = "soundbridge.lock"
_PRAGMAS: Final = ("synchronous=FULL", "foreign_keys=ON")


class DatabaseUnusable(Exception):
    """The database cannot be opened or brought up to date; the message says why."""


@asynccontextmanager
async def open_database(state: Path, url: str | None) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block the database at ``url``, or the SQLite file in folder ``state``.

    Its schema is brought up to date first. Raises DatabaseUnusable.
    """
    engine = _sqlite(state) if url is None else _postgres(url)
    async with _migrated(engine):
        yield engine


@asynccontextmanager
async def open_serving(state: Path, url: str | None) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block the same database, which is asked within limits.

    Raises DatabaseUnusable.
    """
    async with open_database(state, url) as engine:
        if url is None:
            yield engine
            return
        await engine.dispose()
        async with _ending(_within_limits(url)) as serving:
            yield serving


@asynccontextmanager
async def open_replica(url: str) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block a copy of the database, to read from; it may be away now.

    Raises DatabaseUnusable where that is not the URL of one.
    """
    async with _ending(_within_limits(url, default_transaction_read_only="on")) as engine:
        yield engine


@asynccontextmanager
async def _ending(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def _migrated(engine: AsyncEngine) -> AsyncIterator[None]:
    try:
        name = engine.url.render_as_string(hide_password=True)
        try:
            await upgrade(engine)
        except NewerSchema as error:
            raise DatabaseUnusable(
                f"The database {name} is of a newer soundbridge than this one. Update this one."
            ) from error
        except (SQLAlchemyError, OSError) as error:
            raise DatabaseUnusable(
                f"The database {name} cannot be used: {str(error).partition(chr(10))[0]}"
            ) from error
        yield
    finally:
        await engine.dispose()


def _within_limits(text: str, **settings: str) -> AsyncEngine:
    return _postgres(
        text,
        pool_size=CONNECTIONS_MAX,
        max_overflow=0,
        pool_timeout=CONNECT_S,
        pool_use_lifo=True,
        connect_args={
            "timeout": CONNECT_S,
            "command_timeout": STATEMENT_S + CONNECT_S,  # where the server cannot be heard
            "server_settings": {
                "statement_timeout": _ms(STATEMENT_S),
                "idle_session_timeout": _ms(IDLE_S),
                "idle_in_transaction_session_timeout": _ms(IDLE_S),
                # A plan for any value knows no limit and takes the tenth of a table for a page.
                "plan_cache_mode": "force_custom_plan",
                **settings,
            },
        },
    )


def _ms(time_s: float) -> str:
    return f"{round(time_s * 1_000)}ms"


def _postgres(text: str, **options: Any) -> AsyncEngine:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnusable("That is not the URL of a database. " + _HINT) from error
    if url.get_backend_name() != _POSTGRES:
        raise DatabaseUnusable(f"{url.get_backend_name()} is not a database we know. " + _HINT)
    try:
        url = url.set(drivername="postgresql+asyncpg")
        return create_async_engine(url, pool_pre_ping=True, **options)
    except ModuleNotFoundError as error:
        raise DatabaseUnusable(
            "PostgreSQL needs asyncpg: pip install 'soundbridge[postgres]'."
        ) from error


_HINT: Final = "Give postgresql://user@host/name, or leave it out for SQLite in the state folder."


def _sqlite(state: Path) -> AsyncEngine:
    try:
        state.mkdir(parents=True, exist_ok=True)
        _begin_log(state)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseUnusable(f"The state folder {state} cannot be used: {error}") from error
    url = URL.create("sqlite+aiosqlite", database=str(state / FILE_NAME))
    engine = create_async_engine(url, connect_args={"timeout": _LOCK_TIMEOUT_S})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_as_writer)
    return engine


@asynccontextmanager
async def open_sqlite_reader(state: Path) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block the SQLite file for reading alone, beside whoever writes."""
    url = URL.create("sqlite+aiosqlite", database=str(state / FILE_NAME))
    engine = create_async_engine(url, connect_args={"timeout": _LOCK_TIMEOUT_S})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite_reader)
    event.listen(engine.sync_engine, "begin", _begin_as_reader)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def open_reader(
    state: Path, url: str | None, primary: AsyncEngine
) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block what to read with, beside ``primary`` which is open already.

    Of SQLite, other connections, which wait for nobody who writes; else ``primary`` itself.
    """
    if url is not None:
        yield primary
        return
    async with open_sqlite_reader(state) as reader:
        yield reader


def _begin_log(state: Path) -> None:
    """Switch the file to WAL, which it stays in.

    SQLite does not wait for others at the switch but fails, so processes take turns here.
    """
    with (state / _TURNSTILE).open("w") as turnstile:
        flock(turnstile, LOCK_EX)
        with closing(sqlite3.connect(state / FILE_NAME, timeout=_LOCK_TIMEOUT_S)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_sqlite_reader(connection: Any, record: object) -> None:
    _prepare_sqlite(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _begin_as_reader(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_as_writer(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")

"""Opening the database that a command was given.

A process that serves asks PostgreSQL within limits (``open_serving``), so that a slow database
makes clear errors and no queue; migrations and workers have none, as what they do may take its
time. Idle connections are ended by the server, which does so, too, for a process that hangs; the
pool gives out the one that was used last, so that those that are not needed stay idle.

A primary that became a replica keeps its connections, and refuses to write. So whoever is refused
that connects anew, to whichever server is the primary by then.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from origin.database.schema import Busy, NewerSchema, SchemaAge, Upgrade, schema_age, upgrade
from origin.database.sqlite import FILE_NAME, open_sqlite_reader, open_sqlite_writer

CONNECTIONS_MAX: Final = 20
"""Of each process."""
CONNECT_S: Final = 2.0
STATEMENT_S: Final = 10.0
IDLE_S: Final = 30.0
_POSTGRES: Final = "postgresql"
_READ_ONLY: Final = "25006"
"""The SQLSTATE of what was to be written where nothing may be."""


class DatabaseUnusable(Exception):
    """The database cannot be opened or brought up to date; the message says why."""


class NoDatabase(DatabaseUnusable):
    """There is none of ours where one is to be."""


@asynccontextmanager
async def open_database(state: Path, url: str | None) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block the database at ``url``, or the SQLite file in folder ``state``.

    Its schema is brought up to date first. Raises DatabaseUnusable.
    """
    async with _open(state, url) as engine:
        await _migrate(engine)
        yield engine


@asynccontextmanager
async def open_existing(state: Path, url: str | None) -> AsyncIterator[AsyncEngine]:
    """Give the caller's block the same database, and make none.

    Raises NoDatabase where there is none; DatabaseUnusable.
    """
    if url is None and not (state / FILE_NAME).is_file():
        raise NoDatabase(f"There is no database in the folder {state}. {_WHICH}")
    async with _open(state, url) as engine:
        await _refuse_empty(engine)
        await _migrate(engine)
        yield engine


async def bring_up_to_date(state: Path, url: str | None, *, busy: Busy = nullcontext) -> Upgrade:
    """Migrate the same database, as opening it would, and say from where to where.

    What may take hours is done in a block of ``busy``. Raises DatabaseUnusable.
    """
    async with _open(state, url) as engine:
        return await _migrate(engine, busy)


def _open(state: Path, url: str | None) -> AbstractAsyncContextManager[AsyncEngine]:
    return _open_sqlite(state) if url is None else _ending(_primary(_postgres(url)))


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
        async with _ending(_primary(_within_limits(url))) as serving:
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
async def _open_sqlite(state: Path) -> AsyncIterator[AsyncEngine]:
    async with AsyncExitStack() as opened:
        try:
            engine = await opened.enter_async_context(open_sqlite_writer(state))
        except (OSError, sqlite3.Error) as error:
            raise DatabaseUnusable(f"The state folder {state} cannot be used: {error}") from error
        yield engine


async def _refuse_empty(engine: AsyncEngine) -> None:
    name = engine.url.render_as_string(hide_password=True)
    with _translated(name):
        async with engine.connect() as connection:
            age = await schema_age(connection)
    if age is SchemaAge.NONE:
        raise NoDatabase(f"The database {name} is empty. {_WHICH}")


async def _migrate(engine: AsyncEngine, busy: Busy = nullcontext) -> Upgrade:
    name = engine.url.render_as_string(hide_password=True)
    with _translated(name):
        return await upgrade(engine, busy=busy)


@contextmanager
def _translated(name: str) -> Iterator[None]:
    try:
        yield
    except NewerSchema as error:
        raise DatabaseUnusable(
            f"The database {name} is of a newer soundbridge than this one. Update this one."
        ) from error
    except (SQLAlchemyError, OSError) as error:
        raise DatabaseUnusable(
            f"The database {name} cannot be used: {str(error).partition(chr(10))[0]}"
        ) from error


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


def _primary(engine: AsyncEngine) -> AsyncEngine:
    event.listen(engine.sync_engine, "handle_error", _leave_a_replica)
    return engine


def _leave_a_replica(context: ExceptionContext) -> None:
    """Let no connection of the pool be used again, where one of them may not write."""
    if getattr(context.original_exception, "sqlstate", None) == _READ_ONLY:
        context.is_disconnect = True


_WHICH: Final = (
    "Give --state or --database as `soundbridge serve` has it; where nothing was served yet,"
    " `soundbridge admin user add` makes one."
)
_HINT: Final = "Give postgresql://user@host/name, or leave it out for SQLite in the state folder."


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

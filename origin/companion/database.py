"""Where the API's rows are: a primary, which everything is written to, and who is read beside it.

A replica is a moment behind. Who can change things is answered by the primary, so that everybody
sees what they wrote; all others, who are most, by the replicas in turn. One that cannot be had, or
is more than ``BEHIND_MAX_S`` (10 s) behind, is passed over (``replicas``); where none is left, the
primary answers everybody.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    aclosing,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from contextvars import ContextVar
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from origin.companion.alongside import parts
from origin.companion.failing import is_away
from origin.companion.identity.principal import Principal, Role
from origin.companion.replicas import BEHIND_MAX_S, Replicas
from origin.database import traces
from origin.delivery.errors import DatabaseUnavailable

CHECK_S: Final = 2.0
_TURN_S: Final = 10.0

_log = structlog.get_logger("soundbridge.api")

Seen = Callable[[AsyncConnection], Awaitable[None]]
_BEFORE_LOOKS: ContextVar[Seen | None] = ContextVar("before looks", default=None)


@contextmanager
def before_each_look(seen: Seen) -> Iterator[None]:
    """Let this see each connection that the caller's block looks at rows with, before it does."""
    before = _BEFORE_LOOKS.set(seen)
    try:
        yield
    finally:
        _BEFORE_LOOKS.reset(before)


class Database:
    """Transactions at the primary, and looks at it or a replica; engines are the caller's."""

    def __init__(
        self,
        primary: AsyncEngine,
        readers: Sequence[AsyncEngine] = (),
        *,
        behind_max_s: float = BEHIND_MAX_S,
    ) -> None:
        self.primary = primary
        self._primary_to_read = _by_the_statement(primary)
        self.replicas = Replicas([_by_the_statement(reader) for reader in readers], behind_max_s)
        self._turns = _Turns() if primary.dialect.name == "sqlite" else nullcontext()
        self.has_replicas = bool(readers) and primary.dialect.name != "sqlite"
        """Whether rows may be read that are a moment behind."""

    @asynccontextmanager
    async def change(self, *, alone: bool = False) -> AsyncIterator[AsyncConnection]:
        """Give the block a transaction, which is committed if it ends well; see ``alongside``.

        What is ``alone`` is not what the request is for, such as a lease: nothing counts as done
        by it, and it is not told. Raises DatabaseUnavailable.
        """
        with _translated():
            async with self._turns, self.primary.begin() as connection:
                for part in () if alone else parts():
                    await part.first(connection)
                yield connection
                for part in () if alone else parts():
                    await part.last(connection)

    def look(self, principal: Principal | None) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give the block rows as who asks may expect them; raises DatabaseUnavailable."""
        writes = principal is not None and principal.role >= Role.CREATOR
        return self.look_now() if writes else self._look(self._any_reader())

    def look_now(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give the block rows as they are by now: who may, and what somebody has just written.

        Raises DatabaseUnavailable.
        """
        # SQLite's other connections are never behind, and wait for no writer.
        is_one = self.primary.dialect.name == "sqlite"
        return self._look(self._any_reader() if is_one else self._at_primary())

    async def leave_no_traces(self) -> None:
        """Take out of SQLite's files what was deleted by now, as far as nobody reads it for long.

        Where that fails it is said in the log, and the next time does it. PostgreSQL does so by
        itself (``VACUUM``).
        """
        if self.primary.dialect.name != "sqlite":
            return
        cause = "somebody reads or writes for long"
        try:
            await traces.copy_log(self.primary)
            async with self._turns:
                if await traces.empty_log(self.primary):
                    return
        except (sqlite3.Error, TimeoutError) as error:
            cause = str(error) or cause
        _log.warning("deleted rows are still in the database's files", cause=cause)

    async def keep_watching_replicas(self) -> None:
        """Look how far they are behind, until cancelled; who serves does that beside."""
        await self.replicas.keep_watching(self._primary_to_read)

    async def check(self) -> None:
        """Return if the primary answers soon; raises DatabaseUnavailable where it does not."""
        with _translated():
            async with asyncio.timeout(CHECK_S), self.look_now() as connection:
                await connection.execute(select(1))

    @asynccontextmanager
    async def _look(
        self, opening: AbstractAsyncContextManager[AsyncConnection]
    ) -> AsyncIterator[AsyncConnection]:
        with _translated():
            async with opening as connection:
                seen = _BEFORE_LOOKS.get()
                if seen is not None:
                    await seen(connection)
                yield connection

    def _at_primary(self) -> AbstractAsyncContextManager[AsyncConnection]:
        return self._primary_to_read.connect()

    @asynccontextmanager
    async def _any_reader(self) -> AsyncIterator[AsyncConnection]:
        """Give the reader whose turn it is, or whoever is there."""
        for replica in self.replicas.in_turn():
            connection = await replica.connect()
            if connection is not None:
                async with aclosing(connection):
                    with replica.answering():
                        yield connection
                return
        async with self._primary_to_read.connect() as connection:
            yield connection


class _Turns:
    """Lets one after the other write: SQLite lets those who wait look again, up to 0.1 s later."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> None:
        async with asyncio.timeout(_TURN_S):
            await self._lock.acquire()

    async def __aexit__(self, *_error: object) -> None:
        self._lock.release()


def _by_the_statement(engine: AsyncEngine) -> AsyncEngine:
    """Let each statement be a transaction, which saves PostgreSQL two of three ways to and fro."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise DatabaseUnavailable from error
        raise

"""A connection to SQLite on which a statement and its rows are one way to a thread and back.

aiosqlite goes to the thread of a connection for a cursor, for a statement, for its rows, and for
the cursor's end: four times. Each time the thread and the event loop wait for each other's lock of
the interpreter, up to its switch interval where either is busy. Rows come whole here, as SQLAlchemy
asks for them in the end.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from typing import Any, Self

import aiosqlite


class Cursor:
    """A statement of ``connection`` at a time, as SQLAlchemy's asyncio dialects ask for it."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute a statement, and take what it gives."""
        return await self._run(lambda cursor: cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Execute a statement for each of some parameters."""
        return await self._run(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> list[Any]:
        """Hand over the rows, which are there already."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Do nothing: it was closed in the thread."""

    async def _run(self, act: Callable[[sqlite3.Cursor], object]) -> Self:
        await self._connection.in_thread(lambda: self._take(act))
        return self

    def _take(self, act: Callable[[sqlite3.Cursor], object]) -> None:
        with closing(self._connection.opened.cursor()) as cursor:
            act(cursor)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid


class Connection(aiosqlite.Connection):
    """aiosqlite's, but for its cursors."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        """Return one, without a way to the thread."""
        return Cursor(self)

    @property
    def opened(self) -> sqlite3.Connection:
        """The connection itself, for its thread alone; raises ValueError once it is closed."""
        return self._conn

    async def in_thread(self, act: Callable[[], object]) -> None:
        """Let the connection's thread do something; raises what that does."""
        await self._execute(act)  # type: ignore[no-untyped-call]

"""A connection to SQLite on which a statement and its rows are one way to a thread and back.

aiosqlite goes to the thread of a connection for a cursor, for a statement, for its rows, and for
the cursor's end: four times. Each time the thread and the event loop wait for each other's lock of
the interpreter, up to its switch interval where either is busy. Rows come whole here, as SQLAlchemy
asks for them in the end.

For the same reason a transaction begins with its first statement, in one way to the thread, and
nothing is rolled back where nothing was begun, which SQLAlchemy asks for after each commit.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
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
            self._connection.begin(cursor)
            act(cursor)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid


class Connection(aiosqlite.Connection):
    """aiosqlite's, but for its cursors, and for how its transactions begin and end."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, 1)
        self._is_to_begin = False
        self._asked = 0
        self._done = 0

    def cursor(self) -> Cursor:  # type: ignore[override]
        """Return one, without a way to the thread."""
        return Cursor(self)

    def begin_with_next(self) -> None:
        """Let the next statement be the first of a transaction, which writes alone."""
        self._is_to_begin = True

    def begin(self, cursor: sqlite3.Cursor) -> None:
        """Begin, in the thread, what is to begin; where that fails, the next statement tries."""
        if self._is_to_begin:
            cursor.execute("BEGIN IMMEDIATE")
            self._is_to_begin = False

    async def commit(self) -> None:
        """Commit what was begun."""
        if self._may_have_begun():
            await self.in_thread(self.opened.commit)
        self._is_to_begin = False

    async def rollback(self) -> None:
        """Roll back what was begun."""
        if self._may_have_begun():
            await self.in_thread(self.opened.rollback)
        self._is_to_begin = False

    @property
    def opened(self) -> sqlite3.Connection:
        """The connection itself, for its thread alone; raises ValueError once it is closed."""
        return self._conn

    async def in_thread(self, act: Callable[[], object]) -> None:
        """Let the connection's thread do something; raises what that does."""
        self._asked += 1
        await self._execute(partial(self._do, act))  # type: ignore[no-untyped-call]

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            self._done += 1

    def _may_have_begun(self) -> bool:
        """Tell whether there may be a transaction: what nobody waits for any more may begin one."""
        return self._done < self._asked or self.opened.in_transaction

"""Writing plays behind: all that a process holds in one transaction, once a second at most.

A process that is killed loses what the last second brought, no more; one that ends writes it. While
the database is away, plays are held, and written once it is back; beyond the buffer they are not
taken, and whoever sends them is told to come again.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from origin.companion.database import Database
from origin.companion.plays import rows
from origin.companion.plays.buffer import Buffer
from origin.companion.plays.rules import Limits
from origin.companion.plays.shared import Shared, first_kept_day
from origin.companion.writing_behind import keep_writing
from origin.delivery.errors import DatabaseUnavailable

EVERY_S: Final = 1.0
SWEEP_S: Final = 600.0
_MARKS_AT_ONCE: Final = 2_000

_log = structlog.get_logger("soundbridge.plays")


class Writer:
    """Writes down what is held, and takes away what is over; ``clock`` tells epoch seconds."""

    def __init__(
        self,
        database: Database,
        buffer: Buffer,
        shared: Shared,
        limits: Limits,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._buffer = buffer
        self._shared = shared
        self._limits = limits
        self._clock = clock

    async def run(self) -> None:
        """Write down what is held, again and again, and once more at the end."""
        await keep_writing(self.write, EVERY_S, self._failed)

    async def write(self) -> int:
        """Write down what is held by now, and return how much counts of it.

        Raises DatabaseUnavailable: then all is held as before.
        """
        held = self._buffer.held()
        if not held:
            return 0
        first = first_kept_day(self._clock())
        async with self._database.change() as connection:
            fresh = [play for play in held if play.day >= first]
            counted = await rows.write(connection, fresh, self._limits)
        self._buffer.settle(held, counted)
        return counted

    def _failed(self, cause: str) -> None:
        _log.warning("plays not written yet", held=len(self._buffer), cause=cause)

    async def keep_sweeping(self, *, every_s: float = SWEEP_S) -> None:
        """Take away what is over again and again, beginning now."""
        while True:
            try:
                await self.sweep()
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                _log.warning("marks of plays not swept", cause=str(error.__cause__ or error))
            await asyncio.sleep(every_s)

    async def sweep(self) -> None:
        """Take away salts and marks of the days before yesterday, from files, too.

        Raises DatabaseUnavailable.
        """
        first = first_kept_day(self._clock())
        self._shared.forget(first)
        async with self._database.change() as connection:
            await rows.forget_salts(connection, first)
        gone = _MARKS_AT_ONCE
        while gone == _MARKS_AT_ONCE:
            async with self._database.change() as connection:
                gone = await rows.forget_marks(connection, first, _MARKS_AT_ONCE)
        await self._database.leave_no_traces()

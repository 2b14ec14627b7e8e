"""Writing figures of assets behind: what a process holds, every few seconds and at its end.

A process that is killed loses what came since. While the database is away, figures are held, and
written once it is back.
"""

import asyncio
from contextlib import suppress
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from origin.companion.database import Database
from origin.companion.quality import rows
from origin.delivery.errors import DatabaseUnavailable
from origin.quality.sums import DaySums

EVERY_S: Final = 5.0
_AT_END_S: Final = 2.0

_log = structlog.get_logger("soundbridge.quality")


class Writer:
    """Writes down what ``sums`` holds."""

    def __init__(self, database: Database, sums: DaySums) -> None:
        self._database = database
        self._sums = sums

    async def run(self) -> None:
        """Write down what is held, again and again, and once more at the end."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                await self._tried()
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._tried(), _AT_END_S)

    async def write(self) -> None:
        """Write down what is held by now; raises DatabaseUnavailable: then it is held as before."""
        days = self._sums.take()
        if not days:
            return
        try:
            async with self._database.change() as connection:
                await rows.write(connection, days)
        except BaseException:
            self._sums.give_back(days)
            raise

    async def _tried(self) -> None:
        try:
            await self.write()
        except (DatabaseUnavailable, SQLAlchemyError) as error:
            cause = str(error.__cause__ or error).partition("\n")[0]
            _log.warning("figures of assets not written yet", held=len(self._sums), cause=cause)

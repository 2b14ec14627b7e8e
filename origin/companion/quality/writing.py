"""Writing figures of assets behind: what a process holds, every few seconds and at its end.

A process that is killed loses what came since. While the database is away, figures are held, and
written once it is back.
"""

from itertools import islice
from typing import Final

import structlog

from origin.companion.database import Database
from origin.companion.quality import rows
from origin.companion.writing_behind import keep_writing
from origin.quality.sums import DaySums

EVERY_S: Final = 5.0
ASSETS_AT_ONCE: Final = 100

_log = structlog.get_logger("soundbridge.quality")


class Writer:
    """Writes down what ``sums`` holds."""

    def __init__(self, database: Database, sums: DaySums) -> None:
        self._database = database
        self._sums = sums

    async def run(self) -> None:
        """Write down what is held, again and again, and once more at the end."""
        await keep_writing(self.write, EVERY_S, self._failed)

    async def write(self) -> None:
        """Write down what is held by now; raises DatabaseUnavailable: then the rest stays held.

        A few assets a transaction: after an outage there are thousands, and to make their rows
        takes the loop's time.
        """
        days = self._sums.take()
        try:
            while days:
                some = dict(islice(days.items(), ASSETS_AT_ONCE))
                async with self._database.change() as connection:
                    await rows.write(connection, some)
                for day in some:
                    del days[day]
        finally:
            self._sums.give_back(days)

    def _failed(self, cause: str) -> None:
        _log.warning("figures of assets not written yet", held=len(self._sums), cause=cause)

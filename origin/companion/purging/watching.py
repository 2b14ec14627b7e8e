"""What metrics tell of purging: what waits, for how long, what was sent, and what failed.

It is in the database, whoever sends; so every process that has that looks, rarely, and all say the
same. What one says that cannot look any more is not what is: it says nothing then.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from sqlalchemy import Row, func, select

from origin.companion.database import Database
from origin.companion.purging.tables import purgers, purges
from origin.delivery.errors import DatabaseUnavailable
from origin.telemetry.metrics import Metrics, Sample

EVERY_S: Final = 15.0
_LOOK_S: Final = 5.0

_log = structlog.get_logger("soundbridge.api")


class PurgeWatch:
    """What was seen of purging; ``clock`` tells epoch seconds."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._seen: Sequence[Row[Any]] = ()

    async def keep(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Look once; where the database does not answer, nothing is known any more."""
        # What is held until its objects have gone is not due, and waits for nobody.
        waits = (purges.c.purger_id == purgers.c.id) & purges.c.is_repeat.is_(False)
        due = waits & (purges.c.promised_s <= self._clock())
        rows = select(
            purgers,
            select(func.count()).where(due).correlate(purgers).scalar_subquery().label("pending"),
            select(func.min(purges.c.promised_s))
            .where(due)
            .correlate(purgers)
            .scalar_subquery()
            .label("first_s"),
        )
        try:
            async with asyncio.timeout(_LOOK_S), self._database.look_now() as connection:
                self._seen = (await connection.execute(rows)).all()
        except (DatabaseUnavailable, TimeoutError) as error:
            self._seen = ()
            _log.warning("purging not looked at", cause=str(error.__cause__ or error))

    def tell(self, metrics: Metrics) -> None:
        """Have metrics tell what was seen."""
        for name, what, read in (
            ("purge_pending", "What is to be purged and was not sent yet, by CDN.", _pending),
            ("purge_requests", "Requests that CDNs took since they are known.", _requests),
            ("purge_targets", "What those had dropped, once and again.", _targets),
            ("purge_failures", "Requests that failed, and were or will be repeated.", _failures),
            ("purge_refused", "What CDNs refused for good, and was given up.", _refused),
        ):
            metrics.shared(name, what, lambda read=read: self._told(read))  # type: ignore[misc]
        metrics.shared(
            "purge_oldest_seconds", "For how long the first of what is pending waits.", self._oldest
        )
        metrics.shared(
            "purge_failing_seconds", "For how long a CDN has taken nothing.", self._failing
        )

    def _told(self, read: Callable[[Row[Any]], float]) -> list[Sample]:
        return [({"purger": each.name}, read(each)) for each in self._seen]

    def _oldest(self) -> list[Sample]:
        now_s = self._clock()
        return self._told(lambda each: 0.0 if each.first_s is None else now_s - each.first_s)

    def _failing(self) -> list[Sample]:
        now_s = self._clock()
        return self._told(
            lambda each: 0.0 if each.failing_since_s is None else now_s - each.failing_since_s
        )


def _pending(row: Row[Any]) -> float:
    return float(row.pending)


def _requests(row: Row[Any]) -> float:
    return float(row.requests)


def _targets(row: Row[Any]) -> float:
    return float(row.targets)


def _failures(row: Row[Any]) -> float:
    return float(row.failures)


def _refused(row: Row[Any]) -> float:
    return float(row.refused)

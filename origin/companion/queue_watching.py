"""Watching the queue: what metrics tell of it, so that workers are missed that are dead.

Every process that has the database looks, rarely, and all say the same, but for when they looked.
What one says that cannot look any more is not what is: it says nothing then.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from origin.companion.database import Database
from origin.delivery.errors import DatabaseUnavailable
from origin.telemetry.metrics import Metrics, Sample
from packager.queue.stats import OfKind, busy_workers, open_jobs

EVERY_S: Final = 15.0
_LOOK_S: Final = 5.0

_log = structlog.get_logger("soundbridge.api")


class QueueWatch:
    """What was seen of the queue; ``clock`` tells epoch seconds."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._seen: Sequence[OfKind] = ()
        self._busy: int | None = None

    async def keep(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        """Look once; where the database does not answer, nothing is known any more."""
        now_s = self._clock()
        try:
            async with asyncio.timeout(_LOOK_S), self._database.look_now() as connection:
                self._seen = await open_jobs(connection, now_s=now_s)
                busy = await busy_workers(connection, now_s=now_s)
                self._busy = len(set[str]().union(*busy.values()))
        except (DatabaseUnavailable, TimeoutError) as error:
            self._seen, self._busy = (), None
            _log.warning("queue not looked at", cause=str(error.__cause__ or error))

    def tell(self, metrics: Metrics) -> None:
        """Have metrics tell what was seen."""
        metrics.shared("queue_jobs", "Jobs that are not done, by kind and state.", self._jobs)
        metrics.shared(
            "queue_oldest_seconds",
            "For how long the first job that is due waits for a worker, by kind.",
            self._oldest,
        )
        metrics.shared(
            "queue_busy_workers", "Workers that hold a job and are heard of.", self._workers
        )

    def _jobs(self) -> list[Sample]:
        return [({"kind": each.kind, "state": each.state}, each.count) for each in self._seen]

    def _oldest(self) -> list[Sample]:
        now_s, waits_s = self._clock(), dict[str, float]()
        for each in self._seen:
            waited_s = 0.0 if each.due_s is None else max(0.0, now_s - each.due_s)
            waits_s[each.kind] = max(waited_s, waits_s.get(each.kind, 0.0))
        return [({"kind": kind}, waited_s) for kind, waited_s in waits_s.items()]

    def _workers(self) -> list[Sample]:
        return [] if self._busy is None else [({}, self._busy)]

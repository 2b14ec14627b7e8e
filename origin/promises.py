"""Keeping what was promised: what stays only for a while goes when its time has come.

A withdrawn revision stays as long as its withdrawal says, the growing playlists of a complete one
for as long as it lasts and an hour; after that, any worker removes them. All else that nothing
needs (superseded revisions, abandoned work, sources) was promised to nobody, and is left to
``soundbridge gc`` and who runs it.

Removing is the same however often it is done, so that workers need not know of each other.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

import structlog
from obstore.store import ObjectStore

from origin.collecting.collect import remove_promised
from origin.collecting.errors import CollectionFailed
from origin.collecting.rows import questions
from origin.collecting.surroundings import Surroundings
from origin.database.engine import DatabaseUnusable
from origin.inspection.blocking import in_thread
from packager.errors import first_line

_FIRST_AFTER_S: Final = 300.0
_REMOVALS_AT_ONCE: Final = 1000

_log = structlog.get_logger("soundbridge.worker")


@dataclass(frozen=True, slots=True)
class Promises:
    """The promises made in one store, whose workers share the database of ``state`` or ``url``.

    Where ``every_s`` is 0, others keep them.
    """

    store: ObjectStore
    state: Path
    url: str | None
    every_s: float
    chance: Callable[[], float]
    _is_over: threading.Event = field(default_factory=threading.Event)

    async def keep(self) -> None:
        """Remove what is due, some minutes after the start and then at intervals, until cancelled.

        Workers that were started together do it at different times.
        """
        if not self.every_s:
            return
        self._is_over.clear()  # it may begin again
        pause_s = min(self.every_s, _FIRST_AFTER_S)
        try:
            while True:
                await asyncio.sleep(pause_s * (0.5 + self.chance()))
                await self._remove_what_is_due()
                pause_s = self.every_s
        finally:
            self._is_over.set()

    async def _remove_what_is_due(self) -> None:
        try:
            removed = await in_thread(self._remove)
        except (CollectionFailed, DatabaseUnusable) as error:  # the next time may go well
            _log.warning("promises not kept", cause=first_line(error))
            return
        if removed:
            _log.info("promises kept", folders=removed)

    def _remove(self) -> int:
        """Return how many folders were removed; what is left over has its turn the next time."""
        removed = 0
        with questions(self.state, self.url) as asked:
            around = Surroundings(self.store, asked.row_of, purging=asked.purging)
            removals = remove_promised(around)
            for _ in islice(removals, _REMOVALS_AT_ONCE):
                removed += 1
                if self._is_over.is_set():
                    break
        return removed

"""How often things were played, brought into the index in batches.

Plays tell no events: there are too many. Those that are played most are looked at often, all others
in turn; what the index has otherwise, or not at all, is written again.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Select, select

from origin.companion.catalogue.tables import tracks
from origin.companion.database import Database
from origin.companion.search import rows
from origin.companion.search.entries import Kind, key_of, popularity_of
from origin.companion.search.writing import Aside, Writer

BATCH: Final = 1_000
HOT_S: Final = 60.0
TURN_S: Final = 10.0


class Popularity:
    """Looks at plays; ``clock`` tells monotonic seconds."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        aside: Aside,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._writer = writer
        self._aside = aside
        self._clock = clock
        self._behind = ""
        self._hot_s = self._turn_s = clock()

    async def look(self) -> bool:
        """Look, if it is time to; tell whether something was written."""
        now_s = self._clock()
        public = select(tracks.c.id, tracks.c.play_count).where(rows.listed(tracks))
        if now_s - self._hot_s >= HOT_S:
            self._hot_s = now_s
            most = public.order_by(tracks.c.play_count.desc(), tracks.c.id.desc())
            _, written = await self._compare(most.limit(BATCH))
            return bool(written)
        if now_s - self._turn_s >= TURN_S:
            self._turn_s = now_s
            turn = public.where(tracks.c.id > self._behind).order_by(tracks.c.id)
            ids, written = await self._compare(turn.limit(BATCH))
            self._behind = ids[-1] if len(ids) == BATCH else ""
            return bool(written)
        return False

    async def _compare(self, asked: Select[Any]) -> tuple[list[str], int]:
        """Write again what the index has otherwise; return the ids, and how many were written."""
        async with self._database.look_now() as connection:
            plays = {row.id: row.play_count for row in await connection.execute(asked)}
            keys = [key_of(Kind.TRACK, track_id) for track_id in plays]
            known = await self._aside(self._writer.popularities, keys)
            other = [
                track_id
                for track_id, count in plays.items()
                if known.get(key_of(Kind.TRACK, track_id)) != popularity_of(count)
            ]
            entries = await rows.entries(connection, Kind.TRACK, other)
        await self._aside(self._writer.put, entries)
        return list(plays), len(entries)

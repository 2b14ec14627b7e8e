"""Keeping up which tracks are similar, beside serving: in one process at a time, a bit at a time.

What is said of a track is followed by its events, soon, what is heard by its marks, less often, and
all of it is made anew once a day. Events are not told of it: what is recommended may be old by a
minute.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from origin.companion import duties
from origin.companion.catalogue import events
from origin.companion.catalogue.events import Event
from origin.companion.database import Database
from origin.companion.duties import Duty
from origin.companion.similar import rows
from origin.companion.similar.making import make
from origin.companion.similar.pairing import pair
from origin.delivery.errors import DatabaseUnavailable

DUTY: Final = "similar"
_EVERY_S: Final = 1.0
_EVENTS_AT_ONCE: Final = 200
_TIMES_A_ROUND: Final = 40
_RESTS: Final = 9.0
"""Times what a bit of work took: a tenth of a core at most, as requests would wait for the rest.

A million tracks a day need half of that.
"""
_REST_MAX_S: Final = 5.0
"""A bit that waited long, for a database, was no work."""
_MATTERS: Final = frozenset(
    {"title", "genre", "tags", "language", "visibility", "asset_id", "playback_id"}
)

_log = structlog.get_logger("soundbridge.similar")


def changed(told: Iterable[Event]) -> set[str]:
    """Return the tracks of which something was said that others can be like, or no more. Pure."""
    return {
        event.subject
        for event in told
        if event.kind.startswith("track.")
        and (event.kind != "track.changed" or _MATTERS & set(event.content.get("fields", ())))
    }


@dataclass(slots=True)
class Keeper:
    """Keeps them for one database; ``holder`` tells processes apart."""

    database: Database
    holder: str
    clock: Callable[[], float] = time.time
    duty: Duty = field(init=False)

    def __post_init__(self) -> None:
        """Begin without the duty."""
        self.duty = Duty(self.database, DUTY, self.holder, self.clock)

    async def keep(self) -> None:
        """Keep them until cancelled."""
        while True:
            try:
                await self.round()
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                cause = str(error.__cause__ or error).partition("\n")[0]
                _log.warning("similar tracks not made", cause=cause)
            except Exception:  # noqa: BLE001 one track that is not understood must not be the end
                _log.exception("similar tracks not made")
                await asyncio.sleep(duties.LEASE_S)
            await asyncio.sleep(_EVERY_S)

    async def round(self) -> None:
        """Do some of what there is to do; raises DatabaseUnavailable."""
        if await self.duty.is_ours():
            for some in (self.follow, self.pair, self.make):
                await self._some(some)

    async def _some(self, do: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(_TIMES_A_ROUND):
            begun_s = time.monotonic()
            if not await self.duty.is_ours() or not await do():
                return
            rest_s = _RESTS * (time.monotonic() - begun_s)
            await asyncio.sleep(min(rest_s, _REST_MAX_S))

    async def follow(self) -> bool:
        """Let what was changed be made anew; False where there may be no more."""
        async with self.database.look_now() as connection:
            before = await duties.position(connection, DUTY)
            told = await events.since(connection, before, limit=_EVENTS_AT_ONCE)
        if not told:
            return False
        async with self.database.change() as connection:
            if not await duties.advance(connection, DUTY, before=before, after=told[-1].number):
                self.duty.doubt()
                return False
            soon = {"now_s": self.clock(), "rest_s": rows.SOON_S}
            await rows.let_be_due(connection, changed(told), **soon)
        return len(told) == _EVENTS_AT_ONCE

    async def pair(self) -> bool:
        """Count what was heard together; False where there may be no more."""
        return await pair(self.database, now_s=self.clock())

    async def make(self) -> bool:
        """Make what is due; False where there may be no more."""
        return await make(self.database, now_s=self.clock())

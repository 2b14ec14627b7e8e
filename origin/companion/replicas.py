"""The copies of the database that are read: which is next, and which are passed over.

One is passed over that cannot be had or is lost in the middle of a look, and not asked again for a
while (``origin.circuit``); one that has not the tables of this release, for half a minute each time
that shows; and one that is too far behind (``freshness``), until it has caught up. How far it is
tells a look at its newest event: that holds for PostgreSQL's streaming and its logical replication
alike.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from origin.circuit import Circuit
from origin.companion.catalogue.events import newest_number
from origin.companion.failing import is_away, lacks_schema
from origin.companion.freshness import Freshness, Marks
from origin.database.engine import CONNECT_S
from origin.delivery.errors import DatabaseUnavailable

BEHIND_MAX_S: Final = 10.0
"""How far behind a copy may be that is read."""
AWAY: Final = (DBAPIError, PoolTimeout, OSError, TimeoutError)
_LACKS_S: Final = 30.0
"""How long one is passed over that lacks a table; others of its tables may well be there."""
_EVERY_S: Final = 1.0
_LOOK_S: Final = 2.0

_log = structlog.get_logger("soundbridge.api")


class Replica:
    """One copy, and what is known of it."""

    def __init__(self, engine: AsyncEngine, behind_max_s: float) -> None:
        self.engine = engine
        self.freshness = Freshness(behind_max_s)
        self._circuit = Circuit(time.monotonic)
        self._lacks_until_s = -inf

    @property
    def is_passed_over(self) -> bool:
        """Whether others are read in its place."""
        return self._is_unfit() or self._circuit.is_open

    async def connect(self) -> AsyncConnection | None:
        """Connect to it, for the caller to close; None where it is passed over."""
        if self._is_unfit() or not self._circuit.admits():
            return None
        try:
            async with asyncio.timeout(CONNECT_S):
                return await self.engine.connect()
        except AWAY as error:
            self._failed(error)
            return None

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Take note of how the caller's block fares, which looks at its rows.

        Raises DatabaseUnavailable where it lacks what the primary has.
        """
        try:
            yield
        except Exception as error:
            if lacks_schema(error):
                self._lacks(error)
                raise DatabaseUnavailable from error
            if is_away(error):
                self._failed(error)
            else:
                self._answered()
            raise
        self._answered()

    def judge(self, now_s: float, as_of_s: float | None) -> None:
        """Take note of when it was as the primary was, None where it does not say."""
        if not self.freshness.judge(now_s, as_of_s):
            return
        if self.freshness.is_behind:
            self._note("a replica is too far behind; others are read")
        else:
            self._note("a replica has caught up, and is read again")

    def _is_unfit(self) -> bool:
        return self.freshness.is_behind or time.monotonic() < self._lacks_until_s

    def _answered(self) -> None:
        if self._circuit.succeeded():
            self._note("a replica is read again")

    def _failed(self, error: Exception) -> None:
        if self._circuit.failed():
            self._note("a replica is away; others are read", error)

    def _lacks(self, error: Exception) -> None:
        if time.monotonic() >= self._lacks_until_s:
            self._note("a replica lacks what this release reads; others are read", error)
        self._lacks_until_s = time.monotonic() + _LACKS_S

    def _note(self, said: str, error: Exception | None = None) -> None:
        why = None if error is None else str(error).partition("\n")[0]
        name = self.engine.url.render_as_string(hide_password=True)
        _log.warning(said, replica=name, reason=why)


class Replicas:
    """All copies of one primary, read in turn; ``clock`` tells monotonic seconds."""

    def __init__(
        self,
        engines: Sequence[AsyncEngine],
        behind_max_s: float = BEHIND_MAX_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.all = [Replica(engine, behind_max_s) for engine in engines]
        self._marks = Marks(behind_max_s)
        self._clock = clock
        self._turn = 0

    def in_turn(self) -> Iterator[Replica]:
        """Give all of them, another one first each time."""
        self._turn += 1
        for number in range(len(self.all)):
            yield self.all[(self._turn + number) % len(self.all)]

    async def keep_watching(self, primary: AsyncEngine) -> None:
        """Look how far all are behind, once a second, until cancelled."""
        while True:
            await self.look(primary)
            await asyncio.sleep(_EVERY_S)

    async def look(self, primary: AsyncEngine) -> None:
        """Look how far all are behind; without the primary, nobody knows."""
        began_s = self._clock()
        newest = await _newest(primary)
        if newest is None:
            return
        self._marks.add(began_s, newest)
        said = await asyncio.gather(*(_newest(replica.engine) for replica in self.all))
        now_s = self._clock()
        for replica, number in zip(self.all, said, strict=True):
            replica.judge(now_s, None if number is None else self._marks.as_of(number))


async def _newest(engine: AsyncEngine) -> int | None:
    """Return the number of the last event there; None where it does not say so in time."""
    try:
        async with asyncio.timeout(_LOOK_S), engine.connect() as connection:
            return await newest_number(connection)
    except AWAY:
        return None

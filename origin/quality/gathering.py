"""Reading what was noted, a slice at a time, and adding up what it tells of sessions.

No slice holds the loop up for long (``slices``), and after each batch there is a pause that
grows with it, so that no more than ``READ_PER_S_MAX`` are read in a second, whatever comes.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from cdn.cmcd.figures import of_ended, of_noticed
from cdn.cmcd.parse import fields_in, parse_fields, parse_query
from cdn.cmcd.place import place_of
from cdn.cmcd.sampling import is_chosen, number_of
from cdn.cmcd.sessions import Ended, Sessions
from origin.beside import kept_beside
from origin.quality.counts import SessionCounts
from origin.quality.edge import EdgeSessions
from origin.quality.intake import Intake, Outcome, Told
from origin.quality.links import Links
from origin.quality.messages import packed, unpacked
from origin.quality.order import Heard, InOrder
from origin.quality.slices import in_slices
from origin.quality.sums import DaySums

READ_PER_S_MAX: Final = 500
_GATHER_S: Final = 0.05
"""Requests come in bursts: a few are read together."""
_SECOND_S: Final = 1.0
_LOOK_EVERY_S: Final = 0.25
_HIGH_BITS: Final = 16
"""By the low ones sessions are chosen, so those of all that are chosen are alike."""


class Gathering:
    """The sessions of one process; ``sums`` is where to add up by asset, if anywhere.

    ``clock`` tells seconds since the epoch.
    """

    def __init__(
        self,
        intake: Intake,
        links: Links,
        counts: SessionCounts,
        sums: DaySums | None,
        *,
        salt: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.intake = intake
        self._links = links
        self._counts = counts
        self.sums = sums
        self._clock = clock
        self.sessions = Sessions(salt)
        self.edge = EdgeSessions(salt)
        self._order = InOrder()
        self._is_there = asyncio.Event()
        intake.wake = self._is_there.set

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read and add up while the caller's block runs; then all sessions end."""
        async with AsyncExitStack() as opened:
            opened.callback(self._end_all)
            opened.enter_context(self._links.hearing(self.hear))
            await opened.enter_async_context(kept_beside(self._keep_reading, "reports read"))
            await opened.enter_async_context(kept_beside(self._keep_order, "reports in order"))
            await opened.enter_async_context(kept_beside(self._keep_time, "sessions ended"))
            yield

    def leave(self) -> None:
        """Leave sessions to the process that takes over: it has the same inbox."""
        self._links.leave()

    async def _keep_reading(self) -> None:
        since_s, dropped = time.monotonic(), 0
        while True:
            if not self._is_there.is_set():
                await self._is_there.wait()
                since_s = time.monotonic()  # nothing came before
            await asyncio.sleep(_GATHER_S)
            self._is_there.clear()
            noted, until_s = self.intake.take(), time.monotonic()
            missed, dropped = self.intake.dropped - dropped, self.intake.dropped
            live = sum(not told.is_edge for told in noted)
            if missed and self.intake.thinning.overran(live + missed, until_s - since_s):
                self._thinned()
            since_s = until_s
            await in_slices(self.read, noted)
            self._flush()
            await asyncio.sleep(len(noted) / READ_PER_S_MAX)

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(_SECOND_S)
            if self.intake.thinning.second_passed():
                self._tell_doublings()
            self._ended(self.sessions.end_silent(self._clock()))
            self._ended(self.edge.end_silent(self._clock()))

    async def _keep_order(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            await in_slices(self.enter, self._order.due(self._clock()))

    def read(self, told: Told) -> None:
        """Read one request, and hand it to whose session it is."""
        outcome = self._outcome(told)
        if outcome is not None:
            self.intake.outcomes[outcome] += 1

    def _outcome(self, told: Told) -> Outcome | None:
        """Return what became of a request; None where that is for another process to take."""
        path = told.path.decode("latin-1")
        if place_of(path) is None:
            return Outcome.ELSEWHERE
        written = told.written
        report = parse_fields(fields_in(written)) if told.is_head else parse_query(written)
        if report is None:
            return Outcome.UNREADABLE
        if report.sid is None:
            return Outcome.NO_SESSION
        thinning = self.intake.thinning
        number = number_of(report.sid.encode()) if told.number is None else told.number
        if not is_chosen(number, thinning.one_in):
            return Outcome.UNSAMPLED
        if not told.is_edge and thinning.saw():
            self._thinned()
        if self._links.is_ours(number >> _HIGH_BITS):
            self.take((told.at_s, path, number, report), is_edge=told.is_edge)
            return Outcome.TAKEN
        message = [told.at_s, path, number, told.is_edge, report.sid, *packed(report)]
        self._links.send(number >> _HIGH_BITS, message)
        return None

    def _flush(self) -> None:
        links, outcomes = self._links, self.intake.outcomes
        links.flush()
        outcomes[Outcome.TAKEN] += links.sent
        outcomes[Outcome.DROPPED] += links.lost
        links.sent = links.lost = 0

    def hear(self, message: list[Any]) -> None:
        """Take what another process has read, or how much fewer sessions it chooses."""
        if len(message) == 1:
            if self.intake.thinning.hear(message[0]):
                self._forget_unchosen()
            return
        at_s, path, number, is_edge, sid, *said = message
        self.take((at_s, path, number, unpacked(sid, *said)), is_edge=is_edge)

    def take(self, heard: Heard, *, is_edge: bool = False) -> None:
        """Take a report of a session that is this process's, in whatever order they come.

        Those of an edge's log come late, and in the order of the log.
        """
        if is_edge:
            self._add_up(heard, self.edge.sessions, self._clock())
            return
        first = heard if self._links.is_alone else self._order.add(heard)
        if first is not None:
            self.enter(first)

    def enter(self, heard: Heard) -> None:
        """Add up what a report tells, those of a session one after the other."""
        self._add_up(heard, self.sessions)

    def _add_up(self, heard: Heard, sessions: Sessions, came_s: float | None = None) -> None:
        at_s, path, number, report = heard
        place = place_of(path)
        if place is None or report.sid is None:
            return
        sid = report.sid.encode()
        noticed, asset_id, ended = sessions.take(sid, number, place, report, at_s, came_s=came_s)
        self._ended(ended)
        self._counts.noticed(noticed)
        if self.sums is not None and asset_id is not None:
            figures = of_noticed(noticed, self.intake.thinning.one_in)
            if figures:
                self.sums.add(asset_id, at_s, figures)

    def _thinned(self) -> None:
        """Have all processes choose fewer sessions."""
        self._tell_doublings()
        self._forget_unchosen()

    def _tell_doublings(self) -> None:
        self._links.tell_all([self.intake.thinning.doublings])

    def _forget_unchosen(self) -> None:
        """Forget sessions that are no longer looked at: they would end in the middle."""
        for sessions in (self.sessions, self.edge.sessions):
            sessions.forget_unchosen(self.intake.thinning.one_in)

    def _ended(self, ended: Iterable[Ended]) -> None:
        for each in ended:
            self._counts.ended(each.rebuffer_ratio)
            if self.sums is not None:
                self.sums.add(each.asset_id, each.ended_s, {of_ended(each.rebuffer_ratio): 1})

    def _end_all(self) -> None:
        self.intake.wake = lambda: None
        for told in self.intake.take():
            self.read(told)
        self._flush()
        for heard in self._order.rest():
            self.enter(heard)
        self._ended(self.sessions.end_all())
        self._ended(self.edge.sessions.end_all())

"""Taking beacons: what somebody says they heard, held against tickets and what has counted."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Row

from origin.companion.catalogue.listing import day_of
from origin.companion.catalogue.tracks.rows import heard
from origin.companion.catalogue.visibility import may_see_track
from origin.companion.database import Database
from origin.companion.plays import rows
from origin.companion.plays.buffer import Buffer, Play
from origin.companion.plays.crowds import Crowds
from origin.companion.plays.listeners import listener_of
from origin.companion.plays.models import Beacon, Outcome, State
from origin.companion.plays.overlap import Heard, Overlaps
from origin.companion.plays.rules import Limits, Reason, needed_s, why_not
from origin.companion.plays.shared import Shared
from origin.companion.plays.tickets import NONCE_BYTES, Ticket, new_ticket, read_ticket


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says about a batch."""

    lengths_s: Mapping[str, float | None]
    """Of tracks that can be heard by who knows their ids."""
    standings: Mapping[int, rows.Standing]
    """Of the listener, by the days of the tickets that they show."""


@dataclass(frozen=True, slots=True)
class _Listener:
    """Digests of one day: of who listens, and of the network alone, which is never written."""

    digest: str
    network: str

    @classmethod
    def of(cls, salt: bytes, network: str, agent: str) -> Self:
        return cls(listener_of(salt, network, agent), listener_of(salt, network, ""))


class Hearing:
    """Takes beacons; ``random`` gives so many bytes."""

    def __init__(
        self,
        database: Database,
        buffer: Buffer,
        shared: Shared,
        limits: Limits,
        random: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._buffer = buffer
        self._shared = shared
        self._limits = limits
        self._crowds = Crowds(limits.of_crowd)
        self._overlaps = Overlaps()
        self._random = random

    async def hear(
        self, beacons: Sequence[Beacon], network: str, agent: str, now_s: float
    ) -> list[Outcome]:
        """Say what becomes of each beacon of one listener; raises DatabaseUnavailable."""
        key = await self._shared.key()
        tickets = [None if one.ticket is None else read_ticket(one.ticket, key) for one in beacons]
        days = _days(tickets, now_s)
        listeners = {
            day: _Listener.of(await self._shared.salt(day), network, agent) for day in days
        }
        known = await self._known(beacons, tickets, listeners)
        outcomes = []
        for beacon, ticket in zip(beacons, tickets, strict=True):
            reason = self._reason(beacon, ticket, known, now_s)
            if reason is None and ticket is not None:
                reason = self._take(ticket, beacon.heard_s, listeners, known)
            given = None
            if reason is None and ticket is None:
                fresh = new_ticket(beacon.track_id, now_s, self._random(NONCE_BYTES))
                given = fresh.signed(key)
            outcomes.append(_outcome(beacon, given, reason))
        return outcomes

    async def _known(
        self,
        beacons: Sequence[Beacon],
        tickets: Sequence[Ticket | None],
        listeners: Mapping[int, _Listener],
    ) -> _Known:
        shown: dict[int, set[str]] = defaultdict(set)
        for ticket in tickets:
            if ticket is not None and day_of(ticket.begun_s) in listeners:
                shown[day_of(ticket.begun_s)].add(ticket.nonce)
        async with self._database.look_now() as connection:
            tracks = await heard(connection, {beacon.track_id for beacon in beacons})
            standings = {
                day: await rows.standing(connection, day, listeners[day].digest, nonces)
                for day, nonces in shown.items()
            }
        return _Known({row.id: row.duration_s for row in tracks if _is_heard(row)}, standings)

    def _reason(
        self, beacon: Beacon, ticket: Ticket | None, known: _Known, now_s: float
    ) -> Reason | None:
        """Return what stands against a beacon, before any limit."""
        if beacon.track_id not in known.lengths_s:
            return Reason.TRACK_UNKNOWN
        if beacon.ticket is None:
            return Reason.TICKET_MISSING if beacon.heard_s else None
        if ticket is None or ticket.track_id != beacon.track_id:
            return Reason.TICKET_INVALID
        reason = why_not(ticket, beacon.heard_s, known.lengths_s[beacon.track_id], now_s)
        if reason is None and (
            ticket.nonce in known.standings[day_of(ticket.begun_s)].counted
            or ticket.nonce in self._buffer
        ):
            return Reason.ALREADY_COUNTED
        return reason

    def _take(
        self, ticket: Ticket, heard_s: float, listeners: Mapping[int, _Listener], known: _Known
    ) -> Reason | None:
        """Take a play to be written; return what stands against it."""
        day = day_of(ticket.begun_s)
        listener, network = listeners[day].digest, listeners[day].network
        of_track, of_all = self._buffer.of_listener(day, listener, ticket.track_id)
        counts = known.standings[day].counts
        of_track += counts.get(ticket.track_id, 0)
        of_all += sum(counts.values())
        if not self._limits.admit(of_track, of_all):
            return Reason.TOO_MANY
        if not self._crowds.has_room(day, network, ticket.track_id):
            return Reason.TOO_MANY
        heard = Heard(ticket.begun_s, needed_s(known.lengths_s[ticket.track_id]))
        if not self._overlaps.has_time(day, listener, heard):
            return Reason.TOO_MANY
        if not self._buffer.add(Play(ticket, listener, heard_s)):
            return Reason.BUSY
        self._crowds.add(day, network, ticket.track_id)
        self._overlaps.add(day, listener, heard)
        return None


def _days(tickets: Sequence[Ticket | None], now_s: float) -> set[int]:
    """Return on which days tickets were given, of those on which one may have been."""
    today = day_of(now_s)
    given = {day_of(ticket.begun_s) for ticket in tickets if ticket is not None}
    # A machine whose clock is ahead may have given one just after a midnight that is to come.
    return given & {today - 1, today, today + 1}


def _is_heard(row: Row[tuple[object, ...]]) -> bool:
    """Whether a track plays, for anyone who knows its id."""
    return may_see_track(None, row)


def _outcome(beacon: Beacon, ticket: str | None, reason: Reason | None) -> Outcome:
    state = State.NOT_COUNTED
    if reason is None:
        state = State.COUNTED if ticket is None else State.BEGUN
    return Outcome(track_id=beacon.track_id, state=state, ticket=ticket, reason=reason)

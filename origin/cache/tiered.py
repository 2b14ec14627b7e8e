"""Reading through the tiers: memory, Redis, the store.

What is in memory and fresh is given at once. What has just become stale is given, too, while it is
read anew (stale-while-revalidate), and for longer where that fails (stale-if-error, RFC 5861). All
else is a flight through the other tiers, which whoever wants the same joins.

Ranges are cut from whole objects: one read serves all ranges, and a part has no digest, so nobody
could tell whether it is what caches will keep for a year. Nearly all objects are small; a large one
takes no more than it does where all of it is asked for, and is held like others. Where a listener
is at one segment, the next is read ahead, a few at a time and only while the store has places free.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Final, NamedTuple, Protocol

from manifests.index import StoredObject
from origin.cache.flights import Flights, Ticket
from origin.cache.held import Held, HeldObjects
from origin.cache.lifetimes import is_purged_for, may_change
from origin.cache.listings import Listings
from origin.cache.memory import MEMORY_BYTES
from origin.cache.record import Found, Record, current
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.delivery.reading import OBJECT_BYTES_MAX, Check, Newest, Reader, no_check

SMALL_BYTES_MAX: Final = 4 * 1024 * 1024
"""Larger objects (a waveform of many hours) are not read ahead, nor shared."""
READ_AHEAD_MAX: Final = 4
STAND_IN_AFTER_S: Final = 1.0
"""How long a store may take until something stale stands in, and how long that is not tried again
where somebody waits."""


class Flight(NamedTuple):
    """What one flight reads."""

    key: str
    limit_bytes: int
    listed: StoredObject | None
    is_announced: bool = False
    check: Check = no_check


class Arrival(NamedTuple):
    """What a flight brought, and from where; whether nothing has changed since it began."""

    content: bytes
    found: Found
    held: Held | None = None
    is_current: bool = True


class Behind(Reader, Protocol):
    """What is behind the tiers: a store, or several."""

    def is_busy_for(self, key: str) -> bool:
        """Tell whether a read of this object would have to wait for others."""


@dataclass(slots=True)
class TierCounts:
    """What happened since the start: reads that joined another, those ahead, and of these used."""

    joined: int = 0
    ahead: int = 0
    ahead_used: int = 0


class Shared(Protocol):
    """The tier that processes share."""

    async def read(
        self,
        key: str,
        listed: StoredObject,
        from_store: Callable[[], Awaitable[bytes]],
        wanted_in_s: Callable[[], float],
    ) -> Arrival:
        """Return an object from there or, one process for all of them, from the store.

        ``wanted_in_s`` tells, once it is held, how long it will take until it is asked for again.
        """


def _nobody(_key: str) -> None:
    pass


class TieredReader:
    """Reads a store's objects through the tiers; ``close`` ends what is under way.

    ``on_change`` is told the key of each object that has left memory, or may have changed since it
    came there. ``purged`` says that caches are purged of entries that change. ``clock`` tells
    seconds that pass, as the loop's does.
    """

    def __init__(
        self,
        store: Behind,
        *,
        shared: Shared | None = None,
        memory_bytes: int = MEMORY_BYTES,
        purged: bool = False,
        clock: Callable[[], float] = time.monotonic,
        on_change: Callable[[str], object] = _nobody,
    ) -> None:
        self._store = store
        self._shared = shared
        self._clock = clock
        self._purged = purged
        self._flights: Flights[Flight, Arrival] = Flights()
        self._listings = Listings(store, clock)
        self._ahead = 0
        self.on_removed: Callable[[str], object] = _nobody
        """Is told of each prefix below which all was removed."""
        self.counts = TierCounts()
        self.held = HeldObjects(memory_bytes, clock, on_change, self._flights.doubt)

    async def read(
        self,
        key: str,
        *,
        limit_bytes: int = OBJECT_BYTES_MAX,
        listed: StoredObject | None = None,
        is_announced: bool = False,
        check: Check = no_check,
    ) -> bytes:
        """Return a whole object; BrokenObject where it is too large, or not as it is listed."""
        is_read_anew = self._is_read_anew(key)
        if is_read_anew:
            current().note_unheard()
        held = self.held.get(key, listed)
        what = Flight(key, limit_bytes, listed, is_announced, check)
        if held is None:
            content = await self._arrived(what)
        else:
            until_s = -inf if is_read_anew else self.held.until_s(held)
            if until_s is None or self._clock() < until_s:
                content = self._given(held, Found.MEMORY)
            else:
                content = await self._renewed(what, held, until_s)
        if len(content) > limit_bytes:
            raise BrokenObject(f"An object of the store has more than {limit_bytes} bytes.")
        return content

    def read_ahead(self, key: str, listed: StoredObject) -> None:
        """Have an object at hand that somebody will ask for soon, if that costs nobody else."""
        what = Flight(key, OBJECT_BYTES_MAX, listed)
        if (
            key in self.held
            or self._ahead >= READ_AHEAD_MAX
            or self._store.is_busy_for(key)
            or listed.size_bytes > SMALL_BYTES_MAX
            or self._flights.under_way(what) is not None
            or not self.held.memory.has_room_for(key, listed.size_bytes)
        ):
            return
        self._ahead += 1
        self._begin(what, is_ahead=True).add_done_callback(self._is_ahead)

    async def newest(self, prefix: str, count: int) -> Newest:
        """Return the keys below ``prefix`` that were written last."""
        return await self._listings.newest(prefix, count)

    def changed(self, key: str) -> None:
        """Give nobody what was read of an object until now.

        A key that ends with ``/`` stands for all below it: it was removed, and leaves memory.
        """
        if key.endswith("/"):
            self._flights.leave(lambda what: what.key.startswith(key))
            self.held.drop_below(key)
            self.on_removed(key)
            return
        self._flights.leave(lambda what: what.key == key)
        self._listings.changed(key)
        self.held.drop(key)

    def hear(self, *, hears: bool) -> None:
        """Begin, or end, to trust that ``changed`` is told of each change."""
        self._flights.leave(lambda what: may_change(what.key))
        self._listings.forget()
        self.held.hear(hears=hears)

    async def close(self) -> None:
        """End what is under way."""
        await self._listings.close()
        await self._flights.close()

    def _is_read_anew(self, key: str) -> bool:
        """Tell whether what is held of an object is given only where it cannot be read.

        What is purged is kept by CDNs for a day from then on, so nothing older may be given.
        """
        return self._purged and not self.held.hears and is_purged_for(key)

    def _given(self, held: Held, found: Found) -> bytes:
        record = current()
        record.note(found)
        self._note_held(record, held)
        if found is not Found.MEMORY:  # it is stale
            record.may_be_behind = True
        return held.content

    def _note_held(self, record: Record, held: Held) -> None:
        if held.is_ahead:
            held.is_ahead = False
            self.counts.ahead_used += 1
        record.note_held(held, self.held.until_s(held))

    async def _arrived(self, what: Flight) -> bytes:
        """Return what a flight brings, be it one that is under way."""
        if self.held.is_absent(what.key, is_announced=what.is_announced):
            current().note(Found.ABSENCE)
            raise NotFound("There is nothing at this address.")
        flight = self._flights.under_way(what)
        if flight is None:
            return await self._landed(what, self._begin(what))
        self._join(what.key)
        is_doubted = self._flights.is_doubted(what)
        try:
            return await self._landed(what, flight, Found.JOINED)
        except NotFound:
            if not is_doubted:
                raise
        return await self._arrived(what)  # which began, or begins, after that change

    def _join(self, key: str) -> None:
        """Take note that a read began before whoever waits for it came."""
        self.counts.joined += 1
        if self._is_read_anew(key):
            current().may_be_behind = True

    async def _landed(
        self, what: Flight, flight: asyncio.Task[Arrival], told: Found | None = None
    ) -> bytes:
        """Wait for a flight, which goes on where this is cancelled."""
        record = current()
        try:
            content, found, held, is_current = await asyncio.shield(flight)
        except (NotFound, StoreUnavailable, BrokenObject):
            record.note(told or Found.STORE)
            raise
        record.note(told or found)
        is_unheard = found is Found.SHARED and may_change(what.key) and not self.held.hears
        if is_unheard or not is_current:
            record.may_be_behind = True
        if held is not None:
            self._note_held(record, held)
        return content

    async def _renewed(self, what: Flight, held: Held, stale_since_s: float) -> bytes:
        """Return an object that is stale: anew, or as it was where it may stand in."""
        now_s = self._clock()
        holding = held.holding
        if now_s < held.failed_s + STAND_IN_AFTER_S:
            return self._stands_in(held, Found.STALE_UNTRIED)
        under_way = self._flights.under_way(what)
        flight = under_way or self._begin(what)
        if now_s < stale_since_s + holding.stale_while_revalidate_s:
            return self._given(held, Found.STALE)
        if under_way is not None:
            self._join(what.key)
        if now_s < held.since_s + holding.stale_if_error_s:
            await asyncio.wait({flight}, timeout=STAND_IN_AFTER_S)
            if not flight.done() or _failed(flight):
                held.failed_s = self._clock()
                return self._stands_in(held, Found.STALE_ON_ERROR)
        return await self._landed(what, flight, Found.RENEWED)

    def _stands_in(self, held: Held, told: Found) -> bytes:
        current().note_age(self._clock() - held.since_s)
        return self._given(held, told)

    def _begin(self, what: Flight, *, is_ahead: bool = False) -> asyncio.Task[Arrival]:
        return self._flights.begin(what, partial(self._fly, what=what, is_ahead=is_ahead))

    async def _fly(self, ticket: Ticket, what: Flight, *, is_ahead: bool) -> Arrival:
        since_s = self._clock()
        try:
            arrival = await self._bring(what, is_ahead=is_ahead)
        except NotFound:
            if ticket.is_current:
                self.held.note_absence(
                    what.key,
                    since_s,
                    is_doubted=ticket.is_doubted,
                    is_announced=what.is_announced,
                )
            raise
        if ticket.is_current:
            content, listed = arrival.content, what.listed
            held = self.held.keep(what.key, content, listed, since_s, is_ahead=is_ahead)
            self.counts.ahead += is_ahead and held is not None
            return arrival._replace(held=held)
        return arrival._replace(is_current=False)

    async def _bring(self, what: Flight, *, is_ahead: bool) -> Arrival:
        key, limit_bytes, listed, _, check = what
        from_store = partial(
            self._store.read, key, limit_bytes=limit_bytes, listed=listed, check=check
        )
        if self._shared is None or listed is None or listed.size_bytes > SMALL_BYTES_MAX:
            return Arrival(await from_store(), Found.STORE)
        wanted_in_s = partial(self.held.memory.wait_s, key, is_ahead=is_ahead)
        return await self._shared.read(key, listed, from_store, wanted_in_s)

    def _is_ahead(self, _flight: object) -> None:
        self._ahead -= 1


def _failed(flight: asyncio.Task[Arrival]) -> bool:
    """Tell whether a flight, which has ended, could not say how things are."""
    if flight.cancelled():
        return True
    return isinstance(flight.exception(), StoreUnavailable | BrokenObject)

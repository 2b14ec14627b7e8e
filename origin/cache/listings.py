"""What was written last below a prefix, looked for once for all who want to know.

A store lists a thousand keys with each request, all that there are, however few are wanted. So the
list is made for as many as anybody may ask for, whoever asks meanwhile waits for the same one, and
it is held for a moment from when it came, however long that took. It is forgotten with any change
below its prefix. There are as many prefixes as we have kinds of lists: nobody outside names one.
"""

import asyncio
from collections.abc import Callable
from typing import Final, NamedTuple

from origin.cache.flights import Flights, Ticket
from origin.cache.record import Found, current
from origin.delivery.errors import StoreUnavailable
from origin.delivery.reading import Newest, Reader

HELD_S: Final = 1.0
TOGETHER: Final = 200
"""Who wants fewer shares the list of who wants so many."""


class _Wanted(NamedTuple):
    """What one list is of."""

    prefix: str
    number: int


class _HeldList(NamedTuple):
    """A list, and until when it is fresh."""

    newest: Newest
    until_s: float


class Listings:
    """The lists of one store; ``close`` ends what is under way."""

    def __init__(self, store: Reader, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._flights: Flights[_Wanted, _HeldList] = Flights()
        self._held: dict[_Wanted, _HeldList] = {}

    async def newest(self, prefix: str, count: int) -> Newest:
        """Return the keys below ``prefix`` that were written last."""
        wanted = _Wanted(prefix, -(-count // TOGETHER) * TOGETHER)
        record = current()
        held, found = self._held.get(wanted), Found.MEMORY
        if held is None or self._clock() >= held.until_s:
            flight = self._flights.under_way(wanted)
            found = Found.STORE if flight is None else Found.JOINED
            if flight is None:
                flight = self._flights.begin(wanted, lambda ticket: self._look(ticket, wanted))
            try:
                held = await asyncio.shield(flight)
            except StoreUnavailable:
                record.note(found)
                raise
        record.note(found)
        record.note_until(held.until_s)
        return Newest(held.newest.keys[:count], held.newest.missing)

    def changed(self, key: str) -> None:
        """Give nobody a list that was made before this object changed."""
        self._forget(lambda wanted: key.startswith(wanted.prefix))

    def forget(self) -> None:
        """Give nobody a list that was made before now."""
        self._forget(lambda _: True)

    async def close(self) -> None:
        """End what is under way."""
        await self._flights.close()

    def _forget(self, applies: Callable[[_Wanted], bool]) -> None:
        self._flights.leave(applies)
        for wanted in [wanted for wanted in self._held if applies(wanted)]:
            del self._held[wanted]

    async def _look(self, ticket: Ticket, wanted: _Wanted) -> _HeldList:
        newest = await self._store.newest(wanted.prefix, wanted.number)
        held = _HeldList(newest, self._clock() + HELD_S)
        if ticket.is_current:
            self._held[wanted] = held
        return held

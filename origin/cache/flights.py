"""One read for all who want the same at the same time.

A flight is a task of its own: who waits for it may go away, and it goes on for the others and for
whoever asks next. What it finds is not on the record of the request that began it. ``leave`` parts
those who wait already from those who come: after a change, these must not get what was read before.
``doubt`` lets them join, for what is found still holds; what is not may have appeared meanwhile.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from origin.cache.record import context_apart

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Ticket:
    """What a flight knows of itself: whether it can be joined, and believed to find nothing."""

    __slots__ = ("is_current", "is_doubted")

    def __init__(self) -> None:
        self.is_current = True
        self.is_doubted = False


class Flights(Generic[K, T]):
    """Reads under way, by what they read."""

    def __init__(self) -> None:
        self._under_way: dict[K, tuple[asyncio.Task[T], Ticket]] = {}
        self._parted: set[asyncio.Task[T]] = set()

    def __len__(self) -> int:
        """Return how many can be joined."""
        return len(self._under_way)

    def under_way(self, what: K) -> asyncio.Task[T] | None:
        """Return the flight that can be joined, if there is one."""
        found = self._under_way.get(what)
        return None if found is None else found[0]

    def begin(self, what: K, read: Callable[[Ticket], Coroutine[Any, Any, T]]) -> asyncio.Task[T]:
        """Begin a flight, where none is under way; wait for it with ``asyncio.shield``."""
        ticket = Ticket()
        flight = asyncio.create_task(read(ticket), context=context_apart())
        self._under_way[what] = flight, ticket
        flight.add_done_callback(lambda done: self._ended(what, done))
        return flight

    def leave(self, applies: Callable[[K], bool]) -> None:
        """Let nobody join the flights that it applies to."""
        for what in [what for what in self._under_way if applies(what)]:
            flight, ticket = self._under_way.pop(what)
            ticket.is_current = False
            self._parted.add(flight)

    def doubt(self) -> None:
        """Believe those under way no longer that something is not there."""
        for _, ticket in self._under_way.values():
            ticket.is_doubted = True

    def is_doubted(self, what: K) -> bool:
        """Tell whether whoever joins this flight now is to ask again where it finds nothing."""
        found = self._under_way.get(what)
        return found is not None and found[1].is_doubted

    async def close(self) -> None:
        """End all flights; who waits for one is cancelled."""
        flights = [*(flight for flight, _ in self._under_way.values()), *self._parted]
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def _ended(self, what: K, done: asyncio.Task[T]) -> None:
        if self.under_way(what) is done:
            del self._under_way[what]
        self._parted.discard(done)
        if not done.cancelled():
            done.exception()  # seen, even where everybody has gone away

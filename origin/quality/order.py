"""Putting what several processes heard into the order in which it happened.

Each reads what it has noted a moment later, not all at the same one, so that of a session's
requests a later one may come first. So each is held for longer than that takes. There is room for
so many; beyond, the first goes on early.
"""

import heapq
from collections.abc import Iterator
from itertools import count
from typing import Final

from cdn.cmcd.report import Report

HOLD_S: Final = 1.5
HELD_MAX: Final = 5_000

Heard = tuple[float, str, int, Report]
"""When, the path, the number by which the session is chosen, and what was told."""


class InOrder:
    """Holds what was heard for ``HOLD_S``; times are seconds since the epoch."""

    def __init__(self, held_max: int = HELD_MAX) -> None:
        self._most = held_max
        self._held: list[tuple[float, int, Heard]] = []
        self._numbers = count()

    def __len__(self) -> int:
        """How much is held."""
        return len(self._held)

    def add(self, heard: Heard) -> Heard | None:
        """Hold something; return what has to go on at once, if anything."""
        item = (heard[0], next(self._numbers), heard)
        if len(self._held) < self._most:
            heapq.heappush(self._held, item)
            return None
        return heapq.heappushpop(self._held, item)[2]

    def due(self, now_s: float) -> Iterator[Heard]:
        """Return what was held for long enough, one after the other."""
        while self._held and abs(now_s - self._held[0][0]) >= HOLD_S:
            yield heapq.heappop(self._held)[2]

    def rest(self) -> Iterator[Heard]:
        """Return all that is held, one after the other."""
        while self._held:
            yield heapq.heappop(self._held)[2]

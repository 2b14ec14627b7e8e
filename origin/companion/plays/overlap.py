"""Whether one listener can have heard all that they say: one thing at a time, more or less.

Who hears one thing after another begins no play before what the last one needed (30 s, or the whole
of what is shorter) has passed. So, of the plays that began within any stretch of time, what they
needed together is at most that stretch, and ``ALLOWANCE_S`` beside: whatever is above does not
count. What is needed is held against time, not what was heard; so skipping, a crossfade, beacons
that come late or in another order, and several tabs cost an honest listener nothing.

The allowance is not small, since a listener is a network and a ``User-Agent``: in an office, or
behind a carrier's address, many who use one browser are one. Twenty of them may begin at once, and
from then on six may hear songs of three minutes without end.

Each process remembers for itself, in memory, and as far as there is room.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

ALLOWANCE_S: Final = 600.0
_KEPT_MAX: Final = 100_000


class Heard(NamedTuple):
    """When a play began, and how much of it was needed."""

    begun_s: float
    needed_s: float


def excess_s(play: Heard, others: Sequence[Heard]) -> float:
    """Return by how much plays exceed the stretch in which they began, at most, with this one."""
    before = sorted(one for one in others if one.begun_s <= play.begun_s)
    behind = sorted(one for one in others if one.begun_s > play.begun_s)
    return play.needed_s + _most_s(play, reversed(before)) + _most_s(play, behind)


def _most_s(play: Heard, others: Iterable[Heard]) -> float:
    """Return what those on one side of it, the nearest first, add to it at most."""
    most_s = needed_s = 0.0
    for one in others:
        needed_s += one.needed_s
        most_s = max(most_s, needed_s - abs(play.begun_s - one.begun_s))
    return most_s


class Overlaps:
    """Remembers plays of listeners by their day; those who were quiet longest are forgotten."""

    def __init__(self, allowance_s: float = ALLOWANCE_S, kept_max: int = _KEPT_MAX) -> None:
        self._allowance_s = allowance_s
        self._kept_max = kept_max
        self._kept = 0
        self._plays: OrderedDict[tuple[int, str], list[Heard]] = OrderedDict()

    def has_time(self, day: int, listener: str, play: Heard) -> bool:
        """Tell whether a listener can have heard this, too."""
        others = self._plays.get((day, listener), ())
        return excess_s(play, others) <= self._allowance_s

    def add(self, day: int, listener: str, play: Heard) -> None:
        """Remember what counts."""
        self._plays.setdefault((day, listener), []).append(play)
        self._plays.move_to_end((day, listener))
        self._kept += 1
        while self._kept > self._kept_max:
            _, gone = self._plays.popitem(last=False)
            self._kept -= len(gone)

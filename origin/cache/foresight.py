"""When an object will be asked for next, as far as the requests so far tell.

Segments are asked for in their order, one for each six seconds of sound. So whoever asks for a
segment tells when the next ones of that rendition will be asked for: the *listeners* of a rendition
are the segments last asked for, each of them a prediction for all segments behind it. Nobody being
on the way, a segment waits for somebody who begins, which is as likely as it was lately
(``MEMORY_S``), and then for as long as it is into the sound. Players take the first few at once.

An object that is no segment is the first of a rendition of its own.
"""

from bisect import bisect_left, insort
from collections import OrderedDict
from math import exp
from typing import Final

SEGMENT_S: Final = 6.0
"""Nearly the duration of a segment in each of our ladders."""
AT_ONCE: Final = 5
"""Segments that a player takes when it begins."""
LOST_AFTER_S: Final = 20.0
"""A listener who has not asked for the next segment by then has gone away, or has paused."""
MEMORY_S: Final = 1_800.0
NEVER_S: Final = 1e9
_LISTENERS_MAX: Final = 512


class Rendition:
    """Who listens to a rendition, and how often somebody begins to."""

    __slots__ = ("_at_s", "_beginnings", "_listeners", "_since_s")

    def __init__(self) -> None:
        self._listeners: list[int] = []
        self._at_s: dict[int, float] = {}
        self._beginnings = 0.0
        self._since_s = 0.0

    def note(self, number: int, now_s: float) -> None:
        """Take note that a segment was asked for."""
        if number == 0:
            self._beginnings = self._lately(now_s) + 1
            self._since_s = now_s
        if number not in self._at_s:
            if number - 1 in self._at_s:
                self._leave(bisect_left(self._listeners, number - 1))
            elif len(self._listeners) >= _LISTENERS_MAX:
                self._leave(0)
            insort(self._listeners, number)
        elif number - 1 in self._at_s:
            self._leave(bisect_left(self._listeners, number - 1))
        self._at_s[number] = now_s

    def wait_s(self, number: int, now_s: float) -> float:
        """Return how long it will take until a segment is asked for."""
        lately = self._lately(now_s)
        wait_s = NEVER_S if lately < MEMORY_S / NEVER_S else MEMORY_S / lately
        wait_s += max(0, number - AT_ONCE + 1) * SEGMENT_S
        at = bisect_left(self._listeners, number) - 1
        while at >= 0:
            listener = self._listeners[at]
            passed_s = now_s - self._at_s[listener]
            if passed_s < LOST_AFTER_S:
                return min(wait_s, max(0.0, (number - listener) * SEGMENT_S - passed_s))
            self._leave(at)
            at -= 1
        return wait_s

    def _lately(self, now_s: float) -> float:
        """Return how many began lately, those of long ago counting less."""
        return self._beginnings * exp((self._since_s - now_s) / MEMORY_S)

    def _leave(self, at: int) -> None:
        del self._at_s[self._listeners.pop(at)]


class Place:
    """Where an object is in its rendition."""

    __slots__ = ("number", "rendition")

    def __init__(self, rendition: Rendition, number: int) -> None:
        self.rendition = rendition
        self.number = number


class Foresight:
    """The renditions that were asked for last, ``renditions_max`` of them at most."""

    def __init__(self, renditions_max: int) -> None:
        self._renditions: OrderedDict[str, Rendition] = OrderedDict()
        self._renditions_max = renditions_max

    def place_of(self, key: str) -> Place:
        """Return the place of an object, for as long as it is held."""
        folder, _, name = key.rpartition("/")
        digits = name.partition(".")[0]
        if not (digits.isascii() and digits.isdecimal()):
            return Place(self._rendition(key), 0)
        return Place(self._rendition(folder), int(digits))

    def _rendition(self, name: str) -> Rendition:
        found = self._renditions.get(name)
        if found is None:
            found = self._renditions[name] = Rendition()
            if len(self._renditions) > self._renditions_max:
                self._renditions.popitem(last=False)
        else:
            self._renditions.move_to_end(name)
        return found

"""When an object will be asked for next, as far as the requests so far tell.

Segments are asked for in their order, one for each six seconds of sound. So whoever asks for a
segment tells when the next ones of that rendition will be asked for: the *listeners* of a rendition
are the segments last asked for, each of them a prediction for all segments behind it. Listeners
have no names: who asks for a segment is taken for the one at the segment before it who was most
nearly due, and several may be at the same segment. Who is late may be gone, and is the less likely
to come the later it is: he is expected after as long again (ghosts would fill a cache that
holds what is asked for in a second). Nobody being on the way, a segment waits for somebody who
begins, which is as likely as it was lately (``MEMORY_S``), and then for as long as it is into the
sound.

Of all listeners only so many are known, each being a few bytes (``LISTENER_BYTES``). Whoever comes
when nobody else fits in is not, until others are lost.

An object that is no segment is the first of a rendition of its own.
"""

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable
from math import exp, expm1, inf
from typing import Final
from weakref import WeakValueDictionary

SEGMENT_S: Final = 6.0
"""Nearly the duration of a segment in each of our ladders."""
AT_ONCE: Final = 5
"""Segments that a player takes when it begins."""
LOST_AFTER_S: Final = 20.0
"""A listener who has not asked for the next segment by then has gone away, or has paused."""
MEMORY_S: Final = 86_400.0
"""Most renditions are begun a few times a day or less: what is shorter counts noise."""
NEVER_S: Final = 1e9
LISTENERS_MAX: Final = 1_024
"""More of one rendition are so close together that it does not matter which are known."""
LISTENER_BYTES: Final = 128
"""What it takes to know of one."""


class Crowd:
    """How many listeners are known, of all ``renditions``; at most ``size_max``."""

    __slots__ = ("_counted_s", "_renditions", "_size_max", "size")

    def __init__(self, size_max: int, renditions: Callable[[], Iterable["Rendition"]]) -> None:
        self._size_max = size_max
        self._renditions = renditions
        self._counted_s = -inf
        self.size = 0

    def has_room(self, now_s: float) -> bool:
        """Tell whether one more may be known; where not, those who are lost are forgotten first."""
        if self.size >= self._size_max and now_s - self._counted_s >= LOST_AFTER_S:
            self._counted_s = now_s
            self.size = sum(rendition.count(now_s) for rendition in self._renditions())
        return self.size < self._size_max


class Rendition:
    """Who listens to a rendition, and how often somebody begins to.

    ``since_s`` is when beginnings began to be counted, ``crowd`` who listens to others.
    """

    __slots__ = (
        "__weakref__",
        "_beginnings",
        "_counted_s",
        "_crowd",
        "_listeners",
        "_since_s",
        "_tidied_s",
    )

    def __init__(self, since_s: float, crowd: Crowd | None = None) -> None:
        self._crowd = crowd or Crowd(LISTENERS_MAX, lambda: (self,))
        self._listeners: list[tuple[int, float]] = []
        """The segment that each asked for last, and when, in order."""
        self._beginnings = 0.0
        self._counted_s = self._since_s = self._tidied_s = since_s

    def note(self, number: int, now_s: float) -> None:
        """Take note that a segment was asked for."""
        if number == 0:
            self._beginnings = self._lately(now_s) + 1
            self._counted_s = now_s
        listeners = self._listeners
        if now_s - self._tidied_s >= LOST_AFTER_S:
            self._forget_who_is_lost(now_s)
        way_s = SEGMENT_S if number >= AT_ONCE else 0.0  # _way_s, without a call: this is hot
        at = self._nearest(number - 1, now_s - way_s)
        if at is not None:
            del listeners[at]
        elif len(listeners) < LISTENERS_MAX and self._crowd.has_room(now_s):
            self._crowd.size += 1
        else:
            return
        listeners.insert(bisect_left(listeners, (number + 1,)), (number, now_s))

    def count(self, now_s: float) -> int:
        """Return how many listen, without those who are lost."""
        self._forget_who_is_lost(now_s)
        return len(self._listeners)

    def wait_s(self, number: int, now_s: float) -> float:
        """Return how long it will take until a segment is asked for."""
        wait_s = self._wait_for_beginning_s(now_s) + _way_s(0, number)
        if now_s - self._tidied_s >= LOST_AFTER_S:
            self._forget_who_is_lost(now_s)
        listeners = self._listeners
        at = bisect_left(listeners, (number,))
        while at > 0:
            segment = listeners[at - 1][0]
            way_s = _way_s(segment, number)
            if way_s - SEGMENT_S >= wait_s:  # who is further away comes later
                break
            nearest = self._nearest(segment, now_s - way_s)
            if nearest is not None:
                wait_s = min(wait_s, abs(listeners[nearest][1] + way_s - now_s))
            at = bisect_left(listeners, (segment,), 0, at)
        return wait_s

    def _nearest(self, segment: int, asked_s: float) -> int | None:
        """Return the place of who asked for a segment closest to a time, None where nobody did."""
        listeners = self._listeners
        at = bisect_left(listeners, (segment, asked_s))
        is_after = at < len(listeners) and listeners[at][0] == segment
        if at > 0 and listeners[at - 1][0] == segment:
            before_s = asked_s - listeners[at - 1][1]
            if not is_after or before_s <= listeners[at][1] - asked_s:
                return at - 1
        return at if is_after else None

    def _wait_for_beginning_s(self, now_s: float) -> float:
        """Return how long it takes on average until somebody begins."""
        lately = self._lately(now_s)
        counted_s = SEGMENT_S - MEMORY_S * expm1((self._since_s - now_s) / MEMORY_S)
        return NEVER_S if lately < counted_s / NEVER_S else counted_s / lately

    def _lately(self, now_s: float) -> float:
        """Return how many began lately, those of long ago counting less."""
        return self._beginnings * exp((self._counted_s - now_s) / MEMORY_S)

    def _forget_who_is_lost(self, now_s: float) -> None:
        before = len(self._listeners)
        self._listeners[:] = (one for one in self._listeners if now_s - one[1] < LOST_AFTER_S)
        self._crowd.size -= before - len(self._listeners)
        self._tidied_s = now_s


def _way_s(segment: int, number: int) -> float:
    """Return how long after one segment a later one is asked for by the same listener."""
    at_once = AT_ONCE - 1
    return (max(at_once, number) - max(at_once, segment)) * SEGMENT_S


class Place:
    """Where an object is in its rendition."""

    __slots__ = ("number", "rendition")

    def __init__(self, rendition: Rendition, number: int) -> None:
        self.rendition = rendition
        self.number = number


class Foresight:
    """The renditions that are held in part, and ``renditions_max`` of those asked for last.

    ``since_s`` is when it begins to know them.
    """

    def __init__(
        self, renditions_max: int, since_s: float, *, listeners_max: int = LISTENERS_MAX
    ) -> None:
        self._known: WeakValueDictionary[str, Rendition] = WeakValueDictionary()
        self._last: OrderedDict[str, Rendition] = OrderedDict()
        self._renditions_max = renditions_max
        self._since_s = since_s
        self._crowd = Crowd(listeners_max, self._known.values)

    def place_of(self, key: str) -> Place:
        """Return the place of an object, for as long as it is held."""
        folder, _, name = key.rpartition("/")
        digits = name.partition(".")[0]
        if not (digits.isascii() and digits.isdecimal()):
            return Place(self._rendition(key), 0)
        return Place(self._rendition(folder), int(digits))

    def _rendition(self, name: str) -> Rendition:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = Rendition(self._since_s, self._crowd)
        self._last[name] = found
        self._last.move_to_end(name)
        if len(self._last) > self._renditions_max:
            self._last.popitem(last=False)
        return found

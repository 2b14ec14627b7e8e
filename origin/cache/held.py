"""What this process holds in memory of the store's objects, and for how long.

An object that may change is fresh for a moment, or a little longer while changes are heard of; then
it is stale, and may stand in while it is read anew, or cannot be. That an object is not there is
remembered for a moment, and forgotten with any change: one publication makes several objects
appear, and is told, or seen, by one of them. What cannot change and was held against its index is
held for as long as there is room.

Time is told by a clock that is never set, as the loop's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final, NamedTuple

from cdn.policy.holding import Holding
from manifests.index import StoredObject
from origin.cache.lifetimes import (
    MISSING,
    holding_of,
    is_growing,
    leads_to_others,
    may_change,
)
from origin.cache.memory import MemoryCache
from origin.delivery.bounded import BoundedMap
from origin.stores.reader import matches

ABSENCES_MAX: Final = 10_000
HELD_SHARE: Final = 0.85
"""Of the memory there is. The rest is who listens, what is under way, and gaps that fit nothing."""


@dataclass(slots=True)
class Held:
    """An object in memory; ``since_s`` is when its read began, ``sha256`` what it was held against.

    It ``is_current`` until it leaves memory, or changes may have been missed; ``is_ahead`` until
    somebody asks for it.
    """

    key: str
    content: bytes
    sha256: str | None
    holding: Holding
    since_s: float
    is_current: bool = True
    is_ahead: bool = False
    failed_s: float = -inf


class _Absence(NamedTuple):
    """Until when an object is taken for missing, and whether something led to it by then."""

    until_s: float
    is_announced: bool


class HeldObjects:
    """The first tier, which takes ``bytes_max`` in all.

    ``on_change`` is told the key of whatever leaves it or may have changed, ``on_appearing`` that
    what was not there may be now.
    ``memory`` is theirs alone to change.
    """

    def __init__(
        self,
        bytes_max: int,
        clock: Callable[[], float],
        on_change: Callable[[str], object],
        on_appearing: Callable[[], object],
    ) -> None:
        self._clock = clock
        self._on_change = on_change
        self._on_appearing = on_appearing
        self.memory: MemoryCache[Held] = MemoryCache(
            int(bytes_max * HELD_SHARE), clock, on_drop=self._left
        )
        self._changing: set[str] = set()
        self._absent: BoundedMap[str, _Absence] = BoundedMap(ABSENCES_MAX)
        self._hears = False

    def __contains__(self, key: str) -> bool:
        """Tell whether it is held, which is no use of it."""
        return key in self.memory

    @property
    def hears(self) -> bool:
        """Whether each change is told."""
        return self._hears

    def get(self, key: str, listed: StoredObject | None) -> Held | None:
        """Return an object, if it is held, and is what is listed."""
        held = self.memory.get(key)
        if held is None or listed is None or held.sha256 == listed.sha256:
            return held
        if held.sha256 is None and matches(held.content, listed):
            held.sha256 = listed.sha256
            held.holding = holding_of(key, is_listed=True)
            return held
        self.memory.drop(key)
        return None

    def until_s(self, held: Held) -> float | None:
        """Return when an object becomes stale, None for never."""
        if not held.is_current:
            return -inf
        life_s = held.holding.heard_s if self._hears else held.holding.memory_s
        return None if life_s is None else held.since_s + life_s

    def is_absent(self, key: str, *, is_announced: bool = False) -> bool:
        """Tell whether it was not there a moment ago, though it was announced if it is now."""
        absence = self._absent.get(key)
        if absence is None or self._clock() >= absence.until_s:
            return False
        return absence.is_announced or not is_announced

    def keep(
        self,
        key: str,
        content: bytes,
        listed: StoredObject | None,
        since_s: float,
        *,
        is_ahead: bool = False,
    ) -> Held | None:
        """Hold what was read in place of what was; None where it may not be held, or is not.

        ``is_ahead`` says that nobody has asked for it yet.
        """
        holding = holding_of(key, is_listed=listed is not None)
        if holding.memory_s is not None and holding.memory_s <= 0:
            return None
        if leads_to_others(key) and self._is_news(key, content):
            self._forget_absences()
        sha256 = None if listed is None else listed.sha256
        held = Held(key, content, sha256, holding, since_s, is_ahead=is_ahead)
        if not self.memory.put(key, held, len(content), is_ahead=is_ahead):
            return None
        if may_change(key):
            self._changing.add(key)
        return held

    def note_absence(
        self, key: str, since_s: float, *, is_doubted: bool, is_announced: bool = False
    ) -> None:
        """Remember that an object is not there, unless in doubt, and hold it no longer."""
        self.memory.drop(key)
        if not is_doubted:
            absence = _Absence(since_s + (MISSING.memory_s or 0), is_announced)
            self._absent.put(key, absence, 1)

    def drop(self, key: str) -> None:
        """Hold nothing of an object that has changed."""
        self.memory.drop(key)
        self._forget_absences()

    def drop_below(self, prefix: str) -> None:
        """Hold nothing of all objects whose keys begin so: they were removed."""
        for key in self.memory.keys_below(prefix):
            self.memory.drop(key)
        self._forget_absences()

    def hear(self, *, hears: bool) -> None:
        """Begin, or end, to trust that each change is told; some may have been missed until now."""
        self._hears = hears
        self._forget_absences()
        for key in self._changing:
            held = self.memory.get(key)
            if held is not None:
                held.is_current = False
            self._on_change(key)

    def _is_news(self, key: str, content: bytes) -> bool:
        """Tell whether an object is not what it was, as far as is known here.

        An entry that nobody asked for lately is none: each that is read would be one.
        """
        before = self.memory.get(key) if key in self._changing else None
        if before is not None:
            return before.content != content
        return is_growing(key) or self._absent.get(key) is not None

    def _forget_absences(self) -> None:
        self._absent = BoundedMap(ABSENCES_MAX)
        self._on_appearing()

    def _left(self, key: str, held: Held) -> None:
        held.is_current = False
        self._changing.discard(key)
        self._on_change(key)

"""Caches that are replayed: ours, and those that look at each object alone.

Each tells for every request whether it had the object, and then holds it, or not.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final, Protocol

from origin.cache.held import HELD_SHARE
from origin.cache.memory import ENTRY_BYTES, MemoryCache

SMALL: Final = 0.1
"""What S3-FIFO keeps for objects that were seen once, of all its bytes."""
WINDOW: Final = 0.01
PROTECTED: Final = 0.8
COUNT_MAX: Final = 15


class Policy(Protocol):
    """A cache of so many bytes."""

    def has(self, key: Hashable, size_bytes: int) -> bool:
        """Ask for an object; tell whether it was there."""


class Ours:
    """The cache that serves, with so many bytes of objects, as the others have.

    ``is_all`` says that these are all that it takes: objects have a share of that, in which it is
    counted what it takes to hold them.
    """

    def __init__(self, bytes_max: int, clock: Callable[[], float], *, is_all: bool = False) -> None:
        objects_max = int(bytes_max * HELD_SHARE) if is_all else bytes_max
        self._memory: MemoryCache[bool] = MemoryCache(objects_max, clock)
        self._uncounted_bytes = 0 if is_all else ENTRY_BYTES

    def has(self, key: Hashable, size_bytes: int) -> bool:
        """Ask for an object."""
        name = str(key)
        if self._memory.get(name) is not None:
            return True
        self._memory.put(name, True, size_bytes - self._uncounted_bytes)
        return False

    def wait_s(self, key: Hashable) -> float:
        """Return how long it will take until an object is asked for, as far as it knows."""
        return self._memory.wait_s(str(key))


class LeastRecentlyUsed:
    """The one that was not asked for longest goes."""

    def __init__(self, bytes_max: int) -> None:
        self._free_bytes = bytes_max
        self._sizes: OrderedDict[Hashable, int] = OrderedDict()

    def has(self, key: Hashable, size_bytes: int) -> bool:
        """Ask for an object."""
        if key in self._sizes:
            self._sizes.move_to_end(key)
            return True
        self._sizes[key] = size_bytes
        self._free_bytes -= size_bytes
        while self._free_bytes < 0:
            self._free_bytes += self._sizes.popitem(last=False)[1]
        return False


class S3Fifo:
    """Yang et al., "FIFO queues are all you need for cache eviction" (SOSP 2023)."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._small: deque[tuple[Hashable, int]] = deque()
        self._main: deque[tuple[Hashable, int]] = deque()
        self._ghosts: OrderedDict[Hashable, int] = OrderedDict()
        self._uses: dict[Hashable, int] = {}
        self._small_bytes = self._main_bytes = self._ghost_bytes = 0

    def has(self, key: Hashable, size_bytes: int) -> bool:
        """Ask for an object."""
        if key in self._uses:
            self._uses[key] = min(3, self._uses[key] + 1)
            return True
        self._uses[key] = 0
        if key in self._ghosts:
            self._ghost_bytes -= self._ghosts.pop(key)
            self._to_main(key, size_bytes)
        else:
            self._small.append((key, size_bytes))
            self._small_bytes += size_bytes
        while self._small_bytes + self._main_bytes > self._bytes_max:
            if self._small_bytes > SMALL * self._bytes_max or not self._main:
                self._leave_small()
            else:
                self._leave_main()
        return False

    def _to_main(self, key: Hashable, size_bytes: int) -> None:
        self._main.append((key, size_bytes))
        self._main_bytes += size_bytes

    def _leave_small(self) -> None:
        key, size_bytes = self._small.popleft()
        self._small_bytes -= size_bytes
        if self._uses[key]:
            self._uses[key] = 0
            self._to_main(key, size_bytes)
            return
        del self._uses[key]
        self._ghosts[key] = size_bytes
        self._ghost_bytes += size_bytes
        while self._ghost_bytes > self._bytes_max:
            self._ghost_bytes -= self._ghosts.popitem(last=False)[1]

    def _leave_main(self) -> None:
        key, size_bytes = self._main.popleft()
        if self._uses[key]:
            self._uses[key] -= 1
            self._main.append((key, size_bytes))
            return
        del self._uses[key]
        self._main_bytes -= size_bytes


class WTinyLfu:
    """Einziger et al., "TinyLFU: a highly efficient cache admission policy" (2017); counts all."""

    def __init__(self, bytes_max: int) -> None:
        self._window_max = int(WINDOW * bytes_max)
        self._protected_max = int(PROTECTED * (bytes_max - self._window_max))
        self._free_bytes = bytes_max - self._window_max
        self._window: OrderedDict[Hashable, int] = OrderedDict()
        self._probation: OrderedDict[Hashable, int] = OrderedDict()
        self._protected: OrderedDict[Hashable, int] = OrderedDict()
        self._window_bytes = self._protected_bytes = self._asked = 0
        self._counts: dict[Hashable, int] = {}
        self._halve_after = max(1_000, bytes_max // 17_000)

    def has(self, key: Hashable, size_bytes: int) -> bool:
        """Ask for an object."""
        self._count(key)
        for part in (self._window, self._protected):
            if key in part:
                part.move_to_end(key)
                return True
        if key in self._probation:
            self._protect(key)
            return True
        self._window[key] = size_bytes
        self._window_bytes += size_bytes
        while self._window_bytes > self._window_max:
            candidate, size = self._window.popitem(last=False)
            self._window_bytes -= size
            self._admit(candidate, size)
        return False

    def _count(self, key: Hashable) -> None:
        self._counts[key] = min(COUNT_MAX, self._counts.get(key, 0) + 1)
        self._asked += 1
        if self._asked >= self._halve_after:
            self._asked = 0
            self._counts = {key: count >> 1 for key, count in self._counts.items() if count > 1}

    def _protect(self, key: Hashable) -> None:
        self._protected[key] = self._probation.pop(key)
        self._protected_bytes += self._protected[key]
        while self._protected_bytes > self._protected_max:
            demoted, size = self._protected.popitem(last=False)
            self._protected_bytes -= size
            self._probation[demoted] = size

    def _admit(self, candidate: Hashable, size_bytes: int) -> None:
        while self._free_bytes < size_bytes:
            victim = next(iter(self._probation), None)
            if victim is None or self._counts.get(candidate, 0) <= self._counts.get(victim, 0):
                return
            self._free_bytes += self._probation.pop(victim)
        self._probation[candidate] = size_bytes
        self._free_bytes -= size_bytes

"""Both tiers as they are by default: ours in memory, and Valkey behind it, which sees its misses.

What is given to it, and what is not worth its room, is decided by what serves (``Stay``), but for
what is read twice soon. Nothing stays for the hour after which Redis ends it.

Valkey is a model under the trace's clock, with ``allkeys-lfu`` and its settings as they come
(`maxmemory-samples 5`, `lfu-log-factor 10`, `lfu-decay-time 1`; redis.io, "Key eviction"): its own
clock could not be hurried. A use counts with a chance that falls with the count, each minute
without one takes 1 away, and of a few keys that are drawn and the best sixteen drawn before, the
one leaves that counts least. A value takes what jemalloc gives for it: there are four sizes from
each power of two to the next.
"""

from collections.abc import Callable, Hashable
from random import Random
from typing import Final

from benchmarks.origin.replay.policies import Ours
from origin.cache.stay import LOOK_S, Stay

_SAMPLES: Final = 5
_POOL: Final = 16
_COUNT_AT_FIRST: Final = 5
_COUNT_MAX: Final = 255
_LOG_FACTOR: Final = 10
_DECAY_S: Final = 60
_ENTRY_BYTES: Final = 200
"""What Valkey takes for a key and an object's digest beside it."""
_MEMORY_SHARE: Final = 1 / 11
"""100 MB of 1.1 GB."""


class Tiers:
    """So many bytes together."""

    def __init__(self, bytes_max: int, clock: Callable[[], float]) -> None:
        memory_bytes = round(bytes_max * _MEMORY_SHARE)
        self._memory = Ours(memory_bytes, clock, is_all=True)
        self._shared = ValkeyLfu(bytes_max - memory_bytes, clock)
        self._clock = clock
        self._stay = Stay()
        self._looked_s = clock()

    def has(self, key: Hashable, size_bytes: int) -> bool:
        """Ask for an object."""
        if self._memory.has(key, size_bytes):
            return True
        if self._clock() - self._looked_s >= LOOK_S:
            self._stay.note(len(self._shared), self._shared.evicted, self._clock())
            self._looked_s = self._clock()
        if self._shared.has(key):
            return True
        if self._stay.lasts(self._memory.wait_s(key)):
            self._shared.put(key, size_bytes)
        return False


class _Entry:
    """A key's size, how much it counts, in which minute it was looked at, and its place."""

    __slots__ = ("at", "count", "key", "minute", "size_bytes")

    def __init__(self, key: Hashable, size_bytes: int, minute: int, at: int) -> None:
        self.key = key
        self.size_bytes = size_bytes
        self.minute = minute
        self.at = at
        self.count = _COUNT_AT_FIRST

    def counts(self, minute: int) -> int:
        """Return how much it counts by now."""
        return max(0, self.count - (minute - self.minute))


class ValkeyLfu:
    """A Valkey that parts with what counts least."""

    def __init__(self, bytes_max: int, clock: Callable[[], float]) -> None:
        self._free_bytes = bytes_max
        self._clock = clock
        self._entries: dict[Hashable, _Entry] = {}
        self._places: list[_Entry] = []
        self._pool: list[_Entry] = []
        self._random = Random(0)  # noqa: S311 the same each time is the point
        self.evicted = 0

    def __len__(self) -> int:
        """Return how many keys there are."""
        return len(self._entries)

    def has(self, key: Hashable) -> bool:
        """Ask for an object."""
        entry = self._entries.get(key)
        if entry is not None:
            self._use(entry, int(self._clock() / _DECAY_S))
        return entry is not None

    def put(self, key: Hashable, size_bytes: int) -> None:
        """Give it one that it has not."""
        minute = int(self._clock() / _DECAY_S)
        size_bytes = _allocated_bytes(size_bytes) + _ENTRY_BYTES
        while self._free_bytes < size_bytes:
            self._part(minute)
        self._entries[key] = entry = _Entry(key, size_bytes, minute, len(self._places))
        self._places.append(entry)
        self._free_bytes -= size_bytes

    def _use(self, entry: _Entry, minute: int) -> None:
        entry.count, entry.minute = entry.counts(minute), minute
        above = max(0, entry.count - _COUNT_AT_FIRST)
        if entry.count < _COUNT_MAX and self._random.random() < 1 / (above * _LOG_FACTOR + 1):
            entry.count += 1

    def _part(self, minute: int) -> None:
        drawn = (
            self._places[int(self._random.random() * len(self._places))] for _ in range(_SAMPLES)
        )
        known = {id(entry): entry for entry in (*self._pool, *drawn)}
        there = [entry for entry in known.values() if self._entries.get(entry.key) is entry]
        there.sort(key=lambda entry: entry.counts(minute))
        leaving, *self._pool = there[: _POOL + 1]
        self.evicted += 1
        del self._entries[leaving.key]
        self._free_bytes += leaving.size_bytes
        last = self._places.pop()
        if last is not leaving:
            self._places[leaving.at] = last
            last.at = leaving.at


def _allocated_bytes(size_bytes: int) -> int:
    step = 1 << max((size_bytes - 1).bit_length() - 3, 4)
    return -(-size_bytes // step) * step

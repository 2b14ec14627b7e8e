"""The first tier: values in memory, by their size, the least recently used leaving first.

There is no clock in it: how long a value holds is its owner's business. It belongs to one event
loop. ``on_drop`` is told once of whatever leaves, be it evicted, replaced or dropped.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_ENTRY_BYTES: Final = 512


def _ignore(_key: object, _value: object) -> None:
    pass


class MemoryCache(Generic[K, V]):
    """Values that together never take more than ``bytes_max``."""

    def __init__(self, bytes_max: int, *, on_drop: Callable[[K, V], object] = _ignore) -> None:
        self._bytes_max = bytes_max
        self._on_drop = on_drop
        self._size_bytes = 0
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many values are held."""
        return len(self._entries)

    def __contains__(self, key: K) -> bool:
        """Tell whether it is held, which is no use of it."""
        return key in self._entries

    @property
    def size_bytes(self) -> int:
        """What the values take, with what it takes to hold them."""
        return self._size_bytes

    def get(self, key: K) -> V | None:
        """Return the value, which counts as a use, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def touch(self, key: K) -> None:
        """Count a use that was served elsewhere."""
        if key in self._entries:
            self._entries.move_to_end(key)

    def put(self, key: K, value: V, size_bytes: int) -> bool:
        """Hold the value in place of the one before; tell whether it is held now."""
        self.drop(key)
        size_bytes += _ENTRY_BYTES
        if size_bytes > self._bytes_max:
            return False
        self._entries[key] = (value, size_bytes)
        self._size_bytes += size_bytes
        while self._size_bytes > self._bytes_max:
            self.drop(next(iter(self._entries)))
        return True

    def drop(self, key: K) -> None:
        """Hold it no longer."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size_bytes -= entry[1]
            self._on_drop(key, entry[0])

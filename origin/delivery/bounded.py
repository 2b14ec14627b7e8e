"""A map that forgets what was used least recently, once what it holds weighs too much."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

ENTRY_BYTES: Final = 600
"""What it takes to hold a small value under a digest or a path, beside its content."""


class BoundedMap(Generic[K, V]):
    """Values with a weight each, which together never weigh more than ``weight_max``."""

    def __init__(self, weight_max: int) -> None:
        self._weight_max = weight_max
        self._weight = 0
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many values are held."""
        return len(self._entries)

    @property
    def weight(self) -> int:
        """What the values weigh."""
        return self._weight

    def get(self, key: K) -> V | None:
        """Return the value and mark it as used, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def drop(self, key: K) -> None:
        """Hold nothing under a key."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._weight -= entry[1]

    def drop_those(self, applies: Callable[[K], bool]) -> None:
        """Hold nothing under the keys that it applies to; each is looked at."""
        for key in [key for key in self._entries if applies(key)]:
            self.drop(key)

    def put(self, key: K, value: V, weight: int) -> None:
        """Hold the value, unless it alone weighs too much; others make room."""
        self._weight -= self._entries.pop(key, (value, 0))[1]
        if weight > self._weight_max:
            return
        self._entries[key] = (value, weight)
        self._weight += weight
        while self._weight > self._weight_max:
            _, (_, lost) = self._entries.popitem(last=False)
            self._weight -= lost

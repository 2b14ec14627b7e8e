"""The first tier: values in memory, by their size. What will be asked for last leaves first.

Requests for segments foretell others (``foresight``), which no policy that looks at each object
alone can know: with 0.1 to 10 GB for 10,000 tracks, LRU has a quarter to four fifths of the hits of
Belady's optimum, S3-FIFO and W-TinyLFU three quarters to nine tenths, and this 0.92 to 0.95 of
them, of as many bytes of objects (``python -m benchmarks.origin replay``, which also tells what is
left of that where those bytes are all that it takes). To find what to part with, a few values are
drawn, and of these, the newest and the best of those drawn before, the one goes that will be wanted
last. So the newest may be what is not kept.

It belongs to one event loop. ``on_drop`` is told once of whatever leaves, be it evicted, replaced
or dropped. How long a value holds is its owner's business.
"""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final, Generic, TypeVar

from origin.cache.foresight import LISTENER_BYTES, LISTENERS_MAX, Foresight, Place
from origin.memory_shares import USUAL

V = TypeVar("V")
Use = Callable[[float], None]

MEMORY_BYTES: Final = USUAL.objects
"""What a process holds of objects unless told otherwise."""
ENTRY_BYTES: Final = 2_048
"""What it takes to hold a value, and what is answered with it."""
DRAWN: Final = 4
KEPT_IN_MIND: Final = 4
"""With 4 and 4 there are more hits than with 64 drawn and none kept, with 16 and 16 hardly more."""
_RENDITION_BYTES: Final = 50_000
"""For so many bytes, one rendition is known: no more than a segment of it."""
_LISTENERS_SHARE: Final = 0.03
"""What is taken for knowing who listens, beside the values."""
_RENDITIONS_MIN: Final = 1_000


class _Entry(Generic[V]):
    """A value, and where it is among the drawn."""

    __slots__ = ("at", "key", "place", "size_bytes", "value")

    def __init__(self, key: str, value: V, size_bytes: int, place: Place, at: int) -> None:
        self.key = key
        self.value = value
        self.size_bytes = size_bytes
        self.place = place
        self.at = at

    def wait_s(self, now_s: float) -> float:
        """Return how long it will take until it is asked for."""
        return self.place.rendition.wait_s(self.place.number, now_s)


def _ignore(_key: str, _value: object) -> None:
    pass


class MemoryCache(Generic[V]):
    """Values that together never take more than ``bytes_max``; ``clock`` tells seconds."""

    def __init__(
        self,
        bytes_max: int,
        clock: Callable[[], float],
        *,
        on_drop: Callable[[str, V], object] = _ignore,
    ) -> None:
        self._bytes_max = bytes_max
        self._clock = clock
        self._on_drop = on_drop
        self._size_bytes = 0
        self.evicted = 0
        """How many values left for want of room."""
        self._entries: dict[str, _Entry[V]] = {}
        self._drawable: list[_Entry[V]] = []
        self._foresight = Foresight(
            max(_RENDITIONS_MIN, bytes_max // _RENDITION_BYTES),
            clock(),
            listeners_max=max(LISTENERS_MAX, int(bytes_max * _LISTENERS_SHARE / LISTENER_BYTES)),
        )
        self._next_to_go: list[_Entry[V]] = []
        self._random = Random(0)  # noqa: S311 to draw, not to hide

    def __len__(self) -> int:
        """Return how many values are held."""
        return len(self._entries)

    def __contains__(self, key: str) -> bool:
        """Tell whether it is held, which is no use of it."""
        return key in self._entries

    @property
    def bytes_max(self) -> int:
        """What they may take."""
        return self._bytes_max

    @property
    def size_bytes(self) -> int:
        """What the values take, with what it takes to hold them."""
        return self._size_bytes

    def get(self, key: str) -> V | None:
        """Return the value, which counts as a use, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        entry.place.rendition.note(entry.place.number, self._clock())
        return entry.value

    def use_of(self, key: str) -> Use | None:
        """Return what counts a use of a value that is given elsewhere, for as long as it is held.

        It is told the time, by the clock. None where there is no such value.
        """
        entry = self._entries.get(key)
        return None if entry is None else partial(entry.place.rendition.note, entry.place.number)

    def put(self, key: str, value: V, size_bytes: int, *, is_ahead: bool = False) -> bool:
        """Hold the value in place of the one before; tell whether it is held now.

        Unless one was, or nobody has asked for it yet (``is_ahead``), this counts as a use.
        """
        is_new = key not in self._entries
        self.drop(key)
        size_bytes += ENTRY_BYTES
        if size_bytes > self._bytes_max:
            return False
        now_s, place = self._clock(), self._foresight.place_of(key)
        if is_new and not is_ahead:
            place.rendition.note(place.number, now_s)
        entry = _Entry(key, value, size_bytes, place, len(self._drawable))
        self._entries[key] = entry
        self._drawable.append(entry)
        self._size_bytes += size_bytes
        while self._size_bytes > self._bytes_max:
            self.evicted += 1
            self.drop(self._wanted_last(entry, now_s).key)
        return key in self._entries

    def has_room_for(self, key: str, size_bytes: int) -> bool:
        """Tell whether a value that nobody has asked for yet would be held, as far as is known.

        Where there is no free room, one of those that were to go next must be wanted later.
        """
        if self._size_bytes + size_bytes + ENTRY_BYTES <= self._bytes_max:
            return True
        now_s, wait_s = self._clock(), self.wait_s(key)
        return any(wait_s < entry.wait_s(now_s) for entry in self._next_to_go)

    def wait_s(self, key: str, *, is_ahead: bool = False) -> float:
        """Return how long it will take until somebody asks for it, as far as is known.

        Where it ``is_ahead``, the one that it was read for is left out: whoever comes to the one
        before will be here a segment later.
        """
        place = self._foresight.place_of(key)
        number = max(place.number - 1, 0) if is_ahead else place.number
        return place.rendition.wait_s(number, self._clock())

    def drop(self, key: str) -> None:
        """Hold it no longer."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        if entry in self._next_to_go:
            self._next_to_go.remove(entry)
        last = self._drawable.pop()
        if last is not entry:
            self._drawable[entry.at] = last
            last.at = entry.at
        self._size_bytes -= entry.size_bytes
        self._on_drop(key, entry.value)

    def keys_below(self, prefix: str) -> list[str]:
        """Return the keys that begin so; each is looked at, which is no use of it."""
        return [key for key in self._entries if key.startswith(prefix)]

    def _wanted_last(self, newest: _Entry[V], now_s: float) -> _Entry[V]:
        """Return what will be asked for last of the newest, some drawn, and those kept in mind."""
        draw, drawable = self._random.random, self._drawable
        drawn = (drawable[int(draw() * len(drawable))] for _ in range(DRAWN))
        candidates = dict.fromkeys((newest, *self._next_to_go, *drawn))
        last_first = sorted(candidates, key=lambda entry: entry.wait_s(now_s), reverse=True)
        self._next_to_go = last_first[: KEPT_IN_MIND + 1]
        return last_first[0]

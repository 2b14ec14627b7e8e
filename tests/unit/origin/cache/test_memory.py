"""The first tier against a model, and what it keeps of what.

The long campaign: ``SOUNDBRIDGE_TEST_REQUESTS=1_000_000 pytest -m long --timeout 600
tests/unit/origin/cache/test_memory.py``.
"""

import gc
import os
import tracemalloc
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.cache.memory import ENTRY_BYTES, MemoryCache
from tests.unit.origin.clock import Clock

MANY = int(os.environ.get("SOUNDBRIDGE_TEST_REQUESTS", "40_000"))
KEY = "media/{}/r1/128k/{:05d}.m4s"


@dataclass
class Left:
    """What has left a cache, in its order."""

    pairs: list[tuple[str, int]] = field(default_factory=list)

    def __call__(self, key: str, value: int) -> None:
        self.pairs.append((key, value))


KEYS = st.sampled_from(["entry/a.json", *(KEY.format("song", number) for number in range(6))])
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "get", "use", "drop"]), KEYS, st.integers(0, 5_000))
)


@given(STEPS)
def test_whatever_is_done_it_is_a_map_within_its_bound(steps: list[tuple[str, str, int]]) -> None:
    left, clock = Left(), Clock()
    cache: MemoryCache[int] = MemoryCache(4 * ENTRY_BYTES + 6_000, clock, on_drop=left)
    model: dict[str, int] = {}
    came: list[tuple[str, int]] = []
    for value, (what, key, number) in enumerate(steps):
        clock.now_s += number / 1_000
        if what == "put":
            is_held = cache.put(key, value, number)
            came += [(key, value)] if is_held or (key, value) in left.pairs else []
            model[key] = value
        elif what == "get":
            assert cache.get(key) == (model.get(key) if key in cache else None)
        elif what == "use":
            use = cache.use_of(key)
            assert (use is not None) == (key in cache)
            if use is not None:
                use(clock.now_s)
        else:
            cache.drop(key)
        assert cache.size_bytes <= 4 * ENTRY_BYTES + 6_000
        held = {key: model[key] for key in model if key in cache}
        assert len(held) == len(cache)
        assert sorted([*held.items(), *left.pairs]) == sorted(came), "each left once, or is held"


def test_it_holds_as_much_as_it_may() -> None:
    cache: MemoryCache[int] = MemoryCache(10 * (ENTRY_BYTES + 100), Clock())
    assert all(cache.put(f"entry/{number}.json", number, 100) for number in range(10))
    assert len(cache) == 10
    assert cache.size_bytes == 10 * (ENTRY_BYTES + 100)


def test_what_is_larger_than_all_of_it_is_not_held_and_replaces_what_was() -> None:
    left = Left()
    cache: MemoryCache[int] = MemoryCache(ENTRY_BYTES + 100, Clock(), on_drop=left)
    assert cache.put("a", 1, 100)
    assert not cache.put("a", 2, 101)
    assert cache.get("a") is None
    assert left.pairs == [("a", 1)]
    assert cache.size_bytes == 0


def test_a_value_is_replaced() -> None:
    left = Left()
    cache: MemoryCache[int] = MemoryCache(ENTRY_BYTES + 100, Clock(), on_drop=left)
    cache.put("a", 1, 10)
    cache.put("a", 2, 20)
    assert cache.get("a") == 2
    assert cache.size_bytes == ENTRY_BYTES + 20
    assert left.pairs == [("a", 1)]


def test_what_a_listener_comes_to_stays_and_what_lies_behind_all_goes() -> None:
    clock = Clock()
    cache: MemoryCache[int] = MemoryCache(10 * (ENTRY_BYTES + 100), clock)
    for number in range(10):  # the first listener has heard all of it
        clock.now_s += 6
        cache.put(KEY.format("song", number), number, 100)
    cache.get(KEY.format("song", 4))  # a second one is at 4
    for number in range(3):
        cache.put(KEY.format("other", 20 + number), number, 100)
    assert all(KEY.format("song", number) in cache for number in range(5, 8))


def test_what_is_read_ahead_was_asked_for_by_nobody() -> None:
    cache: MemoryCache[int] = MemoryCache(ENTRY_BYTES + 100, Clock())
    for name, is_ahead in (("song", False), ("other", True)):
        cache.put(KEY.format(name, 5), 5, 100, is_ahead=is_ahead)
        cache.drop(KEY.format(name, 5))
    assert cache.put(KEY.format("other", 6), 6, 100, is_ahead=True), "while there is room"
    assert cache.put(KEY.format("song", 7), 7, 100, is_ahead=True), "somebody comes to it"
    assert not cache.put(KEY.format("other", 6), 6, 100, is_ahead=True), "nobody does"


def test_a_crawler_does_not_push_out_what_is_played() -> None:
    clock = Clock()
    cache: MemoryCache[int] = MemoryCache(20 * (ENTRY_BYTES + 100), clock)
    played = [KEY.format("song", number) for number in range(10)]
    for _ in range(20):
        for number, key in enumerate(played):
            clock.now_s += 1
            if cache.get(key) is None:
                cache.put(key, number, 100)
    for number in range(1_000):
        clock.now_s += 0.01
        cache.put(KEY.format(f"crawled-{number}", 0), number, 100)
    assert sum(key in cache for key in played) >= 9


@pytest.mark.long
def test_its_memory_is_what_it_says_and_does_not_grow() -> None:
    """Values are bytes, of the sizes that objects have."""
    bytes_max = 20_000_000
    gc.collect()
    tracemalloc.start()
    try:
        clock = Clock()
        cache: MemoryCache[bytes] = MemoryCache(bytes_max, clock)
        peaks = []
        for part in range(4):
            tracemalloc.reset_peak()
            for number in range(MANY // 4):
                clock.now_s += 0.01
                key = KEY.format(f"song-{(number * 7919 + part) % 4_001}", number % 35)
                if cache.get(key) is None:
                    cache.put(key, bytes(1_000 + 37 * (number % 500)), 1_000 + 37 * (number % 500))
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert 0.9 * bytes_max < cache.size_bytes <= bytes_max
    assert max(peaks) < 1.1 * bytes_max
    assert peaks[-1] < 1.02 * peaks[1]


def test_a_crowd_takes_no_memory_that_is_not_counted() -> None:
    """Each of so many asks for one segment, and is not heard of again."""
    bytes_max = 10_000_000
    gc.collect()
    tracemalloc.start()
    try:
        clock = Clock()
        cache: MemoryCache[bytes] = MemoryCache(bytes_max, clock)
        for number in range(200):
            cache.put(KEY.format(f"song-{number}", 7), bytes(47_000), 47_000)
        uses = [cache.use_of(KEY.format(f"song-{number}", 7)) for number in range(200)]
        for _ in range(1_024):
            for use in uses:
                clock.now_s += 0.000_01
                assert use is not None
                use(clock.now_s)
        assert tracemalloc.get_traced_memory()[0] < 1.1 * bytes_max
    finally:
        tracemalloc.stop()


def test_what_leaves_for_want_of_room_is_counted_and_nothing_else() -> None:
    cache: MemoryCache[int] = MemoryCache(10 * (ENTRY_BYTES + 100), Clock())
    for number in range(10):
        cache.put(f"entry/{number}.json", number, 100)
    cache.put("entry/0.json", 0, 100)
    cache.drop("entry/1.json")
    assert not cache.put("entry/large.json", 0, 1_000_000)
    assert cache.evicted == 0
    for number in range(10, 14):
        cache.put(f"entry/{number}.json", number, 100)
    assert cache.evicted == 3


def test_it_tells_when_somebody_will_ask_and_who_else() -> None:
    clock = Clock()
    cache: MemoryCache[int] = MemoryCache(1_000_000, clock)
    clock.now_s += 3_600
    for number in range(8):
        cache.put(KEY.format("song", number), number, 1_000)
    assert cache.wait_s(KEY.format("song", 8)) == pytest.approx(6)
    assert cache.wait_s(KEY.format("song", 10)) == pytest.approx(18)
    alone_s = cache.wait_s(KEY.format("song", 8), is_ahead=True)
    assert alone_s > 600, "nobody but the one that it is read for is on the way"
    clock.now_s += 12
    for number in range(5):
        cache.get(KEY.format("song", number))
    assert cache.wait_s(KEY.format("song", 8), is_ahead=True) < 30

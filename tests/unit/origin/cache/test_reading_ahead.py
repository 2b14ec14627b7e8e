"""What reading ahead costs the store, where memory is too small for all who listen."""

import hashlib
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from heapq import heapify, heappop, heappush
from random import Random

import pytest

from manifests.index import StoredObject
from origin.cache.memory import ENTRY_BYTES
from origin.cache.tiered import TieredReader
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore, until
from tests.unit.origin.clock import Clock

SOUND = b"sound" * 2_000
LISTED = StoredObject("name", len(SOUND), hashlib.sha256(SOUND).hexdigest())
SEGMENTS = 40
AT_ONCE = 5
"""Segments that a player takes when it begins."""
HELD = 100
"""Segments that there is memory for, nearly."""


def key(listener: int, number: int) -> str:
    return f"media/a{listener}/r/128k/{number % SEGMENTS:05d}.m4s"


@pytest.mark.parametrize("listeners", [50, pytest.param(300, marks=pytest.mark.long)])
async def test_reading_ahead_is_no_second_read_of_everything(listeners: int) -> None:
    """Each listens to something else, so that nothing but reading ahead can be a hit."""
    clock, random, store = Clock(), Random(1), CountingStore()  # noqa: S311 to draw, not to hide
    for listener in range(listeners):
        for number in range(SEGMENTS):
            store.put(key(listener, number), SOUND)
    held_bytes = HELD * (len(SOUND) + ENTRY_BYTES) / 0.85
    reads: Counter[str] = Counter()

    def count(what: str) -> AbstractContextManager[None]:
        reads[what] += 1
        return nullcontext()

    reader = TieredReader(
        StoreReader(store, measured=count), memory_bytes=int(held_bytes), clock=clock
    )
    due = [(random.random() * 600, listener, 0) for listener in range(listeners)]
    heapify(due)
    asks = 20 * listeners
    for _ in range(asks):
        clock.now_s, listener, number = heappop(due)
        await reader.read(key(listener, number), listed=LISTED)
        reader.read_ahead(key(listener, number + 1), LISTED)
        await until(lambda: reader._ahead == 0)  # noqa: SLF001 nothing tells of it
        pause_s = random.random() / 2 + (6 if number >= AT_ONCE else 0)
        heappush(due, (clock.now_s + pause_s, listener, number + 1))
    again = reads["get_again"]  # of a store that is late, on a busy machine
    assert store.asked.total() - again == reads["get"] <= 1.05 * asks
    assert reader.counts.ahead_used >= 0.2 * asks

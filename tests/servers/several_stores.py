"""A trusted store and another one behind one reader, in memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest

from manifests.index import StoredObject
from manifests.layout import Revision
from origin.circuit import FAILURES_MAX
from origin.delivery.errors import StoreUnavailable
from origin.stores.reader import StoreReader
from origin.stores.several import StoresReader
from tests.servers.counting import CountingStore
from tests.sources.published import AnyStore, PublishedAsset

WHERE = Revision("first-light-asset", "r1")
INDEX = WHERE.key("index.json")
SEGMENT = WHERE.key("128k/00000.m4s")
ENTRY = "entry/first-light.json"
TIMEOUT_S = 30.0
"""Longer than a test may take: nothing here is waited for to its end."""


@dataclass
class Several:
    """A trusted store and another one."""

    trusted: CountingStore = field(default_factory=CountingStore)
    other: CountingStore = field(default_factory=CountingStore)
    now_s: float = 1_000.0
    _again: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        stores = (self.trusted, self.other)
        self.reader = self.reading(*stores)

    def reading(self, *stores: AnyStore) -> StoresReader:
        """Return a process's reader that knows nothing yet."""
        readers = [
            StoreReader(store, timeout_s=TIMEOUT_S, measured=partial(self._measured, store))
            for store in stores
        ]
        return StoresReader(readers, clock=lambda: self.now_s)

    def _measured(self, store: AnyStore, operation: str) -> AbstractContextManager[None]:
        self._again[id(store)] += operation == "get_again"
        return nullcontext()

    def asked(self) -> tuple[int, int]:
        """Return how often either was asked for an object since the last time.

        That one was late and asked for once more says nothing about where it is looked for.
        """
        stores = (self.trusted, self.other)
        trusted, other = (store.asked.total() - self._again[id(store)] for store in stores)
        self.trusted.asked.clear()
        self.other.asked.clear()
        self._again.clear()
        return trusted, other

    async def hang_after_failing(self) -> Iterator[str]:
        """Let the trusted store hang that is taken for failing; return keys of what is nowhere."""
        self.trusted.down = True
        unknown = (f"entry/unknown-{number}.json" for number in count())
        for _ in range(FAILURES_MAX):
            with pytest.raises(StoreUnavailable):
                await self.reader.read(next(unknown))
        self.trusted.down = False
        self.trusted.gate.clear()
        return unknown


def move(key: str, source: AnyStore, target: AnyStore) -> None:
    target.put(key, source.get(key).bytes())
    source.delete(key)


def listed(asset: PublishedAsset, name: str) -> StoredObject:
    return asset.index.objects()[name]


async def is_there(reader: StoresReader, asset: PublishedAsset) -> None:
    """Read all that a listener needs."""
    assert await reader.read(ENTRY) == asset.entry.to_json()
    assert await reader.read(INDEX) == asset.index.to_json()
    for name, content in asset.contents.items():
        assert await reader.read(WHERE.key(name), listed=listed(asset, name)) == content


def fail(store: CountingStore, how: str) -> None:
    """Let a store fail to give a segment: down, or with another one in its place."""
    if how == "altered":
        store.put(SEGMENT, bytes(store.get(SEGMENT).bytes())[::-1])
    elif how == "gone":
        store.delete(SEGMENT)
    elif how == "hangs":
        store.gate.clear()
    else:
        store.down = True

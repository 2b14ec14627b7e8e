"""Servers of different stores may share one Redis: names there have the object's digest in them."""

import hashlib
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from manifests.index import StoredObject
from manifests.layout import Revision
from origin.cache.running import Tiers
from origin.delivery.errors import NotFound
from origin.stores.reader import StoreReader
from origin.stores.several import StoresReader
from tests.servers.counting import CountingStore
from tests.servers.valkey import valkey

WHERE = Revision("a", "r1")
KEY = WHERE.key("128k/00000.m4s")


def _listed(content: bytes) -> StoredObject:
    return StoredObject("128k/00000.m4s", len(content), hashlib.sha256(content).hexdigest())


def _filled(sound: bytes | None) -> CountingStore:
    store = CountingStore()
    store.put("entry/b.json", b"{}")
    if sound is not None:
        store.put(WHERE.key("index.json"), b"{}")
        store.put(KEY, sound)
    return store


async def test_neither_gives_what_only_the_other_has(tmp_path: Path) -> None:
    ours, theirs = b"our sound", b"their sound"
    one, other, empty = _filled(ours), _filled(theirs), _filled(None)
    behind = (
        StoreReader(one),
        StoresReader([StoreReader(empty), StoreReader(other)]),
        StoresReader([StoreReader(empty), StoreReader(empty)]),
        StoresReader([StoreReader(empty), StoreReader(one)]),
    )
    with valkey(tmp_path) as server:
        async with AsyncExitStack() as opened:
            first, second, third, fourth = [
                await opened.enter_async_context(Tiers(each, server.url).running())
                for each in behind
            ]
            for _ in range(2):
                assert await first.read(KEY, listed=_listed(ours)) == ours
                assert await second.read(KEY, listed=_listed(theirs)) == theirs
            for key in (KEY, WHERE.key("index.json")):
                with pytest.raises(NotFound):
                    await third.read(key)
            assert await fourth.read(KEY, listed=_listed(ours)) == ours
            assert one.asked[KEY] == 1, "what is the same is shared, whatever else they serve"

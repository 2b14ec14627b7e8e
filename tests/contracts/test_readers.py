"""What every reader of stored objects owes, be it one store's, several stores', or the tiers'."""

import asyncio
import hashlib
from collections.abc import Callable

import pytest

from manifests.index import StoredObject
from origin.cache.tiered import SMALL_BYTES_MAX, TieredReader
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.delivery.reading import Missing, Reader
from origin.stores.reader import StoreReader
from origin.stores.several import StoresReader
from tests.servers.counting import CountingStore
from tests.sources.published import publish

REVISION = "media/first-light-asset/r1"
SEGMENT = f"{REVISION}/128k/00000.m4s"
WAVEFORM = f"{REVISION}/waveform.json"
ENTRY = "entry/first-light.json"
TIMEOUT_S = 5.0


def _one(*stores: CountingStore) -> StoreReader:
    return StoreReader(stores[0], timeout_s=TIMEOUT_S)


def _several(*stores: CountingStore) -> StoresReader:
    return StoresReader([StoreReader(store, timeout_s=TIMEOUT_S) for store in stores])


def _first_of_several(store: CountingStore) -> StoresReader:
    return _several(store, CountingStore())


def _last_of_several(store: CountingStore) -> StoresReader:
    return _several(CountingStore(), CountingStore(), store)


MAKERS: dict[str, Callable[[CountingStore], Reader]] = {
    "one store": _one,
    "first of several": _first_of_several,
    "last of several": _last_of_several,
    "tiers over one": lambda store: TieredReader(_one(store)),
    "tiers over several": lambda store: TieredReader(_last_of_several(store)),
}


@pytest.fixture
def store() -> CountingStore:
    store = CountingStore()
    publish(store)
    return store


@pytest.fixture(params=MAKERS)
async def reader(request: pytest.FixtureRequest, store: CountingStore) -> Reader:
    return MAKERS[request.param](store)


def _listed(content: bytes) -> StoredObject:
    return StoredObject("name", len(content), hashlib.sha256(content).hexdigest())


def _content(store: CountingStore, key: str) -> bytes:
    return bytes(store.get(key).bytes())


@pytest.mark.parametrize("key", [SEGMENT, WAVEFORM, ENTRY, f"{REVISION}/index.json"])
async def test_what_is_there_comes_as_it_is(reader: Reader, store: CountingStore, key: str) -> None:
    content = _content(store, key)
    assert await reader.read(key) == content
    assert await reader.read(key, listed=_listed(content)) == content


@pytest.mark.parametrize(
    "key", [f"{REVISION}/128k/00099.m4s", "media/a/r/index.json", "growing/a/r/x", "entry/b.json"]
)
async def test_what_is_not_there_is_not_found(reader: Reader, key: str) -> None:
    with pytest.raises(NotFound):
        await reader.read(key)
    with pytest.raises(NotFound):
        await reader.read(key, listed=_listed(b"sound"))


@pytest.mark.parametrize("key", [SEGMENT, ENTRY])
async def test_what_is_too_large_or_another_is_broken(
    reader: Reader, store: CountingStore, key: str
) -> None:
    with pytest.raises(BrokenObject):
        await reader.read(key, limit_bytes=3)
    assert _content(store, key) != b"sound"
    with pytest.raises(BrokenObject):
        await reader.read(key, listed=_listed(b"sound"))


@pytest.mark.parametrize("size_bytes", [1_000, SMALL_BYTES_MAX + 1])
async def test_what_is_listed_is_that_or_broken(
    reader: Reader, store: CountingStore, size_bytes: int
) -> None:
    """Whatever its size: caches keep it, or a part of it, for a year."""
    right = bytes(range(250)) * (size_bytes // 250) + b"\1" * (size_bytes % 250)
    store.put(SEGMENT, right[:-1] + b"\0")
    with pytest.raises(BrokenObject):
        await reader.read(SEGMENT, listed=_listed(right))
    store.put(SEGMENT, right)
    assert await reader.read(SEGMENT, listed=_listed(right)) == right


@pytest.mark.parametrize("key", [SEGMENT, ENTRY, "entry/b.json", "media/a/r/index.json"])
async def test_what_nobody_can_tell_is_unavailable(
    reader: Reader, store: CountingStore, key: str
) -> None:
    store.down = True
    with pytest.raises(StoreUnavailable):
        await reader.read(key)
    store.down = False
    if key in {SEGMENT, ENTRY}:
        assert await reader.read(key) == _content(store, key)


async def test_what_was_written_last_is_listed_first(reader: Reader, store: CountingStore) -> None:
    for playback_id in ("second", "third"):
        publish(store, playback_id)
    newest = await reader.newest("entry", 2)
    assert (list(newest.keys), newest.missing) == (
        ["entry/third.json", "entry/second.json"],
        Missing.NOTHING,
    )
    assert (await reader.newest("nothing", 2)).keys == []


@pytest.mark.parametrize("key", [SEGMENT, ENTRY])
async def test_who_goes_away_spoils_nothing_for_the_next(
    reader: Reader, store: CountingStore, key: str
) -> None:
    content = _content(store, key)
    for waits in range(30):
        store.gate.clear()
        gone = asyncio.create_task(reader.read(key))
        for _ in range(waits):
            await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        store.gate.set()
        assert await reader.read(key) == content

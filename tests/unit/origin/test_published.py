import asyncio
import json

import pytest
from obstore.store import MemoryStore

from manifests.layout import INDEX, Revision
from origin.cache.tiered import TieredReader
from origin.delivery.documents import EntryDocuments
from origin.delivery.errors import BrokenObject, NotFound
from origin.delivery.listed import ListedReader
from origin.delivery.metadata import listing
from origin.delivery.published import CONTRADICTED_AFTER_S, Published
from origin.delivery.reading import Missing
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore
from tests.sources.published import publish
from tests.unit.origin.clock import Clock


async def test_a_revision_is_read_once() -> None:
    store = MemoryStore()
    asset = publish(store)
    published = Published(StoreReader(store))
    first = await published.revision(asset.entry.where)
    store.delete(asset.entry.where.key(INDEX))
    assert await published.revision(asset.entry.where) is first
    assert first.index == asset.index
    assert first.objects == asset.index.objects()
    assert first.artist == "The Synths"


async def test_who_asks_for_a_revision_at_the_same_time_gets_what_was_made_of_it_once() -> None:
    """A herd would keep the loop busy for long: it takes milliseconds to read a long index."""
    store = MemoryStore()
    asset = publish(store)
    where, reader = asset.entry.where, TieredReader(StoreReader(store))
    published, documents = Published(reader), EntryDocuments(reader)
    first, *others = await asyncio.gather(*(published.revision(where) for _ in range(100)))
    assert all(other is first for other in others)
    made, *others_made = await asyncio.gather(
        *(documents.playlist(first, "first-light") for _ in range(100))
    )
    assert all(other is made for other in others_made)
    await reader.close()


async def test_what_was_read_while_it_was_removed_is_not_remembered() -> None:
    store = CountingStore()
    gone, stays = publish(store), publish(store, "stays")
    published = Published(StoreReader(store))
    kept = await published.revision(stays.entry.where)
    reading = asyncio.create_task(published.revision(gone.entry.where))
    await asyncio.sleep(0)
    published.removed(gone.entry.asset_id)
    await reading
    store.delete(gone.entry.where.key(INDEX))
    with pytest.raises(NotFound):
        await published.revision(gone.entry.where)
    assert await published.revision(stays.entry.where) is kept


async def test_revisions_that_do_not_fit_are_read_again() -> None:
    store = MemoryStore()
    asset = publish(store)
    published = Published(StoreReader(store), bytes_max=1)
    await published.revision(asset.entry.where)
    store.delete(asset.entry.where.key(INDEX))
    with pytest.raises(NotFound):
        await published.revision(asset.entry.where)


async def test_an_index_that_an_object_contradicts_is_read_again_once_in_a_while() -> None:
    """It may have been altered on its way here, where no entity tag is a digest."""
    store, clock = CountingStore(), Clock()
    asset = publish(store)
    where, name = asset.entry.where, "128k/00001.m4s"
    was = asset.index.objects()[name].sha256
    altered = asset.index.to_json().replace(was.encode(), was[::-1].encode())
    store.put(where.key(INDEX), altered)
    published = Published(StoreReader(store), clock=clock)
    reader = ListedReader(StoreReader(store), published)

    async def read() -> bytes:
        listed = (await published.revision(where)).objects[name]
        return await reader.read(where.key(name), listed=listed)

    for _ in range(3):
        with pytest.raises(BrokenObject):
            await read()
    assert store.asked[where.key(INDEX)] == 1
    store.put(where.key(INDEX), asset.index.to_json())
    clock.now_s += CONTRADICTED_AFTER_S
    with pytest.raises(BrokenObject):
        await read()
    assert await read() == asset.contents[name]
    assert store.asked[where.key(INDEX)] == 2


async def test_an_entry_is_read_every_time() -> None:
    store = MemoryStore()
    asset = publish(store)
    published = Published(StoreReader(store))
    assert await published.entry("first-light") == asset.entry
    store.put("entry/first-light.json", b"{}")
    with pytest.raises(BrokenObject):
        await published.entry("first-light")


@pytest.mark.parametrize(
    "odd",
    [
        {"created_at": 5},
        {"artist": 5},
        {"title": "\ud800"},
        {"duration_s": 10**400},
        {"playback_id": "somebody-else"},
    ],
)
async def test_an_entry_that_cannot_be_read_hides_no_other(odd: dict[str, object]) -> None:
    store = MemoryStore()
    asset = publish(store)
    fields = json.loads(publish(store, "odd").entry.to_json())
    store.put("entry/odd.json", json.dumps(fields | odd).encode())
    published = Published(StoreReader(store))
    with pytest.raises(BrokenObject):
        await published.entry("odd")
    entries, missing = await published.newest_entries(10)
    assert (entries, missing) == ([asset.entry], Missing.NOTHING)
    assert b"first-light" in listing(entries, is_complete=True).body.content


async def test_what_was_never_published() -> None:
    published = Published(StoreReader(MemoryStore()))
    with pytest.raises(NotFound):
        await published.entry("first-light")
    with pytest.raises(NotFound):
        await published.revision(Revision("a", "b"))
    assert await published.newest_entries(10) == ([], Missing.NOTHING)


async def test_the_newest_are_those_written_last() -> None:
    store = MemoryStore()
    for number in range(5):
        publish(store, f"id-{number}", created_at=f"2026-01-0{number + 1}T00:00:00Z")
    entries, _ = await Published(StoreReader(store)).newest_entries(2)
    assert [entry.playback_id for entry in entries] == ["id-4", "id-3"]

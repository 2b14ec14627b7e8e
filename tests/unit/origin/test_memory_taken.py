"""What parts of the memory take when they are full, against what they may."""

import gc
import hashlib
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import pytest
from obstore.store import MemoryStore

from cdn.policy.coding import Coding
from cdn.signing.claims import PlaybackToken
from manifests.chunk_record import ChunkRecord
from manifests.index import SegmentRecord
from manifests.layout import Revision, chunk_record_name, segment_name
from origin.cycles import look_as_usual, look_seldom
from origin.delivery.address import kind_of
from origin.delivery.body import MemoryBody
from origin.delivery.compression import Compressor
from origin.delivery.documents import EntryDocuments
from origin.delivery.objects import RevisionObjects
from origin.delivery.published import Published
from origin.delivery.verified import VerifiedTokens
from origin.stores.reader import StoreReader
from tests.sources.published import publish

pytestmark = pytest.mark.long

BYTES_MAX: Final = 400_000
Use = Callable[[int], Awaitable[object]]


def of_indexes(uses: int) -> Use:
    store, places = _published(uses)
    published = Published(StoreReader(store), BYTES_MAX)
    return lambda number: published.revision(places[number])


def of_documents(uses: int) -> Use:
    store, places = _published(uses)
    published = Published(StoreReader(store), 1)
    documents = EntryDocuments(StoreReader(store), BYTES_MAX)

    async def use(number: int) -> None:
        await documents.playlist(await published.revision(places[number]), "first-light")

    return use


def of_segments(_uses: int) -> Use:
    reader = StoreReader(store := MemoryStore())
    objects = RevisionObjects(reader, Published(reader), BYTES_MAX)
    name = segment_name("128k", 0)
    kind = kind_of(name)
    assert kind is not None

    record = ChunkRecord((SegmentRecord(name, 1, hashlib.sha256(b"x").hexdigest(), 0, 1),))

    async def use(number: int) -> None:
        where = Revision(f"asset-of-some-length-{number:05}", "revision-of-some-length")
        objects_there = {
            where.key(name): b"x",
            where.growing_key(chunk_record_name("128k", 0)): record.to_json(),
        }
        for key, content in objects_there.items():
            store.put(key, content)
        await objects.find(where, name, kind)
        for key in objects_there:
            store.delete(key)

    return use


def of_compressed(_uses: int) -> Use:
    compressor = Compressor(BYTES_MAX)
    return lambda number: compressor.compressed(
        f"{number:064}", MemoryBody(b"#EXTM3U\n%d" % number), Coding.GZIP
    )


def of_tokens(_uses: int) -> Use:
    tokens = VerifiedTokens(BYTES_MAX)

    async def use(number: int) -> None:
        token = b"%0240d" % number
        known = tokens.remember(token, PlaybackToken(f"playback-id-{number}", time.time()))
        known.add_asset(f"asset-of-some-length-{number}")

    return use


def _published(count: int) -> tuple[MemoryStore, list[Revision]]:
    """Publish so many assets, beforehand: what a store in memory takes is not meant."""
    store = MemoryStore()
    return store, [publish(store, f"id-{number}").entry.where for number in range(count)]


@pytest.fixture
def tidy() -> Iterator[None]:
    """Look for cycles as usual: done tasks would wait in them, and asyncio knows all tasks."""
    look_as_usual()
    yield
    look_seldom()


@pytest.mark.parametrize(
    ("part", "uses"),
    [
        (of_indexes, 120),
        (of_documents, 600),
        (of_segments, 1200),
        (of_compressed, 1500),
        (of_tokens, 3000),
    ],
)
@pytest.mark.usefixtures("tidy")
async def test_a_part_takes_what_it_may_and_no_more(part: Callable[[int], Use], uses: int) -> None:
    use = part(uses)
    await use(0)
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(1, uses):
            await use(number)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.5 * BYTES_MAX < taken < 1.1 * BYTES_MAX

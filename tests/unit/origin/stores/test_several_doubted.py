"""For how long counts what a store says while one does not answer that is trusted more."""

import hashlib
from dataclasses import replace

import pytest

from cdn.policy.object_class import ObjectClass
from manifests.chunk_record import ChunkRecord
from manifests.credits import Credits
from manifests.layout import CREDITS, MULTIVARIANT, chunk_record_name, init_name
from origin.delivery.address import ObjectKind, kind_of
from origin.delivery.documents import EntryDocuments
from origin.delivery.growing import GrowingDocuments
from origin.delivery.objects import RevisionObjects
from origin.delivery.published import Published
from origin.stores.homes import LOOKED_FOR_EVERY_S
from packager.publishing.storage import Storage
from tests.servers.counting import CountingStore
from tests.servers.several_stores import INDEX, WHERE, Several
from tests.sources import growing
from tests.sources.published import PublishedAsset, forge, publish

NAME = "128k/00001.m4s"


def reading(several: Several) -> Published:
    doubts = several.reader.doubted_until_s
    return Published(several.reader, doubts=doubts, clock=lambda: several.now_s)


async def digest(published: Published) -> str:
    return (await published.revision(WHERE)).objects[NAME].sha256


@pytest.fixture
def asset(several: Several) -> PublishedAsset:
    """An asset of the trusted store, forged in the other one."""
    asset = publish(several.trusted)
    forge(several.other, asset, NAME)
    return asset


async def test_facts_in_doubt_are_looked_for_again_with_their_home(
    several: Several, asset: PublishedAsset
) -> None:
    published, real = reading(several), asset.index.objects()[NAME].sha256
    several.trusted.down = True
    first = await published.revision(WHERE)
    assert first.objects[NAME].sha256 != real
    assert first.doubted
    several.now_s += LOOKED_FOR_EVERY_S - 1
    assert await published.revision(WHERE) is first
    several.trusted.down = False
    several.now_s += 1
    assert await digest(published) == real
    several.now_s += LOOKED_FOR_EVERY_S
    assert not (await published.revision(WHERE)).doubted
    several.asked()
    several.now_s += 1e6
    assert await digest(published) == real
    assert several.asked() == (0, 0)


async def test_what_was_read_before_its_home_was_certain_is_in_doubt_still(
    several: Several, asset: PublishedAsset
) -> None:
    """It may have been on its way when another read found the home."""
    several.trusted.down = True
    forged = await several.reader.read(INDEX)
    several.trusted.down = False
    several.now_s += LOOKED_FOR_EVERY_S
    assert several.reader.doubted_until_s(INDEX) == several.now_s
    assert await several.reader.read(INDEX) == asset.index.to_json() != forged
    assert several.reader.doubted_until_s(INDEX) == several.now_s + LOOKED_FOR_EVERY_S
    several.now_s += LOOKED_FOR_EVERY_S
    assert several.reader.doubted_until_s(INDEX) is None


async def test_an_entry_is_as_doubtful_as_its_revision(several: Several) -> None:
    asset = publish(several.other)
    published = reading(several)
    await published.revision(WHERE)
    several.trusted.down = True
    assert published.is_entry_doubted(await published.entry("first-light"))
    several.trusted.down = False
    several.now_s += LOOKED_FOR_EVERY_S
    await published.entry("first-light")
    several.now_s += LOOKED_FOR_EVERY_S
    assert not published.is_entry_doubted(await published.entry("first-light"))
    another = replace(asset.entry, revision="r2")
    assert published.is_entry_doubted(another), "nobody has looked where its revision is"


async def test_no_document_is_remembered_that_was_made_of_doubted_facts(several: Several) -> None:
    asset = publish(several.trusted)
    real = asset.contents[MULTIVARIANT]
    forged = real.replace(b"BANDWIDTH=128000", b"BANDWIDTH=111111")
    forge(several.other, asset, MULTIVARIANT, forged)
    published, documents = reading(several), EntryDocuments(several.reader)
    several.trusted.down = True
    doubted = await documents.playlist(await published.revision(WHERE), "first-light")
    assert b"111111" in doubted.body.content
    several.trusted.down = False
    for _ in range(2):
        several.now_s += LOOKED_FOR_EVERY_S
        found = await documents.playlist(await published.revision(WHERE), "first-light")
        assert b"128000" in found.body.content


async def test_nor_is_what_a_revision_had_while_it_grew(several: Several) -> None:
    asset, name = publish(several.trusted), init_name("128k")
    forged = forge(several.other, asset, name)
    ended = GrowingDocuments(several.reader, reading(several))
    kind = ObjectKind(ObjectClass.PROVISIONAL_INIT, "")
    several.trusted.down = True
    found = await ended.find(WHERE, name, kind)
    assert (await found.body.read(), found.doubted) == (forged, True)
    several.trusted.down = False
    for is_doubted in (True, False):
        several.now_s += LOOKED_FOR_EVERY_S
        found = await ended.find(WHERE, name, kind)
        assert (await found.body.read(), found.doubted) == (asset.contents[name], is_doubted)


async def test_segments_of_a_revision_that_grows_are_in_doubt_with_it(several: Several) -> None:
    for store, artist in ((several.trusted, "The Synths"), (several.other, "An impostor")):
        with Storage(store) as storage:
            growing.write(storage, range(4))
        store.put(growing.WHERE.growing_key(CREDITS), Credits(artist).to_json())
    forge_chunk(several.other)
    kind = kind_of(NAME)
    assert kind is not None
    objects = RevisionObjects(several.reader, reading(several))
    several.trusted.down = True
    forged = await objects.find(growing.WHERE, NAME, kind)
    assert await forged.body.read() == b"forged"
    assert (forged.doubted, forged.artist) == (True, "An impostor")
    several.trusted.down = False
    for is_doubted in (True, False, False):
        several.now_s += LOOKED_FOR_EVERY_S
        found = await objects.find(growing.WHERE, NAME, kind)
        assert await found.body.read() != b"forged"
        assert (found.doubted, found.artist) == (is_doubted, "The Synths")
    await objects.find(growing.WHERE, "128k/00012.m4s", kind)  # its grid is the real one


def forge_chunk(store: CountingStore) -> None:
    """Let the second chunk have another first segment, and no more than two."""
    key = growing.WHERE.growing_key(chunk_record_name("128k", 1))
    first, second, *_ = ChunkRecord.from_json(bytes(store.get(key).bytes())).segments
    assert first.name == NAME
    forged = b"forged"
    first = replace(first, size_bytes=len(forged), sha256=hashlib.sha256(forged).hexdigest())
    store.put(key, ChunkRecord((first, second)).to_json())
    store.put(growing.WHERE.key(NAME), forged)

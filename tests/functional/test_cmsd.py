"""What a served object tells of itself: the same on every path, and nothing on a 304."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import MemoryStore

from origin.app import create_app
from origin.delivery.published import PublishedRevision
from origin.delivery.static_data import static_of_segment
from origin.stores.reader import StoreReader
from tests.conformance.both_paths import both_paths
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import PublishedAsset, publish

Client = TestClient[Request, Application]
FIELD = "CMSD-Static"
FIRST = 'br=128,d=5991,nor="00001.m4s",ot=a,st=v'
LAST = "br=128,d=5991,ot=a,st=v"


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def asset(store: MemoryStore) -> PublishedAsset:
    return publish(store)


@pytest.fixture
async def client(store: MemoryStore, asset: PublishedAsset) -> AsyncIterator[Client]:
    del asset
    async with TestClient(TestServer(create_app(store, reader=StoreReader(store)))) as opened:
        yield opened


async def told(client: Client, path: str, **headers: str) -> str | None:
    response = await client.get(path, headers=headers)
    assert response.status in {200, 206, 304}
    assert FIELD in response.headers["Access-Control-Expose-Headers"]
    return response.headers.get(FIELD)


async def test_each_kind_of_object_tells_what_it_is(client: Client, asset: PublishedAsset) -> None:
    said = {
        f"{asset.path}/128k/00000.m4s": FIRST,
        f"{asset.path}/128k/00002.m4s": LAST,
        f"{asset.path}/320k/00002.m4s": "br=320,d=5991,ot=a,st=v",
        f"{asset.path}/128k/init.mp4": "ot=i",
        f"{asset.path}/128k/playlist.m3u8": "ot=m,sf=h,st=v",
        f"{asset.path}/multivariant.m3u8": "ot=m,sf=h,st=v",
        f"{asset.path}/manifest.mpd": "ot=m,sf=d,st=v",
        "/first-light.m3u8": "ot=m,sf=h,st=v",
        "/first-light.mpd": "ot=m,sf=d,st=v",
        "/first-light.json": None,
        f"{asset.path}/waveform.json": None,
        f"{asset.path}/artwork-320.jpg": None,
    }
    assert {path: await told(client, path) for path in said} == said


async def test_parts_tell_it_too_and_what_is_not_modified_does_not(
    client: Client, asset: PublishedAsset
) -> None:
    path = f"{asset.path}/128k/00000.m4s"
    whole = await client.get(path)
    assert await told(client, path, Range="bytes=0-") == FIRST
    assert await told(client, path, Range="bytes=5-9") == FIRST
    assert (await client.head(path)).headers[FIELD] == FIRST
    not_modified = {"If-None-Match": whole.headers["ETag"]}
    assert await told(client, path, **not_modified) is None  # RFC 9110 §15.4.5


def test_a_segment_tells_its_own_rate_and_not_the_highest_of_all(asset: PublishedAsset) -> None:
    first = asset.index.renditions[0].segments[0]
    quiet = replace(first, size_bytes=first.size_bytes // 4)
    published = PublishedRevision(asset.entry.where, asset.index, {}, 0.0)
    assert static_of_segment(published, quiet) == "br=32,d=5991,ot=a,st=v"


async def test_what_grows_tells_no_more_than_is_certain(asset: PublishedAsset) -> None:
    store = MemoryStore()
    growing = GrowingAsset.of(asset, store)
    growing.start(2)
    async with TestClient(TestServer(create_app(store, reader=StoreReader(store)))) as client:
        folder = f"/{asset.entry.where.growing_prefix}"
        assert await told(client, f"{asset.path}/128k/00000.m4s") == "ot=a"
        assert await told(client, f"{folder}/128k/init.mp4") == "ot=i"
        assert await told(client, f"{folder}/128k/playlist.m3u8") == "ot=m,sf=h"
        assert await told(client, "/first-light.m3u8") == "ot=m,sf=h"


async def test_the_hot_path_says_the_same(store: MemoryStore, asset: PublishedAsset) -> None:
    async with both_paths(create_app(store)) as both:
        for fields in (b"", b"Range: bytes=0-\r\n"):
            path = f"{asset.path}/128k/00000.m4s".encode()
            request = b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n"
            plain, hot = await both.answers_in_turn(request, request, request)
            said = f"{FIELD}: {FIRST}\r\n".encode()
            assert (plain.count(said), hot.count(said)) == (3, 3)
        assert both.hot.given > 0

"""The origin over real sockets: each kind of object, and what its answer says."""

import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from xml.etree import ElementTree as ET

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request, Response
from obstore.store import MemoryStore

from cdn.policy.object_class import ObjectClass
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from origin.app import create_app
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.compression import Compressor
from origin.stores.listing import LISTED_KEYS_MAX
from origin.stores.reader import StoreReader
from tests.servers.counting import CountingStore
from tests.sources.published import MEDIA_PLAYLIST, PublishedAsset, publish

Client = TestClient[Request, Application]

FOREVER = "public, max-age=31536000, immutable"
ENTRY = "max-age=60, stale-while-revalidate=60, stale-if-error=86400"
PLAIN = {"Accept-Encoding": "identity"}


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


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("multivariant.m3u8", "application/vnd.apple.mpegurl"),
        ("128k/playlist.m3u8", "application/vnd.apple.mpegurl"),
        ("manifest.mpd", "application/dash+xml"),
        ("128k/init.mp4", "audio/mp4"),
        ("320k/00002.m4s", "video/iso.segment"),
        ("waveform.json", "application/json"),
        ("waveform.dat", "application/octet-stream"),
        ("chapters.json", "application/json+chapters"),
        ("hls-chapters.json", "application/json"),
        ("artwork-320.jpg", "image/jpeg"),
    ],
)
async def test_objects_of_a_revision(
    client: Client, asset: PublishedAsset, name: str, media_type: str
) -> None:
    response = await client.get(f"{asset.path}/{name}", headers=PLAIN)
    assert response.status == HTTPStatus.OK
    assert await response.read() == asset.contents[name]
    assert response.headers["Content-Type"] == media_type
    assert response.headers["Content-Length"] == str(len(asset.contents[name]))
    assert response.headers["ETag"] == f'"{asset.index.objects()[name].sha256}"'
    assert response.headers["Cache-Control"] == FOREVER
    assert response.headers["Accept-Ranges"] == "bytes"
    assert "Last-Modified" not in response.headers, "no time is the same for all copies"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Timing-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Server"] == "soundbridge"
    assert f"asset-{asset.entry.asset_id}" in response.headers["Cache-Tag"].split(",")


async def test_the_entry_playlist_finds_its_variants_from_the_root(
    client: Client, asset: PublishedAsset
) -> None:
    response = await client.get("/first-light.m3u8")
    assert response.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert response.headers["Cache-Control"] == ENTRY
    assert response.headers["Last-Modified"] == "Fri, 02 Jan 2026 03:06:00 GMT"
    playlist = parse_playlist(await response.read())
    assert isinstance(playlist, MultivariantPlaylist)
    assert len(playlist.variants) == 2
    for variant in playlist.variants:
        media = await client.get(response.url.join(type(response.url)(variant.uri)).path)
        assert await media.read() == MEDIA_PLAYLIST
    assert playlist.variants[0].uri == f"{asset.path.lstrip('/')}/128k/playlist.m3u8"


async def test_the_entry_mpd_finds_its_segments_from_the_root(
    client: Client, asset: PublishedAsset
) -> None:
    response = await client.get("/first-light.mpd")
    assert response.headers["Content-Type"] == "application/dash+xml"
    assert response.headers["Cache-Control"] == ENTRY
    root = ET.fromstring(await response.text())  # noqa: S314 -- our own document
    base = root.find("{urn:mpeg:dash:schema:mpd:2011}BaseURL")
    assert base is not None
    assert base.text == f"{asset.path.lstrip('/')}/"


async def test_the_metadata_tell_a_page_all_it_shows(client: Client, asset: PublishedAsset) -> None:
    response = await client.get("/first-light.json")
    prefix = asset.path.lstrip("/")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == ENTRY
    assert await response.json() == {
        "playback_id": "first-light",
        "state": "ready",
        "title": "First Light",
        "artist": "The Synths",
        "album": "Dawn",
        "duration_s": 17.972245,
        "samples": 792_576,
        "sample_rate_hz": 44_100,
        "channels": 2,
        "loudness": {"integrated_lufs": -14.2, "range_lu": 5.1, "true_peak_dbtp": -1.0},
        "replay_gain": {
            "track_gain_db": -3.8,
            "track_peak": None,
            "album_gain_db": None,
            "album_peak": None,
        },
        "silence": {"head_s": 0.01, "tail_s": 1.0},
        "chapters": [
            {"title": "Dawn", "start_s": 0.0, "end_s": 5.0},
            {"title": "Dew", "start_s": 5.0, "end_s": 17.0},
        ],
        "chapters_json": f"{prefix}/chapters.json",
        "renditions": [
            {
                "rung": rung,
                "codec": "mp4a.40.2",
                "bandwidth_bps": bps,
                "average_bandwidth_bps": bps,
                "bitrate_bps": bps,
            }
            for rung, bps in (("128k", 128_000), ("320k", 320_000))
        ],
        "hls": "first-light.m3u8",
        "packed_audio": None,
        "dash": "first-light.mpd",
        "waveform": {
            "json": f"{prefix}/waveform.json",
            "binary": f"{prefix}/waveform.dat",
        },
        "artwork": [
            {
                "url": f"{prefix}/artwork-320.jpg",
                "width_px": 320,
                "height_px": 320,
                "media_type": "image/jpeg",
            }
        ],
        "placeholder": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    }


@pytest.mark.parametrize(
    "changed_at",
    [
        None,
        "",
        "yesterday",
        "2026-01-02T03:04:05",
        "2999-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
async def test_a_date_that_says_nothing_is_not_sent(
    client: Client, store: MemoryStore, changed_at: str | None
) -> None:
    publish(store, "undated", changed_at=changed_at)
    response = await client.get("/undated.m3u8")
    assert response.status == HTTPStatus.OK
    assert "Last-Modified" not in response.headers


@pytest.mark.parametrize(("ago_s", "is_told"), [(0, False), (55, False), (62, True)])
async def test_a_change_has_a_date_once_nobody_is_told_what_was_before(
    client: Client, store: MemoryStore, ago_s: int, *, is_told: bool
) -> None:
    """RFC 9110 §8.8.2: else a date from in between would be later than the change."""
    changed = datetime.now(UTC) - timedelta(seconds=ago_s)
    publish(store, "young", changed_at=changed.isoformat())
    response = await client.get("/young.m3u8")
    assert ("Last-Modified" in response.headers) == is_told
    if is_told:
        told = parsedate_to_datetime(response.headers["Last-Modified"])
        assert timedelta(seconds=58) < told - changed <= timedelta(seconds=60)


async def test_what_has_no_waveform_says_so(
    client: Client, store: MemoryStore, asset: PublishedAsset
) -> None:
    documents = tuple(each for each in asset.index.documents if "waveform" not in each.name)
    index = replace(asset.index, documents=documents, artwork=())
    store.put(asset.entry.where.key("index.json"), index.to_json())
    response = await client.get("/first-light.json")
    assert (await response.json())["waveform"] is None
    assert (await client.get(f"{asset.path}/waveform.dat")).status == HTTPStatus.NOT_FOUND


async def test_the_listing_is_newest_first_and_bounded(client: Client, store: MemoryStore) -> None:
    publish(store, "older", created_at="2025-01-01T00:00:00Z")
    publish(store, "newer", title=None, created_at="2026-06-01T00:00:00Z")
    store.put("entry/damaged.json", b"{")
    response = await client.get("/v1/assets")
    items = (await response.json())["items"]
    assert [item["playback_id"] for item in items] == ["newer", "first-light", "older"]
    assert items[0] == {
        "playback_id": "newer",
        "state": "ready",
        "title": None,
        "artist": "The Synths",
        "duration_s": 17.972245,
        "created_at": "2026-06-01T00:00:00Z",
    }
    policy = "public, max-age=0, s-maxage=30, stale-while-revalidate=60"
    assert response.headers["Cache-Control"] == policy
    limited = await client.get("/v1/assets?limit=2")
    assert len((await limited.json())["items"]) <= 2


async def test_a_listing_of_too_many_says_that_newer_ones_may_be_missing(
    client: Client, store: MemoryStore
) -> None:
    assert (await (await client.get("/v1/assets")).json())["complete"] is True
    for number in range(LISTED_KEYS_MAX):
        store.put(f"entry/{number:06d}.json", b"")
    response = await client.get("/v1/assets?limit=1")
    assert (await response.json())["complete"] is False
    assert "s-maxage=30" in response.headers["Cache-Control"], "it will be no other in a moment"


@pytest.mark.parametrize("limit", ["0", "201", "x", "", "-1", "1e2", "\u0661"])
async def test_a_senseless_limit_is_refused(client: Client, limit: str) -> None:
    response = await client.get("/v1/assets", params={"limit": limit})
    assert response.status == HTTPStatus.BAD_REQUEST
    assert (await response.json())["code"] == "bad_request"


async def test_an_entry_that_moves_is_followed_at_once(client: Client, store: MemoryStore) -> None:
    before = await client.get("/first-light.m3u8")
    moved = publish(store, "elsewhere")
    entry = moved.entry.to_json().replace(b'"elsewhere"', b'"first-light"', 1)
    store.put("entry/first-light.json", entry)
    after = await client.get("/first-light.m3u8")
    assert moved.entry.asset_id in await after.text()
    assert after.headers["ETag"] != before.headers["ETag"]


@pytest.mark.parametrize("path", ["/first-light.m3u8", "/first-light.mpd", "/first-light.json"])
async def test_texts_are_compressed_for_those_who_ask(client: Client, path: str) -> None:
    plain = await client.get(path, headers=PLAIN)
    async with ClientSession(auto_decompress=False) as session:
        url = client.make_url(path)
        packed = await session.get(url, headers={"Accept-Encoding": "gzip"})
        content = await packed.read()
        again = await session.head(url, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(content) == await plain.read()
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == again.headers["Content-Length"] == str(len(content))
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


async def test_sound_is_not_compressed_and_does_not_vary(
    client: Client, asset: PublishedAsset
) -> None:
    path = f"{asset.path}/128k/00000.m4s"
    response = await client.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers
    assert "Vary" not in response.headers
    refused = await client.get(path, headers={"Accept-Encoding": "identity;q=0"})
    assert refused.status == HTTPStatus.NOT_ACCEPTABLE


async def test_a_large_waveform_is_compressed_too(client: Client, asset: PublishedAsset) -> None:
    response = await client.get(f"{asset.path}/waveform.json", headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert await response.read() == asset.contents["waveform.json"]


async def test_what_memory_cannot_hold_is_read_once_for_all_its_parts() -> None:
    asset = publish(store := CountingStore())
    name = "128k/00000.m4s"
    app = create_app(store, reader=StoreReader(store))
    async with TestClient(TestServer(app)) as client:
        parts = {"Range": "bytes=0-1,4-5,8-9"}
        response = await client.get(f"{asset.path}/{name}", headers=parts)
        assert response.status == HTTPStatus.PARTIAL_CONTENT
        assert (await response.read()).count(b"Content-Range: bytes ") == 3
    assert store.asked[asset.entry.where.key(name)] == 1


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
async def test_the_same_list_is_the_same_bytes_under_one_tag_be_it_kept_or_not(
    coding: str,
) -> None:
    """RFC 9110 §8.8.1: whether a list is kept by nobody is no part of what it is."""
    content = json.dumps([f"track {number * number}" for number in range(2000)]).encode()
    app = Application()

    async def answer(request: Request) -> Response:
        kind = ObjectKind(ObjectClass(request.match_info["class"]), "application/json")
        resource = Resource(kind, "digest", MemoryBody(content))
        return await Responder(Compressor(), purged=False).answer(request, resource)

    app.router.add_get("/{class}", answer)
    said = set()
    async with TestClient(TestServer(app), auto_decompress=False) as client:
        for each in (ObjectClass.PUBLIC_API, ObjectClass.PARTIAL_LISTING):
            response = await client.get(f"/{each.value}", headers={"Accept-Encoding": coding})
            assert response.headers["Content-Encoding"] == coding
            said.add((response.headers["ETag"], await response.read()))
    assert len(said) == 1


@pytest.mark.parametrize(
    ("said", "accepted", "given"),
    [
        (b'{"items":[]}', "gzip", None),
        (b'{"items":[]}', "gzip, identity;q=0", "gzip"),
        (json.dumps(list(range(100))).encode(), "gzip", "gzip"),
    ],
)
async def test_what_would_grow_by_it_is_not_compressed(
    said: bytes, accepted: str, given: str | None
) -> None:
    app = Application()

    async def answer(request: Request) -> Response:
        kind = ObjectKind(ObjectClass.PUBLIC_API, "application/json")
        resource = Resource(kind, "digest", MemoryBody(said))
        return await Responder(Compressor(), purged=False).answer(request, resource)

    app.router.add_get("/", answer)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/", headers={"Accept-Encoding": accepted})
        assert response.headers.get("Content-Encoding") == given
        assert response.headers["Vary"] == "Accept-Encoding"
        assert await response.read() == said


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_probes(client: Client, path: str) -> None:
    response = await client.get(path)
    assert response.status == HTTPStatus.OK
    assert await response.text() == "ok\n"
    assert response.headers["Cache-Control"] == "no-store"

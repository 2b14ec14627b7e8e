"""The origin while an asset is packaged: from its first segment to its end or its withdrawal."""

from collections.abc import AsyncIterator
from dataclasses import replace
from http import HTTPStatus

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import MemoryStore
from yarl import URL

from cdn.tags import artist_tag
from manifests import layout
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from origin.app import create_app
from origin.stores.reader import StoreReader
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import SEGMENTS, publish

Client = TestClient[Request, Application]

PLAIN = {"Accept-Encoding": "identity"}
FOREVER = "public, max-age=31536000, immutable"
PLAYLIST = "/growing/first-light-asset/r1/128k/playlist.m3u8"
INIT = "/growing/first-light-asset/r1/128k/init.mp4"
MULTIVARIANT = "/growing/first-light-asset/r1/multivariant.m3u8"
SEGMENT = "/media/first-light-asset/r1/128k/00000.m4s"
NEXT_SEGMENT = "/media/first-light-asset/r1/128k/00001.m4s"


@pytest.fixture
def asset() -> GrowingAsset:
    """An asset with its first segment in an otherwise empty store."""
    finished = publish(MemoryStore())
    inits = {rendition.rung: b"provisional" for rendition in finished.index.renditions}
    growing = GrowingAsset(MemoryStore(), finished.entry, finished.index, finished.contents, inits)
    growing.start(1)
    return growing


@pytest.fixture
async def client(asset: GrowingAsset) -> AsyncIterator[Client]:
    async with TestClient(
        TestServer(create_app(asset.store, reader=StoreReader(asset.store)))
    ) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/first-light.m3u8", "/first-light.json"])
async def test_a_date_from_before_the_end_gets_what_came_of_it(
    client: Client, asset: GrowingAsset, path: str
) -> None:
    """RFC 9110 §13.1.3; the entry was created long before, and its answer has no other date."""
    provisional = await client.get(path)
    since = {"If-Modified-Since": provisional.headers["Date"]}
    asset.finish()
    final = await client.get(path, headers=since)
    assert final.status == HTTPStatus.OK
    assert await final.read() != await provisional.read()


async def test_what_is_provisional_has_no_date_however_long_it_is(
    client: Client, asset: GrowingAsset
) -> None:
    """It becomes final while its entry stays."""
    entry = replace(asset.entry, provisional=True, changed_at="2026-01-02T03:04:05Z")
    asset.store.put(layout.entry_key(entry.playback_id), entry.to_json())
    assert "Last-Modified" not in (await client.get("/first-light.json")).headers
    asset.complete()
    assert "Last-Modified" not in (await client.get("/first-light.json")).headers


@pytest.mark.parametrize(("target_duration_s", "max_age_s"), [(6, 3), (7, 3), (11, 5)])
async def test_a_growing_playlist_is_kept_for_half_its_own_target_duration(
    asset: GrowingAsset, target_duration_s: int, max_age_s: int
) -> None:
    """RFC 8216 §6.3.4, before its end and after it."""
    other = replace(asset, index=replace(asset.index, target_duration_s=target_duration_s))
    other.start(1)
    app = create_app(other.store, reader=StoreReader(other.store))
    async with TestClient(TestServer(app)) as client:
        for finish in (None, other.finish):
            if finish is not None:
                finish()
            response = await client.get(PLAYLIST)
            assert f"#EXT-X-TARGETDURATION:{target_duration_s}\n" in await response.text()
            assert response.headers["Cache-Control"] == f"max-age={max_age_s}"
            multivariant = await client.get(MULTIVARIANT)
            assert multivariant.headers["Cache-Control"] == "max-age=3"


@pytest.mark.parametrize(
    "line", ["", "#EXT-X-TARGETDURATION:x", "#EXT-X-TARGETDURATION:" + "9" * 11]
)
async def test_a_playlist_that_tells_no_target_duration_is_kept_for_as_long_as_most(
    client: Client, asset: GrowingAsset, line: str
) -> None:
    playlist = f"#EXTM3U\n{line}\n#EXTINF:5.9,\n../x.m4s\n"
    asset.store.put(PLAYLIST.lstrip("/"), playlist.encode())
    assert (await client.get(PLAYLIST)).headers["Cache-Control"] == "max-age=3"


async def text(client: Client, path: str) -> str:
    response = await client.get(path)
    assert response.status == HTTPStatus.OK, path
    return await response.text()


async def test_the_first_segment_is_found_from_the_entry(
    client: Client, asset: GrowingAsset
) -> None:
    response = await client.get("/first-light.m3u8")
    assert response.headers["Cache-Control"] == "max-age=2"
    assert response.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert "Last-Modified" not in response.headers
    multivariant = parse_playlist(await response.read())
    assert isinstance(multivariant, MultivariantPlaylist)
    assert len(multivariant.variants) == 2
    for variant in multivariant.variants:
        url = response.url.join(URL(variant.uri))
        playlist = parse_playlist((await text(client, url.path)).encode())
        assert isinstance(playlist, MediaPlaylist)
        (segment,) = playlist.segments
        assert segment.init is not None
        assert await text(client, url.join(URL(segment.init.uri)).path) == "provisional"
        sound = await client.get(url.join(URL(segment.uri)).path)
        name = f"{variant.stable_variant_id}/00000.m4s"
        assert await sound.read() == asset.contents[name]


@pytest.mark.parametrize(
    ("path", "media_type", "cache_control"),
    [
        (PLAYLIST, "application/vnd.apple.mpegurl", "max-age=3"),
        (MULTIVARIANT, "application/vnd.apple.mpegurl", "max-age=3"),
        (INIT, "audio/mp4", "max-age=60"),
        (SEGMENT, "video/iso.segment", FOREVER),
    ],
)
async def test_what_is_there_already(
    client: Client, path: str, media_type: str, cache_control: str
) -> None:
    response = await client.get(path, headers=PLAIN)
    assert response.status == HTTPStatus.OK
    assert response.headers["Content-Type"] == media_type
    assert response.headers["Cache-Control"] == cache_control
    assert "asset-first-light-asset" in response.headers["Cache-Tag"].split(",")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    etag = response.headers["ETag"]
    again = await client.get(path, headers=PLAIN | {"If-None-Match": etag})
    assert (again.status, again.headers["ETag"]) == (HTTPStatus.NOT_MODIFIED, etag)
    head = await client.head(path, headers=PLAIN)
    assert head.headers["Content-Length"] == response.headers["Content-Length"]
    part = await client.get(path, headers=PLAIN | {"Range": "bytes=2-4", "If-Range": etag})
    assert part.status == HTTPStatus.PARTIAL_CONTENT
    assert await part.read() == (await response.read())[2:5]


async def test_a_segment_answers_alike_before_and_after(
    client: Client, asset: GrowingAsset
) -> None:
    def lasting(headers: dict[str, str]) -> dict[str, str]:
        passing = {"Date", "Cache-Status"}
        return {name: value for name, value in headers.items() if name not in passing}

    asks: list[dict[str, str]] = [{}, {"Range": "bytes=0-"}, {"Range": "bytes=9-1,"}]
    before = [await client.get(SEGMENT, headers=ask) for ask in asks]
    asset.finish()
    after = [await client.get(SEGMENT, headers=ask) for ask in asks]
    for early, late in zip(before, after, strict=True):
        assert early.status == late.status
        assert lasting(dict(early.headers)) == lasting(dict(late.headers))
        assert await early.read() == await late.read()


async def test_a_segment_that_has_gone_is_not_vouched_for(
    client: Client, asset: GrowingAsset
) -> None:
    first = await client.head(SEGMENT)
    again = await client.get(SEGMENT, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status, again.status) == (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED)
    asset.store.delete(SEGMENT.removeprefix("/"))
    for gone in (
        await client.get(SEGMENT),
        await client.head(SEGMENT),
        await client.get(SEGMENT, headers={"If-None-Match": first.headers["ETag"]}),
    ):
        assert gone.status == HTTPStatus.NOT_FOUND
        assert gone.headers["Cache-Control"] == "max-age=5"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("where", ["its record", "itself"])
async def test_a_segment_that_was_altered_on_its_way_is_never_given(
    client: Client, asset: GrowingAsset, where: str, method: str
) -> None:
    key = SEGMENT if where == "itself" else PLAYLIST.replace("playlist.m3u8", "00000.json")
    content = bytes(asset.store.get(key.removeprefix("/")).bytes())
    digest = asset.index.objects()["128k/00000.m4s"].sha256.encode()
    altered = content.replace(digest, digest[::-1]) if digest in content else content[::-1]
    assert altered != content
    asset.store.put(key.removeprefix("/"), altered)
    response = await client.request(method, SEGMENT)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    asset.store.put(key.removeprefix("/"), content)
    assert (await client.request(method, SEGMENT)).status == HTTPStatus.OK


async def test_a_segment_that_no_record_names_is_not_there_yet(
    client: Client, asset: GrowingAsset
) -> None:
    """The packager may still write another one in its place."""
    name = NEXT_SEGMENT.removeprefix("/")
    asset.store.put(name, b"what an earlier run left")
    early = await client.get(NEXT_SEGMENT)
    assert (early.status, early.headers["Cache-Control"]) == (HTTPStatus.NOT_FOUND, "max-age=5")
    asset.grow(2)
    response = await client.get(NEXT_SEGMENT)
    assert await response.read() == asset.contents["128k/00001.m4s"]


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b'{"segments":[],"packed":[]}'])
async def test_a_damaged_record_is_a_problem(
    client: Client, asset: GrowingAsset, damage: bytes
) -> None:
    asset.store.put("growing/first-light-asset/r1/128k/00000.json", damage)
    response = await client.get(SEGMENT)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.headers["Cache-Control"] == "no-store"


async def test_what_an_older_packager_made_has_no_artist_until_it_is_complete(
    client: Client, asset: GrowingAsset
) -> None:
    tag = artist_tag("The Synths")
    asset.store.delete("growing/first-light-asset/r1/credits.json")
    for path in (SEGMENT, PLAYLIST, INIT, MULTIVARIANT):
        early = await client.get(path)
        assert early.status == HTTPStatus.OK
        assert tag not in early.headers["Cache-Tag"].split(",")
    asset.finish()
    for path in (SEGMENT, PLAYLIST, INIT, MULTIVARIANT):
        assert tag in (await client.get(path)).headers["Cache-Tag"].split(",")


@pytest.mark.parametrize("path", [SEGMENT, PLAYLIST, INIT])
async def test_credits_that_cannot_be_read_are_a_problem(
    client: Client, asset: GrowingAsset, path: str
) -> None:
    """Caches would keep it for a year without a label."""
    asset.store.put("growing/first-light-asset/r1/credits.json", b"{")
    response = await client.get(path)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.headers["Cache-Control"] == "no-store"


async def test_the_last_initialization_section_is_held_against_the_index(
    client: Client, asset: GrowingAsset
) -> None:
    asset.finish()
    key = asset.entry.where.key("128k/init.mp4")
    asset.store.put(key, asset.contents["128k/init.mp4"][::-1])
    response = await client.get(INIT)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    asset.store.put(key, asset.contents["128k/init.mp4"])
    assert await (await client.get(INIT)).read() == asset.contents["128k/init.mp4"]


async def test_a_segment_that_is_not_there_yet_may_come_soon(
    client: Client, asset: GrowingAsset
) -> None:
    early = await client.get(NEXT_SEGMENT)
    assert early.status == HTTPStatus.NOT_FOUND
    assert early.headers["Cache-Control"] == "max-age=5"
    asset.grow(2)
    assert (await client.get(NEXT_SEGMENT)).status == HTTPStatus.OK


@pytest.mark.parametrize(
    "path",
    [
        "/media/first-light-asset/r1/128k/init.mp4",
        "/media/first-light-asset/r1/128k/playlist.m3u8",
        "/media/first-light-asset/r1/multivariant.m3u8",
        "/media/first-light-asset/r1/index.json",
        "/growing/first-light-asset/r1/withdrawn.json",
        "/growing/first-light-asset/r1/credits.json",
        "/growing/first-light-asset/r1/128k/00000.json",
        "/growing/first-light-asset/r1/64k/playlist.m3u8",
        "/growing/first-light-asset/r2/multivariant.m3u8",
        "/growing/first-light-asset/r1/128k/00000.m4s",
        "/growing/first-light-asset/r1/128k/",
    ],
)
async def test_what_is_not_for_players_or_not_there(
    client: Client, asset: GrowingAsset, path: str
) -> None:
    asset.store.put("media/first-light-asset/r1/128k/init.mp4", b"early")
    asset.store.put("growing/first-light-asset/r1/withdrawn.json", b"{}")
    response = await client.get(path)
    assert response.status == HTTPStatus.NOT_FOUND
    assert response.headers["Cache-Control"] == "max-age=5"


async def test_the_mpd_comes_with_completion(client: Client, asset: GrowingAsset) -> None:
    early = await client.get("/first-light.mpd")
    assert early.status == HTTPStatus.NOT_FOUND
    assert "still being prepared" in (await early.json())["detail"]
    asset.finish()
    assert (await client.get("/first-light.mpd")).status == HTTPStatus.OK


async def test_the_metadata_tell_what_is_known(client: Client, asset: GrowingAsset) -> None:
    response = await client.get("/first-light.json")
    assert response.headers["Cache-Control"] == "max-age=2"
    early = await response.json()
    assert early == {
        "playback_id": "first-light",
        "state": "preparing",
        "title": "First Light",
        "artist": "The Synths",
        "album": None,
        "duration_s": 17.972245,
        "samples": None,
        "sample_rate_hz": None,
        "channels": None,
        "loudness": {"integrated_lufs": None, "range_lu": None, "true_peak_dbtp": None},
        "replay_gain": {
            "track_gain_db": None,
            "track_peak": None,
            "album_gain_db": None,
            "album_peak": None,
        },
        "silence": None,
        "chapters": [],
        "chapters_json": None,
        "renditions": [
            {
                "rung": rung,
                "codec": "mp4a.40.2",
                "bandwidth_bps": bps * 6 // 5,
                "average_bandwidth_bps": bps,
                "bitrate_bps": bps,
            }
            for rung, bps in (("128k", 128_000), ("320k", 320_000))
        ],
        "hls": "first-light.m3u8",
        "packed_audio": None,
        "dash": None,
        "waveform": None,
        "artwork": [],
        "placeholder": None,
    }
    asset.finish()
    late = await (await client.get("/first-light.json")).json()
    assert late["state"] == "ready"
    assert late.keys() == early.keys()


async def test_the_listing_tells_what_is_being_prepared(
    client: Client, asset: GrowingAsset
) -> None:
    (early,) = (await (await client.get("/v1/assets")).json())["items"]
    asset.finish()
    (late,) = (await (await client.get("/v1/assets")).json())["items"]
    assert (early.pop("state"), late.pop("state")) == ("preparing", "ready")
    assert early == late


async def test_a_playlist_only_grows_to_its_end_also_where_nobody_ended_it(
    client: Client, asset: GrowingAsset
) -> None:
    first = await text(client, PLAYLIST)
    asset.grow(2)
    second = await text(client, PLAYLIST)
    assert second.startswith(first)
    assert second.count("#EXTINF") == 2
    asset.complete()  # the packager is killed before it ends its playlists
    third = await text(client, PLAYLIST)
    assert third.startswith(second)
    assert third.count("#EXTINF") == SEGMENTS
    assert third.endswith("#EXT-X-ENDLIST\n")
    asset.finish()
    asset.clean_up()
    assert await text(client, PLAYLIST) == third
    assert await text(client, PLAYLIST) == third


async def test_what_is_complete_plays_from_its_growing_addresses_too(
    client: Client, asset: GrowingAsset
) -> None:
    asset.finish()
    asset.clean_up()
    multivariant = parse_playlist((await text(client, MULTIVARIANT)).encode())
    assert isinstance(multivariant, MultivariantPlaylist)
    assert {variant.uri for variant in multivariant.variants} == {
        "128k/playlist.m3u8",
        "320k/playlist.m3u8",
    }
    for rung in ("128k", "320k"):  # a player may change to one that it has not asked for before
        assert (await text(client, PLAYLIST.replace("128k", rung))).count("#EXTINF") == SEGMENTS
        init = await client.get(INIT.replace("128k", rung))
        assert await init.read() == asset.contents[f"{rung}/init.mp4"]
    missing = await client.get(PLAYLIST.replace("128k", "64k"))
    assert missing.status == HTTPStatus.NOT_FOUND


async def test_a_revision_may_be_complete_before_its_entry_says_so(
    client: Client, asset: GrowingAsset
) -> None:
    asset.complete()
    asset.clean_up()
    response = await client.get("/first-light.m3u8")
    assert response.headers["Cache-Control"] == "max-age=2"
    assert "media/first-light-asset/r1/128k/playlist.m3u8" in await response.text()
    assert (await client.get("/first-light.mpd")).status == HTTPStatus.OK
    assert (await (await client.get("/first-light.json")).json())["state"] == "ready"


async def test_the_entry_turns_final_with_its_asset(client: Client, asset: GrowingAsset) -> None:
    before = await client.get("/first-light.m3u8")
    asset.finish()
    after = await client.get("/first-light.m3u8")
    assert after.headers["Cache-Control"].startswith("max-age=60")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert "growing" not in await after.text()


async def test_who_is_in_the_middle_of_what_is_withdrawn_hears_what_is_there(
    client: Client, asset: GrowingAsset
) -> None:
    asset.grow(2)
    asset.withdraw(2)
    for path in ("/first-light.m3u8", "/first-light.json", "/first-light.mpd"):
        gone = await client.get(path)
        assert gone.status == HTTPStatus.NOT_FOUND
        assert gone.headers["Cache-Control"] == "max-age=5"
    assert (await text(client, PLAYLIST)).endswith("00001.m4s\n#EXT-X-ENDLIST\n")
    assert (await client.get(NEXT_SEGMENT)).status == HTTPStatus.OK


@pytest.mark.parametrize("path", ["/first-light.m3u8", "/first-light.json"])
@pytest.mark.parametrize(
    "damage", [b"", b"\xff\xfe", b"#EXTM3U\n#EXT-X-TARGETDURATION:6\n", b"#EXTM3U\n"]
)
async def test_a_damaged_provisional_playlist_is_a_problem(
    client: Client, asset: GrowingAsset, damage: bytes, path: str
) -> None:
    asset.store.put("growing/first-light-asset/r1/multivariant.m3u8", damage)
    response = await client.get(path)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.headers["Cache-Control"] == "no-store"
    assert (await response.json())["code"] == "broken_object"

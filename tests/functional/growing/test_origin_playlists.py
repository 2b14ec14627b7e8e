"""Playlists, entries and metadata of an asset while it is packaged."""

from dataclasses import replace
from http import HTTPStatus

import pytest
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from manifests import layout
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from origin.app import create_app
from origin.stores.reader import StoreReader
from tests.functional.growing.origin import (
    FOREVER,
    INIT,
    MULTIVARIANT,
    PLAIN,
    PLAYLIST,
    SEGMENT,
    Client,
    text,
)
from tests.sources.growing_asset import PROVISIONAL_INIT, GrowingAsset


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
            assert response.headers["Cache-Control"] == f"max-age={max_age_s}, stale-if-error=30"
            multivariant = await client.get(MULTIVARIANT)
            assert multivariant.headers["Cache-Control"] == "max-age=3, stale-if-error=30"


@pytest.mark.parametrize(
    "line", ["", "#EXT-X-TARGETDURATION:x", "#EXT-X-TARGETDURATION:" + "9" * 11]
)
async def test_a_playlist_that_tells_no_target_duration_is_kept_for_as_long_as_most(
    client: Client, asset: GrowingAsset, line: str
) -> None:
    playlist = f"#EXTM3U\n{line}\n#EXTINF:5.9,\n../x.m4s\n"
    asset.store.put(PLAYLIST.lstrip("/"), playlist.encode())
    assert (await client.get(PLAYLIST)).headers["Cache-Control"] == "max-age=3, stale-if-error=30"


async def test_the_first_segment_is_found_from_the_entry(
    client: Client, asset: GrowingAsset
) -> None:
    response = await client.get("/first-light.m3u8")
    assert response.headers["Cache-Control"] == "max-age=2, stale-if-error=30"
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
        init = await client.get(url.join(URL(segment.init.uri)).path)
        assert await init.read() == PROVISIONAL_INIT
        sound = await client.get(url.join(URL(segment.uri)).path)
        name = f"{variant.stable_variant_id}/00000.m4s"
        assert await sound.read() == asset.contents[name]


@pytest.mark.parametrize(
    ("path", "media_type", "cache_control"),
    [
        (PLAYLIST, "application/vnd.apple.mpegurl", "max-age=3, stale-if-error=30"),
        (MULTIVARIANT, "application/vnd.apple.mpegurl", "max-age=3, stale-if-error=30"),
        (INIT, "audio/mp4", "max-age=60, stale-if-error=30"),
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


async def test_the_metadata_tell_what_is_known(client: Client, asset: GrowingAsset) -> None:
    response = await client.get("/first-light.json")
    assert response.headers["Cache-Control"] == "max-age=2, stale-if-error=30"
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

"""The end of an asset that grew, or its withdrawal."""

from http import HTTPStatus

import pytest
from aiohttp.test_utils import TestClient, TestServer

from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from origin.app import create_app
from origin.cache.tiered import TieredReader
from origin.stores.reader import StoreReader
from tests.functional.growing.origin import (
    INIT,
    MULTIVARIANT,
    NEXT_SEGMENT,
    PLAYLIST,
    SEGMENT,
    Client,
    text,
)
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import SEGMENTS


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


@pytest.mark.parametrize("is_held", [True, False])
async def test_what_is_complete_is_there_for_who_has_the_entry_though_many_listened(
    asset: GrowingAsset, *, is_held: bool
) -> None:
    """A 404 would be kept for a while by every cache."""
    reader = TieredReader(StoreReader(asset.store))
    async with TestClient(TestServer(create_app(asset.store, reader=reader))) as client:
        if is_held:
            await text(client, "/first-light.m3u8")
        for path in (PLAYLIST, NEXT_SEGMENT, SEGMENT):
            await client.get(path)
        asset.finish()
        for path in ("128k/playlist.m3u8", "128k/init.mp4", "128k/00001.m4s"):
            found = await client.get(f"/media/first-light-asset/r1/{path}")
            assert found.status == HTTPStatus.OK
        for form in ("m3u8", "json") if is_held else ("m3u8", "json", "mpd"):
            assert (await client.get(f"/first-light.{form}")).status == HTTPStatus.OK
    await reader.close()


async def test_the_mpd_comes_with_completion(client: Client, asset: GrowingAsset) -> None:
    early = await client.get("/first-light.mpd")
    assert early.status == HTTPStatus.NOT_FOUND
    assert "still being prepared" in (await early.json())["detail"]
    asset.finish()
    assert (await client.get("/first-light.mpd")).status == HTTPStatus.OK


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
    assert response.headers["Cache-Control"] == "max-age=2, stale-if-error=30"
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

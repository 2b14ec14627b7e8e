"""Segments of an asset while it is packaged: held against the records of their chunks."""

from http import HTTPStatus

import pytest

from cdn.tags import artist_tag
from tests.functional.growing.origin import (
    INIT,
    MULTIVARIANT,
    NEXT_SEGMENT,
    PLAYLIST,
    SEGMENT,
    Client,
)
from tests.sources.growing_asset import GrowingAsset


async def test_a_segment_answers_alike_before_and_after(
    client: Client, asset: GrowingAsset
) -> None:
    def lasting(headers: dict[str, str]) -> dict[str, str]:
        passing = {"Date", "Cache-Status", "CMSD-Static"}
        return {name: value for name, value in headers.items() if name not in passing}

    asks: list[dict[str, str]] = [{}, {"Range": "bytes=0-"}, {"Range": "bytes=9-1,"}]
    before = [await client.get(SEGMENT, headers=ask) for ask in asks]
    asset.finish()
    after = [await client.get(SEGMENT, headers=ask) for ask in asks]
    for early, late in zip(before, after, strict=True):
        assert early.status == late.status
        assert lasting(dict(early.headers)) == lasting(dict(late.headers))
        told = [set(each.headers["CMSD-Static"].split(",")) for each in (early, late)]
        assert told[0] <= told[1], "what is said of it early stays true, and more is known later"
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

"""What grows and comes damaged, from a store whose entity tags are no digests: a folder, Azure."""

import asyncio
from http import HTTPStatus

import pytest
from aiohttp.test_utils import TestClient, TestServer

from manifests.boxes.box import box
from origin.app import create_app
from tests.functional.growing.origin import INIT, MULTIVARIANT, PLAYLIST, SEGMENT, Client
from tests.sources.growing_asset import GrowingAsset

STALE_AFTER_S = 3.2
"""When what grows is read anew, at the latest."""
HALF = object()


@pytest.mark.long
@pytest.mark.long_unless("playlist.m3u8-half", "multivariant.m3u8-none", "init.mp4-other")
@pytest.mark.parametrize(
    "damage", [b"", HALF, b"<html>error</html>\n"], ids=["none", "half", "other"]
)
@pytest.mark.parametrize("path", [PLAYLIST, MULTIVARIANT, INIT])
async def test_what_is_damaged_replaces_nothing_that_was_good(
    asset: GrowingAsset, path: str, damage: bytes | object
) -> None:
    key = path.lstrip("/")
    good = bytes(asset.store.get(key).bytes())
    app = create_app(asset.store)
    async with TestClient(TestServer(app)) as client:
        assert await (await client.get(path)).read() == good
        asset.store.put(key, damage if isinstance(damage, bytes) else good[: len(good) // 2])
        await asyncio.sleep(STALE_AFTER_S)
        for _ in range(3):
            stale = await client.get(path)
            assert (stale.status, await stale.read()) == (HTTPStatus.OK, good)
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    "damage", [b"", HALF, b"<html>error</html>\n"], ids=["none", "half", "other"]
)
@pytest.mark.parametrize("path", [PLAYLIST, INIT])
async def test_what_is_damaged_from_the_beginning_is_nothing_to_keep(
    asset: GrowingAsset, path: str, damage: bytes | object
) -> None:
    key = path.lstrip("/")
    good = bytes(asset.store.get(key).bytes())
    asset.store.put(key, damage if isinstance(damage, bytes) else good[: len(good) // 2])
    async with TestClient(TestServer(create_app(asset.store))) as client:
        answer = await client.get(path)
        assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
        assert answer.headers["Cache-Control"] == "no-store"
        asset.store.put(key, good)
        assert await (await client.get(path)).read() == good


def lines(content: bytes, number: int) -> bytes:
    """Return the first lines of a playlist."""
    return b"".join(content.splitlines(keepends=True)[:number])


async def refused(client: Client, path: str) -> None:
    """Check that nobody is told to keep what is there."""
    answer = await client.get(path)
    assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_playlist_that_was_cut_before_its_first_segment_is_none(
    asset: GrowingAsset,
) -> None:
    key = PLAYLIST.lstrip("/")
    good = bytes(asset.store.get(key).bytes())
    async with TestClient(TestServer(create_app(asset.store))) as client:
        for number in range(1, good[: good.index(b"../")].count(b"\n") + 1):
            asset.store.put(key, lines(good, number))
            await refused(client, PLAYLIST)


@pytest.mark.parametrize("tag", ["#EXT-X-DISCONTINUITY", "#EXT-X-BYTERANGE:7@0", "#EXT-X-ENDL"])
async def test_a_playlist_that_was_cut_between_segments_is_none(
    asset: GrowingAsset, tag: str
) -> None:
    key = PLAYLIST.lstrip("/")
    asset.store.put(key, bytes(asset.store.get(key).bytes()) + f"{tag}\n".encode())
    async with TestClient(TestServer(create_app(asset.store))) as client:
        await refused(client, PLAYLIST)


async def test_zeros_in_a_playlist_are_none_of_its_lines(asset: GrowingAsset) -> None:
    key = PLAYLIST.lstrip("/")
    good = bytes(asset.store.get(key).bytes())
    asset.store.put(key, good[:-40] + bytes(30) + good[-10:])
    async with TestClient(TestServer(create_app(asset.store))) as client:
        await refused(client, PLAYLIST)


async def test_another_kind_of_playlist_is_not_taken_for_one(asset: GrowingAsset) -> None:
    one, other = PLAYLIST.lstrip("/"), MULTIVARIANT.lstrip("/")
    media, multivariant = (bytes(asset.store.get(key).bytes()) for key in (one, other))
    asset.store.put(one, multivariant)
    asset.store.put(other, media)
    async with TestClient(TestServer(create_app(asset.store))) as client:
        await refused(client, PLAYLIST)
        await refused(client, MULTIVARIANT)


@pytest.mark.parametrize("what", ["zeros", "segment", "first box", "zeros inside", "open end"])
async def test_boxes_alone_are_no_initialization_section(asset: GrowingAsset, what: str) -> None:
    key = INIT.lstrip("/")
    good = bytes(asset.store.get(key).bytes())
    middle = good.index(b"mdia")
    asset.store.put(
        key,
        {
            "zeros": bytes(len(good)),
            "segment": box("moof", b"") + box("mdat", bytes(asset.store.get(SEGMENT[1:]).bytes())),
            "first box": good[: int.from_bytes(good[:4], "big")],
            "zeros inside": good[:middle] + bytes(64) + good[middle + 64 :],
            "open end": bytes(4) + b"free" + good,
        }[what],
    )
    async with TestClient(TestServer(create_app(asset.store))) as client:
        await refused(client, INIT)

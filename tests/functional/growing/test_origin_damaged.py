"""What grows and comes damaged, from a store whose entity tags are no digests: a folder, Azure."""

import asyncio
from http import HTTPStatus

import pytest
from aiohttp.test_utils import TestClient, TestServer

from origin.app import create_app
from tests.functional.growing.origin import INIT, MULTIVARIANT, PLAYLIST
from tests.sources.growing_asset import GrowingAsset

STALE_AFTER_S = 3.2
"""When what grows is read anew, at the latest."""
HALF = object()
DAMAGED = pytest.mark.parametrize(
    "damage", [b"", HALF, b"<html>error</html>\n"], ids=["none", "half", "other"]
)


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

"""The origin of an asset that grows: addresses, and what is there."""

from http import HTTPStatus

from aiohttp.test_utils import TestClient
from aiohttp.web import Application, Request

Client = TestClient[Request, Application]

PLAIN = {"Accept-Encoding": "identity"}
FOREVER = "public, max-age=31536000, immutable"
PLAYLIST = "/growing/first-light-asset/r1/128k/playlist.m3u8"
INIT = "/growing/first-light-asset/r1/128k/init.mp4"
MULTIVARIANT = "/growing/first-light-asset/r1/multivariant.m3u8"
SEGMENT = "/media/first-light-asset/r1/128k/00000.m4s"
NEXT_SEGMENT = "/media/first-light-asset/r1/128k/00001.m4s"


async def text(client: Client, path: str) -> str:
    response = await client.get(path)
    assert response.status == HTTPStatus.OK, path
    return await response.text()

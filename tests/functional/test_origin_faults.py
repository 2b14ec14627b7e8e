"""What a player sees when the store is down, slow, damaged or lying: a problem, never a lie."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import HTTPStore, LocalStore
from structlog.testing import capture_logs

from origin.app import create_app
from origin.circuit import FAILURES_MAX
from origin.stores.patience import HURRIED_S
from tests.sources.published import PublishedAsset, publish

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def asset(tmp_path: Path) -> PublishedAsset:
    return publish(LocalStore(tmp_path))


@pytest.fixture
async def client(tmp_path: Path, asset: PublishedAsset) -> AsyncIterator[Client]:
    del asset
    async with TestClient(TestServer(create_app(LocalStore(tmp_path)))) as opened:
        yield opened


@pytest.fixture
def silent_store() -> Iterator[HTTPStore]:
    """A store behind a server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield _http_store(listener.getsockname()[1])


def _http_store(port: int) -> HTTPStore:
    return HTTPStore(f"http://127.0.0.1:{port}/", client_options={"allow_http": True})


@pytest.mark.parametrize("path", ["/first-light.m3u8", "/media/a/b/128k/00000.m4s", "/readyz"])
async def test_a_slow_store_is_given_up_on(silent_store: HTTPStore, path: str) -> None:
    app = create_app(silent_store, store_timeout_s=0.2)
    async with TestClient(TestServer(app)) as client:
        with capture_logs() as events:
            response = await client.get(path)
        assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Retry-After"] == "2"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert (await response.json())["code"] == "store_unavailable"
    assert [event["event"] for event in events] == ["store_unavailable"]


async def test_a_store_that_refuses_connections(unused_tcp_port: int) -> None:
    app = create_app(_http_store(unused_tcp_port), store_timeout_s=0.3)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/first-light.m3u8")
        assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
        assert (await client.get("/healthz")).status == HTTPStatus.OK


async def test_nobody_waits_long_for_a_store_that_has_failed(
    tmp_path: Path, asset: PublishedAsset, unused_tcp_port: int
) -> None:
    app = create_app(_http_store(unused_tcp_port), store_timeout_s=3.0)
    loop = asyncio.get_running_loop()

    async def ask(number: int) -> tuple[int, float]:
        begun_s = loop.time()
        response = await asking.get(f"/track-{number}.m3u8")
        return response.status, loop.time() - begun_s

    async with TestClient(TestServer(app)) as asking:
        at_first = await asyncio.gather(*map(ask, range(FAILURES_MAX)))
        assert {status for status, _ in at_first} == {HTTPStatus.SERVICE_UNAVAILABLE}
        assert min(took_s for _, took_s in at_first) > HURRIED_S
        then = await asyncio.gather(*map(ask, range(20)))
        assert {status for status, _ in then} == {HTTPStatus.SERVICE_UNAVAILABLE}
        assert max(took_s for _, took_s in then) < 2 * HURRIED_S
        there = web.Application()
        there.router.add_static("/", tmp_path)
        async with TestServer(there, port=unused_tcp_port), asyncio.timeout(10):
            while (await asking.get(f"/{asset.entry.playback_id}.m3u8")).status != HTTPStatus.OK:  # noqa: ASYNC110 no one tells
                await asyncio.sleep(0.1)


async def test_a_segment_that_is_gone(
    client: Client, asset: PublishedAsset, tmp_path: Path
) -> None:
    (tmp_path / asset.entry.where.key("128k/00000.m4s")).unlink()
    response = await client.get(f"{asset.path}/128k/00000.m4s")
    assert response.status == HTTPStatus.NOT_FOUND
    assert response.headers["Cache-Control"] == "max-age=5"


@pytest.mark.parametrize("range_header", [None, "bytes=90000-95999"])
@pytest.mark.parametrize("change", ["shorter", "empty"])
async def test_a_segment_of_another_size_is_never_sent_as_the_published_one(
    client: Client, asset: PublishedAsset, tmp_path: Path, change: str, range_header: str | None
) -> None:
    path = tmp_path / asset.entry.where.key("128k/00000.m4s")
    path.write_bytes(path.read_bytes()[:95_000] if change == "shorter" else b"")
    headers = {"Range": range_header} if range_header else {}
    response = await client.get(f"{asset.path}/128k/00000.m4s", headers=headers)
    assert response.status in {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE}
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


@pytest.mark.parametrize(
    "place",
    [
        ("entry/first-light.json", "/first-light.m3u8"),
        ("{revision}/index.json", "/first-light.json"),
        ("{revision}/index.json", "{media}/128k/00000.m4s"),
        ("{revision}/multivariant.m3u8", "/first-light.m3u8"),
        ("{revision}/manifest.mpd", "/first-light.mpd"),
    ],
)
@pytest.mark.parametrize("damage", [b"", b"\xff\xfe{", b"{}", b'{"schema":99}', b"#EXTM3U\n"])
async def test_damaged_documents(
    client: Client, asset: PublishedAsset, tmp_path: Path, place: tuple[str, str], damage: bytes
) -> None:
    key, path = place
    (tmp_path / key.format(revision=asset.entry.where.prefix)).write_bytes(damage)
    response = await client.get(path.format(media=asset.path))
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.headers["Cache-Control"] == "no-store"
    assert (await response.json())["code"] == "broken_object"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("128k/00001.m4s", "/media/first-light-asset/r1/128k/00001.m4s"),
        ("multivariant.m3u8", "/first-light.m3u8"),
        ("128k/init.mp4", "/growing/first-light-asset/r1/128k/init.mp4"),
    ],
)
async def test_an_index_that_was_altered_once_is_not_believed_for_good(
    client: Client, asset: PublishedAsset, tmp_path: Path, name: str, path: str
) -> None:
    index = tmp_path / asset.entry.where.key("index.json")
    digest = asset.index.objects()[name].sha256.encode()
    index.write_bytes(asset.index.to_json().replace(digest, digest[::-1]))
    assert (await client.get(path)).status == HTTPStatus.INTERNAL_SERVER_ERROR
    index.write_bytes(asset.index.to_json())
    async with asyncio.timeout(10):
        while (await client.get(path)).status != HTTPStatus.OK:  # noqa: ASYNC110 nothing tells
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("name", "path"),
    [("multivariant.m3u8", "/first-light.m3u8"), ("manifest.mpd", "/first-light.mpd")],
)
async def test_a_document_that_is_another_and_can_be_read(
    client: Client, asset: PublishedAsset, tmp_path: Path, name: str, path: str
) -> None:
    """It is held against the index, and given once it is as published again."""
    file = tmp_path / asset.entry.where.key(name)
    published = file.read_bytes()
    file.write_bytes(published.replace(b"128000", b"127000"))
    assert file.read_bytes() != published
    response = await client.get(path)
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert response.headers["Cache-Control"] == "no-store"
    file.write_bytes(published)
    assert (await client.get(path)).status == HTTPStatus.OK


async def test_a_media_playlist_in_place_of_the_multivariant_one(
    client: Client, asset: PublishedAsset, tmp_path: Path
) -> None:
    media_playlist = asset.contents["128k/playlist.m3u8"]
    (tmp_path / asset.entry.where.key("multivariant.m3u8")).write_bytes(media_playlist)
    response = await client.get("/first-light.m3u8")
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR


async def test_an_entry_of_absurd_size_is_not_read(client: Client, tmp_path: Path) -> None:
    with (tmp_path / "entry/first-light.json").open("wb") as file:
        file.truncate(1 << 30)
    response = await client.get("/first-light.m3u8")
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR


async def test_an_unexpected_error_is_logged_and_not_told(tmp_path: Path) -> None:
    async def fail(_request: web.Request) -> web.Response:
        raise RuntimeError("a secret of ours")

    app = create_app(LocalStore(tmp_path))
    app.router.add_get("/fail", fail)
    async with TestClient(TestServer(app)) as client:
        with capture_logs() as events:
            response = await client.get("/fail")
        document = await response.text()
    assert response.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "secret" not in document
    assert json.loads(document)["title"] == "Internal Server Error"
    assert [event["event"] for event in events] == ["unexpected error"]


async def test_other_errors_of_the_framework_are_problems_too(tmp_path: Path) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        raise web.HTTPRequestEntityTooLarge(max_size=1, actual_size=2)

    async def move(_request: web.Request) -> web.Response:
        raise web.HTTPFound("/healthz")

    app = create_app(LocalStore(tmp_path))
    app.router.add_get("/refuse", refuse)
    app.router.add_get("/move", move)
    async with TestClient(TestServer(app)) as client:
        refused = await client.get("/refuse")
        assert refused.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert refused.headers["Content-Type"] == "application/problem+json"
        moved = await client.get("/move", allow_redirects=False)
        assert moved.headers["Location"] == "/healthz"

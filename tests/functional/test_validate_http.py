"""``soundbridge validate`` over HTTP: our own origin, and servers that do it wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from obstore.store import LocalStore

from origin.app import create_app
from origin.inspection.report import Report
from origin.inspection.target import inspect_target
from tests.sources.audio import excerpt
from tests.sources.package import InFolder, package_into

SAMPLES = 600_007
MPEGURL = "application/vnd.apple.mpegurl"
TYPES = {".m3u8": MPEGURL, ".mp4": "audio/mp4", ".m4s": "video/iso.segment"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Start = Callable[[Handler], Awaitable[TestServer]]


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    source = excerpt(tmp_path_factory.mktemp("source") / "music.wav", samples=SAMPLES)
    return package_into(tmp_path_factory.mktemp("store"), source)


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start servers that answer with one handler, and stop them after the test."""
    servers: list[TestServer] = []

    async def start_one(handler: Handler) -> TestServer:
        app = web.Application()
        app.router.add_get("/{path:.*}", handler)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return server

    yield start_one
    for server in servers:
        await server.close()


def serving(folder: Path) -> Handler:
    """Return a handler that sends a folder as it should be sent."""

    async def handle(request: web.Request) -> web.StreamResponse:
        path = folder / request.match_info["path"]
        if not path.is_file():
            raise web.HTTPNotFound
        response = web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix])
        if path.suffix == ".m3u8":
            response.enable_compression()
        return response

    return handle


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


async def test_nothing_is_found_at_our_own_origin(packaged: InFolder) -> None:
    store = LocalStore(packaged.folder.parents[2])
    async with TestServer(create_app(store)) as server:
        report = await inspect_target(str(server.make_url("/playback.m3u8")))
    assert report.findings == ()
    assert report.sentence() == "No findings in 3 renditions, 9 segments."
    assert report.checked[0].uri.endswith("/playback.m3u8")


async def test_wrong_types_and_no_compression_are_found(packaged: InFolder, start: Start) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        body = (packaged.folder / request.match_info["path"]).read_bytes()
        return web.Response(body=body + b"\n" * 1500 if b"#EXTM3U" in body else body)

    server = await start(handle)
    report = await inspect_target(str(server.make_url("/multivariant.m3u8")))
    assert rules(report) == {"HTTP-PLAYLIST-TYPE", "HTTP-PLAYLIST-UNCOMPRESSED", "HTTP-MEDIA-TYPE"}


async def test_redirected_segments_are_found(packaged: InFolder, start: Start) -> None:
    target = await start(serving(packaged.folder))

    async def handle(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(target.make_url(request.path))

    moved = await start(handle)
    url = str(moved.make_url("/multivariant.m3u8"))
    # A redirected playlist is fine, and what it names is relative to where it really is.
    assert (await inspect_target(url)).findings == ()

    async def segments_move(request: web.Request) -> web.StreamResponse:
        if request.path.endswith(".m4s"):
            raise web.HTTPFound(target.make_url(request.path))
        return await serving(packaged.folder)(request)

    server = await start(segments_move)
    report = await inspect_target(str(server.make_url("/multivariant.m3u8")))
    assert rules(report) == {"HTTP-MEDIA-REDIRECT"}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (web.HTTPNotFound, "the server answered 404 Not Found"),
        (web.HTTPServiceUnavailable, "the server answered 503 Service Unavailable"),
    ],
)
async def test_refusals_are_told(
    start: Start, answer: type[web.HTTPException], problem: str
) -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        raise answer

    server = await start(handle)
    (finding,) = (await inspect_target(str(server.make_url("/a.m3u8")))).findings
    assert finding.rule == "URI-UNREADABLE"
    assert finding.message == f"this playlist cannot be read: {problem}"


async def test_endless_redirects_end(start: Start) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.path + "x")

    server = await start(handle)
    assert rules(await inspect_target(str(server.make_url("/a.m3u8")))) == {"URI-UNREADABLE"}


async def test_an_endless_body_is_cut_off(start: Start) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": MPEGURL})
        await response.prepare(request)
        while True:
            await response.write(b"#" * (1 << 20))

    server = await start(handle)
    (finding,) = (await inspect_target(str(server.make_url("/a.m3u8")))).findings
    assert finding.message.endswith("it is larger than 32 MiB")


async def test_a_compression_bomb_is_cut_off(start: Start) -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        response = web.Response(body=b"#" * (64 << 20), content_type=MPEGURL)
        response.enable_compression()
        return response

    server = await start(handle)
    (finding,) = (await inspect_target(str(server.make_url("/a.m3u8")))).findings
    assert finding.rule == "URI-UNREADABLE"


async def test_a_body_that_breaks_off_is_told(start: Start) -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"#EXTM3U")
        assert request.transport is not None
        request.transport.close()
        return response

    server = await start(handle)
    assert rules(await inspect_target(str(server.make_url("/a.m3u8")))) == {"URI-UNREADABLE"}


@pytest.mark.parametrize(
    "uri", ["file:///etc/passwd", "data:,a", "ftp://a.example/1", "http://[::1"]
)
async def test_a_playlist_leads_to_http_alone(packaged: InFolder, start: Start, uri: str) -> None:
    text = packaged.playlist("128k").read_text().replace("00001.m4s", uri)
    good = serving(packaged.folder / "128k")

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/playlist.m3u8":
            return web.Response(text=text, content_type=MPEGURL)
        return await good(request)

    server = await start(handle)
    report = await inspect_target(str(server.make_url("/playlist.m3u8")))
    assert rules(report) == {"URI-REFUSED"}


async def test_no_server_is_a_finding() -> None:
    server = TestServer(web.Application())
    await server.start_server()
    url = str(server.make_url("/a.m3u8"))
    await server.close()
    (finding,) = (await inspect_target(url)).findings
    assert "there is no connection to 127.0.0.1:" in finding.message


async def test_query_parameters_become_variables(packaged: InFolder, start: Start) -> None:
    text = packaged.playlist("128k").read_text().replace("\n00001.m4s", "\n{$n}1.m4s")
    text = text.replace("VERSION:6", 'VERSION:11\n#EXT-X-DEFINE:QUERYPARAM="n"')
    good = serving(packaged.folder / "128k")

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/playlist.m3u8":
            return web.Response(text=text, content_type=MPEGURL)
        return await good(request)

    server = await start(handle)
    whole = await inspect_target(str(server.make_url("/playlist.m3u8?n=0000")))
    assert whole.findings == ()
    assert rules(await inspect_target(str(server.make_url("/playlist.m3u8")))) == {"HLS-SYNTAX"}


async def test_byte_ranges_are_asked_for(packaged: InFolder, start: Start) -> None:
    folder = packaged.folder / "128k"
    names = [f"0000{number}.m4s" for number in range(3)]
    parts = [(folder / name).read_bytes() for name in names]
    text = packaged.playlist("128k").read_text()
    at = 0
    for name, part in zip(names, parts, strict=True):
        text = text.replace(name, f"#EXT-X-BYTERANGE:{len(part)}@{at}\nall.mp4")
        at += len(part)
    whole = b"".join(parts)
    mode = "right"

    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/playlist.m3u8":
            return web.Response(text=text, content_type=MPEGURL)
        if request.path != "/all.mp4":
            return await serving(folder)(request)
        part = whole[request.http_range]
        if mode == "ignored":
            return web.Response(body=whole, content_type="audio/mp4")
        body = part if mode == "right" else part[:-1]
        return web.Response(status=206, body=body, content_type="audio/mp4")

    server = await start(handle)
    url = str(server.make_url("/playlist.m3u8"))
    assert (await inspect_target(url)).findings == ()
    mode = "ignored"
    ignored = await inspect_target(url)
    assert rules(ignored) == {"URI-UNREADABLE"}
    assert "ignored the byte range" in ignored.findings[0].message
    mode = "short"
    assert rules(await inspect_target(url)) == {"URI-UNREADABLE"}

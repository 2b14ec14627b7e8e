"""RFC 9110 on the wire: what the origin answers, byte by byte, without a client that forgives."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp.test_utils import BaseTestServer, TestServer
from multidict import CIMultiDict
from obstore.store import MemoryStore

from origin.app import create_app
from tests.sources.published import PublishedAsset, publish

SEGMENT = "128k/00001.m4s"


@dataclass(frozen=True)
class Answer:
    """A response as it came; ``body`` is everything up to the close of the connection."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


@dataclass
class Origin:
    """A running origin with one asset."""

    server: BaseTestServer
    asset: PublishedAsset
    content: bytes = field(init=False)
    path: str = field(init=False)
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        self.content = self.asset.contents[SEGMENT]
        self.path = f"{self.asset.path}/{SEGMENT}"
        self.etag = f'"{self.asset.index.objects()[SEGMENT].sha256}"'

    async def ask(self, method: str, path: str, *headers: str) -> Answer:
        """Send one request and read until the origin closes."""
        lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]
        return await self.send("\r\n".join(lines).encode())

    async def send(self, data: bytes) -> Answer:
        """Send bytes and read until the origin closes."""
        assert self.server.port is not None
        reader, writer = await asyncio.open_connection(self.server.host, self.server.port)
        try:
            writer.write(data)
            async with asyncio.timeout(10):
                received = await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()
        head, _, body = received.partition(b"\r\n\r\n")
        status_line, *lines = head.decode().split("\r\n")
        headers: CIMultiDict[str] = CIMultiDict()
        for line in lines:
            name, _, value = line.partition(": ")
            headers.add(name, value)
        assert len(set(headers)) == len(lines), "a header came twice"
        return Answer(int(status_line.split()[1]), headers, body)


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    store = MemoryStore()
    asset = publish(store)
    async with TestServer(create_app(store)) as server:
        yield Origin(server, asset)


def without(headers: CIMultiDict[str], *names: str) -> CIMultiDict[str]:
    kept = headers.copy()
    for name in names:
        kept.popall(name, None)
    return kept


@pytest.mark.parametrize(
    "path",
    ["/first-light.m3u8", "/first-light.json", "/v1/assets", "/healthz", "/missing.m3u8"],
)
@pytest.mark.parametrize("accept_encoding", ["identity", "gzip"])
async def test_head_is_get_without_content(origin: Origin, path: str, accept_encoding: str) -> None:
    """§9.3.2."""
    get = await origin.ask("GET", path, f"Accept-Encoding: {accept_encoding}")
    head = await origin.ask("HEAD", path, f"Accept-Encoding: {accept_encoding}")
    assert head.status == get.status
    assert without(head.headers, "Date") == without(get.headers, "Date")
    assert head.body == b""
    assert int(get.headers["Content-Length"]) == len(get.body)


async def test_head_of_a_segment_ignores_ranges(origin: Origin) -> None:
    """§14.2: Range is defined for GET alone."""
    answer = await origin.ask("HEAD", origin.path, "Range: bytes=0-9")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(origin.content))


@pytest.mark.parametrize(
    ("range_header", "start", "stop"),
    [("bytes=0-", 0, None), ("bytes=5-9", 5, 10), ("bytes=-7", -7, None)],
)
async def test_a_part(origin: Origin, range_header: str, start: int, stop: int | None) -> None:
    """§15.3.7.1: 206 has what 200 would have had, and Content-Range."""
    whole = await origin.ask("GET", origin.path)
    part = await origin.ask("GET", origin.path, f"Range: {range_header}")
    expected = origin.content[start:stop]
    first = origin.content.index(expected)
    size = len(origin.content)
    assert (part.status, part.body) == (206, expected)
    assert part.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{size}"
    assert part.headers["Content-Length"] == str(len(expected))
    changed = ("Date", "Content-Range", "Content-Length")
    assert without(part.headers, *changed) == without(whole.headers, *changed)


async def test_several_parts(origin: Origin) -> None:
    """§15.3.7.2: no Content-Range of its own; each part has one."""
    answer = await origin.ask("GET", origin.path, "Range: bytes=0-3,10-11,-2")
    assert answer.status == 206
    assert "Content-Range" not in answer.headers
    match = re.fullmatch("multipart/byteranges; boundary=(.+)", answer.headers["Content-Type"])
    assert match is not None
    parts = answer.body.split(b"--" + match[1].encode())
    contents = [part.partition(b"\r\n\r\n")[2][:-2] for part in parts[1:-1]]
    assert contents == [origin.content[:4], origin.content[10:12], origin.content[-2:]]
    assert parts[-1] == b"--\r\n"


async def test_a_range_that_does_not_exist(origin: Origin) -> None:
    """§15.5.17."""
    answer = await origin.ask("GET", origin.path, f"Range: bytes={len(origin.content)}-")
    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(origin.content)}"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_range_of_a_compressed_playlist_is_of_its_compressed_bytes(origin: Origin) -> None:
    """§14.2: ranges are of the selected representation."""
    path = "/first-light.m3u8"
    whole = await origin.ask("GET", path, "Accept-Encoding: gzip")
    first = await origin.ask("GET", path, "Accept-Encoding: gzip", "Range: bytes=0-19")
    rest = await origin.ask(
        "GET",
        path,
        "Accept-Encoding: gzip",
        "Range: bytes=20-",
        f"If-Range: {whole.headers['ETag']}",
    )
    plain = await origin.ask("GET", path)
    assert first.body + rest.body == whole.body
    assert gzip.decompress(first.body + rest.body) == plain.body
    assert plain.headers["ETag"] not in {whole.headers["ETag"], rest.headers["ETag"]}


@pytest.mark.parametrize(
    ("if_range", "status"),
    [("{etag}", 206), ('"stale"', 200), ("W/{etag}", 200), ("Fri, 02 Jan 2026 03:04:05 GMT", 200)],
)
async def test_if_range(origin: Origin, if_range: str, status: int) -> None:
    """§13.1.5."""
    condition = f"If-Range: {if_range.format(etag=origin.etag)}"
    answer = await origin.ask("GET", origin.path, "Range: bytes=0-3", condition)
    assert answer.status == status
    assert answer.body == (origin.content[:4] if status == 206 else origin.content)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_not_modified(origin: Origin, method: str) -> None:
    """§15.4.5: the headers that 200 would have had, and no content."""
    whole = await origin.ask("GET", "/first-light.m3u8")
    etag = whole.headers["ETag"]
    answer = await origin.ask(
        method,
        "/first-light.m3u8",
        'If-None-Match: "a"',
        f"If-None-Match: W/{etag}",
        "Range: bytes=0-3",
    )
    assert (answer.status, answer.body) == (304, b"")
    kept = {"ETag", "Cache-Control", "CDN-Cache-Control", "Vary", "Last-Modified", "Cache-Tag"}
    assert {name: answer.headers[name] for name in kept} == {
        name: whole.headers[name] for name in kept
    }
    for name in ("Content-Type", "Content-Length", "Content-Encoding"):
        assert name not in answer.headers


async def test_not_modified_since(origin: Origin) -> None:
    """§13.1.3, on the entry, which has a date; segments have none."""
    since = "If-Modified-Since: Sat, 03 Jan 2026 00:00:00 GMT"
    assert (await origin.ask("GET", "/first-light.m3u8", since)).status == 304
    assert (await origin.ask("GET", origin.path, since)).status == 200


async def test_precondition_failed(origin: Origin) -> None:
    """§15.5.13, before any range."""
    answer = await origin.ask("GET", origin.path, 'If-Match: "stale"', "Range: bytes=0-3")
    assert answer.status == 412
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
async def test_other_methods(origin: Origin, method: str) -> None:
    """§15.5.6."""
    answer = await origin.ask(method, origin.path, "Content-Length: 0")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_options(origin: Origin) -> None:
    """§9.3.7."""
    answer = await origin.ask("OPTIONS", origin.path)
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert (await origin.ask("OPTIONS", "/nowhere/at/all")).status == 404


@pytest.mark.parametrize("path", ["{path}", "/nowhere/at/all"])
async def test_preflight(origin: Origin, path: str) -> None:
    """Fetch §3.2.2; no Vary, so that one answer serves every site."""
    answer = await origin.ask(
        "OPTIONS",
        path.format(path=origin.path),
        "Origin: https://player.example",
        "Access-Control-Request-Method: GET",
        "Access-Control-Request-Headers: range",
    )
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert "Range" in answer.headers["Access-Control-Allow-Headers"].split(", ")
    assert "Vary" not in answer.headers


async def test_scripts_may_read_what_players_need(origin: Origin) -> None:
    answer = await origin.ask("GET", origin.path, "Origin: https://player.example")
    exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert {"Content-Length", "Content-Range", "ETag", "Date"} <= exposed
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Vary" not in answer.headers


@pytest.mark.parametrize(
    "target",
    [
        "/media/first-light-asset/r1/index.json",
        "/media/first-light-asset/r1/128k/../index.json",
        "/media/first-light-asset/r1/../r1/multivariant.m3u8",
        "/media/../entry/first-light.json",
        "/entry/first-light.json",
        "/media/first-light-asset/r1/%2e%2e/r1/multivariant.m3u8",
        "/media/first-light-asset/r1/128k%2f00001.m4s",
        "/media/first-light-asset%2fr1/multivariant.m3u8",
        "/media/first-light-asset/r1/multivariant.m3u8%00",
        "/media/first-light-asset/r1//multivariant.m3u8",
        "//media/first-light-asset/r1/multivariant.m3u8",
        "/media/first-light-asset/r1/multivariant.m3u8/",
        "/media/FIRST-LIGHT-ASSET/r1/multivariant.m3u8",
        "/media/first-light-asset/r2/multivariant.m3u8",
        "/media/first-light-asset/r1/128k/00099.m4s",
        "/media/first-light-asset/r1/artwork-999.jpg",
        "/first-light.m3u8/",
        "/First-Light.m3u8",
        "/.m3u8",
        "/-.m3u8",
        "/" + "a" * 65 + ".m3u8",
        "/..%2f..%2fetc/passwd",
        "/missing.mpd",
        "/missing.json",
    ],
)
async def test_what_is_not_an_address_is_not_found(origin: Origin, target: str) -> None:
    answer = await origin.ask("GET", target)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "max-age=5"
    assert b"first-light-asset" not in answer.body


@pytest.mark.parametrize("target", ["/first-light%2em3u8", "/%66irst-light.m3u8"])
async def test_escapes_of_unreserved_characters_mean_the_same_address(
    origin: Origin, target: str
) -> None:
    """RFC 3986 §6.2.2.2."""
    plain = await origin.ask("GET", "/first-light.m3u8")
    same = await origin.ask("GET", target)
    assert (same.status, same.body) == (plain.status, plain.body)


async def test_a_query_does_not_change_what_is_served(origin: Origin) -> None:
    """CMCD travels there."""
    answer = await origin.ask("GET", f"{origin.path}?CMCD=br%3D128%2Csid%3D%22x%22")
    assert (answer.status, answer.body) == (200, origin.content)


@pytest.mark.parametrize(
    "data",
    [
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost : y\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /healthz HTTP/9.9.9\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
    ids=["space before colon", "folded", "long target", "long field", "lengths", "version", "TLS"],
)
async def test_nonsense_is_refused(origin: Origin, data: bytes) -> None:
    """RFC 9112 §2.2, §5, §6.3."""
    answer = await origin.send(data)
    assert answer.status in {400, 414, 431}


@pytest.mark.parametrize("hosts", [b"", b"Host: x\r\nHost: y\r\n"], ids=["none", "two"])
async def test_one_host(origin: Origin, hosts: bytes) -> None:
    """RFC 9112 §3.2."""
    data = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + hosts + b"\r\n"
    assert (await origin.send(data)).status == 400


async def test_http_1_0_needs_no_host(origin: Origin) -> None:
    answer = await origin.send(f"GET {origin.path} HTTP/1.0\r\n\r\n".encode())
    assert (answer.status, answer.body) == (200, origin.content)


async def test_a_target_in_absolute_form(origin: Origin) -> None:
    """RFC 9112 §3.2.2."""
    answer = await origin.ask("GET", f"http://elsewhere.example{origin.path}")
    assert (answer.status, answer.body) == (200, origin.content)


async def test_options_of_the_server(origin: Origin) -> None:
    """§9.3.7."""
    assert (await origin.ask("OPTIONS", "*")).status in {204, 404}


async def test_a_connection_serves_many_requests(origin: Origin) -> None:
    """RFC 9112 §9.3, pipelined."""
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await origin.send(request * 3 + last)
    assert answer.body.count(b"HTTP/1.1 200 OK") == 3

"""RFC 9110 §13 to §15 on the wire: a representation is sent whole, in part, or not at all."""

import gzip
import re

import pytest

from tests.conformance.wire import Origin, without


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
    changed = ("Date", "Cache-Status", "Content-Range", "Content-Length")
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


@pytest.mark.parametrize("path", ["/first-light.m3u8", "/"])
async def test_each_coding_has_a_strong_tag_of_its_own(origin: Origin, path: str) -> None:
    """§8.8.3.3: it is the tag of no other, in conditions and in If-Range."""
    codings = ["identity", "gzip", "br", "zstd"]
    tags = {
        coding: (await origin.ask("GET", path, f"Accept-Encoding: {coding}")).headers["ETag"]
        for coding in codings
    }
    assert len(set(tags.values())) == len(codings)
    for coding in codings:
        for other, tag in tags.items():
            asked = ("GET", path, f"Accept-Encoding: {coding}")
            same = await origin.ask(*asked, f"If-None-Match: {tag}")
            assert same.status == (304 if coding == other else 200)
            part = await origin.ask(*asked, "Range: bytes=0-3", f"If-Range: {tag}")
            assert part.status == (206 if coding == other else 200)


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

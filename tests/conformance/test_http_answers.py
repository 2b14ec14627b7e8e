"""RFC 9110 §13, §14 and RFC 9111 §5 on the wire, by section: what an origin must say to what.

Each row is a request for a segment (``/s``), for an entry, which has a date (``/e``), for the page
(``/``), which the hot path knows by heart, or for nothing (``/n``); the status of its answer; and
header fields that it has, or has not (None). ``wire.check`` looks at what all of them owe.
"""

from dataclasses import dataclass
from typing import Final

import pytest

from tests.conformance.wire import Answer, Origin

PLACES: Final = {"/e": "/first-light.m3u8", "/n": "/missing.m3u8", "/": "/"}
MODIFIED: Final = "Fri, 02 Jan 2026 03:06:00 GMT"
BEFORE, AFTER = "Fri, 02 Jan 2026 03:05:59 GMT", "Fri, 02 Jan 2026 03:06:01 GMT"
NINE = ", ".join(f"{n}-{n}" for n in range(0, 18, 2))


@dataclass(frozen=True)
class Row:
    """``{etag}`` in a request's fields stands for the entity tag of what it asks for."""

    section: str
    request: str
    fields: tuple[str, ...]
    status: int
    has: tuple[tuple[str, str | None], ...] = ()

    def __str__(self) -> str:
        return f"§{self.section} {self.request} {', '.join(self.fields)} -> {self.status}"[:120]


def row(section: str, request: str, *fields: str, to: int, **has: str | None) -> Row:
    named = tuple((name.replace("_", "-"), value) for name, value in has.items())
    return Row(section, request, fields, to, named)


CONDITIONS = [
    # If-Match: strong, any of a list, or whatever there is; else 412 and nothing done.
    row("13.1.1", "GET /s", "If-Match: {etag}", to=200),
    row("13.1.1", "GET /s", "If-Match: *", to=200),
    row("13.1.1", "GET /s", 'If-Match: "a", {etag}', to=200),
    row("13.1.1", "GET /s", 'If-Match: "a"', "If-Match: {etag}", to=200),
    row("13.1.1", "GET /s", "If-Match: W/{etag}", to=412),
    row("13.1.1", "GET /s", 'If-Match: "a"', to=412, ETag=None, Cache_Control="no-store"),
    row("13.1.1", "HEAD /s", 'If-Match: "a"', to=412),
    row("13.1.1", "GET /", 'If-Match: "a"', to=412),
    row("13.1.1", "GET /e", "If-Match: {etag}", "Accept-Encoding: gzip", to=412),
    # If-None-Match: weak; 304 for GET and HEAD.
    row("13.1.2", "GET /s", "If-None-Match: {etag}", to=304),
    row("13.1.2", "HEAD /s", "If-None-Match: {etag}", to=304),
    row("13.1.2", "GET /", "If-None-Match: {etag}", to=304),
    row("13.1.2", "GET /s", "If-None-Match: *", to=304),
    row("13.1.2", "GET /s", "If-None-Match: W/{etag}", to=304),
    row("13.1.2", "GET /s", 'If-None-Match: "a", W/"b",{etag}', to=304),
    row("13.1.2", "GET /s", 'If-None-Match: "a"', "If-None-Match: {etag}", to=304),
    row("13.1.2", "GET /s", 'If-None-Match: "a"', to=200),
    row("13.1.2", "GET /s", "If-None-Match: a", to=200),
    row("13.1.2", "GET /e", "If-None-Match: {etag}", "Accept-Encoding: gzip", to=200),
    # If-Modified-Since: not beside If-None-Match, not without a date, not of two dates.
    row("13.1.3", "GET /e", f"If-Modified-Since: {MODIFIED}", to=304, Last_Modified=MODIFIED),
    row("13.1.3", "HEAD /e", f"If-Modified-Since: {AFTER}", to=304),
    row("13.1.3", "GET /e", f"If-Modified-Since: {BEFORE}", to=200),
    row("13.1.3", "GET /e", "If-Modified-Since: Friday, 02-Jan-26 03:06:00 GMT", to=304),
    row("13.1.3", "GET /e", "If-Modified-Since: Fri Jan  2 03:06:00 2026", to=304),
    row("13.1.3", "GET /e", "If-Modified-Since: 2026-01-02T03:04:05Z", to=200),
    row("13.1.3", "GET /e", f"If-Modified-Since: {AFTER}, {AFTER}", to=200),
    row("13.1.3", "GET /e", *2 * (f"If-Modified-Since: {AFTER}",), to=200),
    row("13.1.3", "GET /e", 'If-None-Match: "a"', f"If-Modified-Since: {AFTER}", to=200),
    row("13.1.3", "GET /s", f"If-Modified-Since: {AFTER}", to=200, Last_Modified=None),
    row("13.1.3", "OPTIONS /e", f"If-Modified-Since: {AFTER}", to=204),
    # If-Unmodified-Since: the same, beside If-Match.
    row("13.1.4", "GET /e", f"If-Unmodified-Since: {MODIFIED}", to=200),
    row("13.1.4", "GET /e", f"If-Unmodified-Since: {BEFORE}", to=412),
    row("13.1.4", "GET /e", f"If-Unmodified-Since: {BEFORE}, {BEFORE}", to=200),
    row("13.1.4", "GET /e", "If-Unmodified-Since: yesterday", to=200),
    row("13.1.4", "GET /e", "If-Match: {etag}", f"If-Unmodified-Since: {BEFORE}", to=200),
    row("13.1.4", "GET /s", f"If-Unmodified-Since: {BEFORE}", to=200),
    # If-Range: strong, exact; nothing without Range; else all of it.
    row("13.1.5", "GET /s", "If-Range: {etag}", to=200, Content_Range=None),
    row("13.1.5", "GET /s", 'If-Range: "a"', to=200),
    row("13.1.5", "GET /s", "Range: bytes=0-3", "If-Range: {etag}", to=206),
    row("13.1.5", "GET /s", "Range: bytes=0-3", "If-Range: W/{etag}", to=200),
    row("13.1.5", "GET /s", "Range: bytes=0-3", 'If-Range: "a"', to=200, Content_Range=None),
    row("13.1.5", "GET /s", "Range: bytes=0-3", "If-Range: {etag}, {etag}", to=200),
    row("13.1.5", "GET /s", "Range: bytes=0-3", f"If-Range: {MODIFIED}", to=200),
    row("13.1.5", "GET /e", "Range: bytes=0-3", f"If-Range: {MODIFIED}", to=206),
    row("13.1.5", "GET /e", "Range: bytes=0-3", f"If-Range: {AFTER}", to=200),
    row("13.1.5", "GET /e", "Range: bytes=0-3", f"If-Range: {BEFORE}", to=200),
    row("13.1.5", "GET /s", "Range: bytes=999999-", "If-Range: {etag}", to=416),
    row("13.1.5", "GET /s", "Range: bytes=999999-", 'If-Range: "a"', to=200),
    row("13.1.5", "GET /", "Range: bytes=0-", 'If-Range: "a"', to=200),
    row("13.1.5", "GET /", "Range: bytes=0-", "If-Range: {etag}", to=206),
    # Conditions change nothing where the answer would be neither 2xx nor 412.
    row("13.2.1", "GET /n", "If-None-Match: *", to=404),
    row("13.2.1", "GET /n", 'If-Match: "a"', to=404),
    row("13.2.1", "GET /n", f"If-Modified-Since: {AFTER}", to=404),
    row("13.2.1", "POST /s", "If-None-Match: *", "Content-Length: 0", to=405),
    row("13.2.1", "GET /s", 'If-Match: "a"', "Accept-Encoding: identity;q=0", to=406),
    row("13.2.1", "OPTIONS /s", 'If-Match: "a"', to=204),
    # The order: If-Match, If-None-Match, If-Range.
    row("13.2.2", "GET /s", 'If-Match: "a"', "If-None-Match: {etag}", to=412),
    row("13.2.2", "GET /s", "If-Match: {etag}", "If-None-Match: {etag}", to=304),
    row("13.2.2", "GET /s", 'If-Match: "a"', "Range: bytes=0-3", to=412, Content_Range=None),
    row("13.2.2", "GET /s", "If-None-Match: {etag}", "Range: bytes=0-3", to=304),
    row("13.2.2", "GET /s", "If-None-Match: {etag}", "Range: bytes=999999-", to=304),
    row("13.2.2", "GET /s", "If-Match: {etag}", "Range: bytes=999999-", to=416),
    row("13.2.2", "GET /s", 'If-None-Match: "a"', "Range: bytes=0-3", to=206),
]

RANGES = [
    row("14.1", "GET /s", "Range: BYTES=0-3", to=206),
    row("14.1", "GET /", "Range: Bytes=0-", to=206),
    row("14.1.1", "GET /s", "Range: bytes=3-0", to=200),
    row("14.1.1", "GET /s", "Range: bytes=0-3,a", to=200),
    row("14.1.2", "GET /s", "Range: bytes=0-0", to=206, Content_Range="bytes 0-0/{size}"),
    row("14.1.2", "GET /s", "Range: bytes=0-", to=206, Content_Range="bytes 0-{last}/{size}"),
    row("14.1.2", "GET /s", "Range: bytes=-1", to=206, Content_Range="bytes {last}-{last}/{size}"),
    row("14.1.2", "GET /s", "Range: bytes=-999999", to=206, Content_Range="bytes 0-{last}/{size}"),
    row("14.1.2", "GET /s", f"Range: bytes=0-{'9' * 99}", to=206,
        Content_Range="bytes 0-{last}/{size}"),
    row("14.1.2", "GET /s", f"Range: bytes={'9' * 99}-", to=416),
    row("14.1.2", "GET /s", "Range: bytes=-0", to=416, Content_Range="bytes */{size}"),
    row("14.2", "HEAD /s", "Range: bytes=0-3", to=200, Content_Range=None),
    row("14.2", "HEAD /s", "Range: bytes=999999-", to=200),
    row("14.2", "OPTIONS /s", "Range: bytes=999999-", to=204),
    row("14.2", "POST /s", "Range: bytes=0-3", "Content-Length: 0", to=405),
    row("14.2", "GET /s", "Range: samples=0-3", to=200),
    row("14.2", "GET /n", "Range: bytes=0-3", to=404),
    row("14.2", "GET /n", "Range: bytes=-0", to=404),
    row("14.2", "GET /s", "Range: bytes=0-3", "Range: bytes=8-9", to=200),
    row("14.2", "GET /s", "Range: bytes=0-3,2-5", to=200),
    row("14.2", "GET /s", "Range: bytes=8-9,0-3", to=200),
    row("14.2", "GET /s", f"Range: bytes={NINE}", to=200),
    row("14.2", "GET /s", "Range: bytes=" + "0-1," * 1500, to=200),
    row("14.3", "GET /s", to=200, Accept_Ranges="bytes"),
    row("14.3", "HEAD /s", to=200, Accept_Ranges="bytes"),
    row("14.3", "GET /", to=200, Accept_Ranges="bytes"),
    # One part that is left of several is sent as one part.
    row("15.3.7.2", "GET /s", "Range: bytes=0-3,999999-", to=206,
        Content_Range="bytes 0-3/{size}"),
    row("15.3.7.2", "GET /s", "Range: bytes=0-3,8-9", to=206, Content_Range=None),
    row("15.5.17", "GET /s", "Range: bytes=999999-", to=416, Content_Range="bytes */{size}",
        Cache_Control="no-store"),
    row("15.5.17", "GET /s", "Range: bytes=999999-,-0", to=416),
]  # fmt: skip

NEGOTIATION = [
    row("12.5.3", "GET /e", to=200, Content_Encoding=None, Vary="Accept-Encoding"),
    row("12.5.3", "GET /e", "Accept-Encoding:", to=200, Content_Encoding=None),
    row("12.5.3", "GET /e", "Accept-Encoding: gzip", to=200, Content_Encoding="gzip"),
    row("12.5.3", "GET /e", "Accept-Encoding: gzip, br, zstd", to=200, Content_Encoding="br"),
    row("12.5.3", "GET /e", "Accept-Encoding: gzip, zstd", to=200, Content_Encoding="zstd"),
    row("12.5.3", "GET /e", "Accept-Encoding: br;q=0.1, gzip", to=200, Content_Encoding="gzip"),
    row("12.5.3", "GET /e", "Accept-Encoding: gzip;q=0", to=200, Content_Encoding=None),
    row("12.5.3", "GET /e", "Accept-Encoding: identity;q=0", to=406, Vary="Accept-Encoding"),
    row("12.5.3", "GET /e", "Accept-Encoding: identity;q=0, *", to=200, Content_Encoding="br"),
    row("12.5.3", "GET /e", "Accept-Encoding: *;q=0", to=406),
    row("12.5.3", "GET /e", "Accept-Encoding: gzip", "Accept-Encoding: br", to=200,
        Content_Encoding="br"),
    row("12.5.3", "GET /", "Accept-Encoding: gzip", to=200, Content_Encoding="gzip"),
    row("12.5.3", "GET /s", "Accept-Encoding: gzip", to=200, Content_Encoding=None, Vary=None),
    row("12.5.3", "GET /s", "Accept-Encoding: identity;q=0", to=406),
    row("12.5.5", "GET /e", "If-None-Match: *", to=304, Vary="Accept-Encoding"),
    row("12.5.5", "GET /e", "Range: bytes=0-3", to=206, Vary="Accept-Encoding"),
    row("12.5.5", "GET /s", "If-None-Match: *", to=304, Vary=None),
    row("12.5.1", "GET /e", "Accept: text/plain", to=200),
]  # fmt: skip

FRESHNESS = [
    # What a cache in between may ask for changes nothing at the origin.
    *(
        row("5.2.1 of RFC 9111", "GET /e", f"Cache-Control: {directive}", to=200,
            Cache_Control="max-age=60, stale-while-revalidate=60, stale-if-error=86400")
        for directive in ("no-cache", "no-store", "max-age=0", "only-if-cached", "x=1,,")
    ),
    row("5.4 of RFC 9111", "GET /s", "Pragma: no-cache", to=200,
        Cache_Control="public, max-age=31536000, immutable"),
    row("5.2.2 of RFC 9111", "GET /s", "Authorization: Bearer x", to=200,
        Cache_Control="public, max-age=31536000, immutable"),
    row("15.4.5", "GET /s", "If-None-Match: *", to=304,
        Cache_Control="public, max-age=31536000, immutable"),
    row("15.3.7", "GET /s", "Range: bytes=0-3", to=206,
        Cache_Control="public, max-age=31536000, immutable"),
    row("5.2.2 of RFC 9111", "GET /n", to=404, Cache_Control="max-age=5",
        CDN_Cache_Control="max-age=5"),
]  # fmt: skip

METHODS = [
    row("9.1", "PUT /s", to=405, Allow="GET, HEAD, OPTIONS"),
    row("9.3.2", "HEAD /n", to=404),
    row("9.3.7", "OPTIONS /s", to=204, Allow="GET, HEAD, OPTIONS"),
    row("9.3.7", "OPTIONS /e", "Content-Length: 0", to=204),
    row("9.3.8", "TRACE /s", to=405),
    row("15.5.6", "QUERY /s", "Content-Length: 0", to=405, Allow="GET, HEAD, OPTIONS"),
    row("14.5", "PUT /s", "Content-Range: bytes 0-3/9", "Content-Length: 0", to=405),
]

TABLE = [*CONDITIONS, *RANGES, *NEGOTIATION, *FRESHNESS, *METHODS]


@pytest.mark.parametrize("row", TABLE, ids=str)
async def test_an_answer(origin: Origin, row: Row) -> None:
    method, _, place = row.request.partition(" ")
    path = PLACES.get(place, origin.path)
    whole = await origin.ask("GET", path)
    etag, size = whole.headers.get("ETag", ""), len(whole.body)
    fields = [field.replace("{etag}", etag) for field in row.fields]
    answer = await origin.ask(method, path, *fields)
    assert answer.status == row.status
    for name, value in row.has:
        wanted = None if value is None else value.format(size=size, last=size - 1)
        assert answer.headers.get(name) == wanted, name
    _assert_content(answer, method, whole)


def _assert_content(answer: Answer, method: str, whole: Answer) -> None:
    """A 200 has all of it, a 206 what it says, and both say all that is said of the whole."""
    if answer.status not in {200, 206, 304} or "Content-Encoding" in answer.headers:
        return
    for name in ("ETag", "Cache-Control", "CDN-Cache-Control", "Surrogate-Control", "Cache-Tag"):
        assert answer.headers.get(name) == whole.headers.get(name), name
    if answer.status == 304:
        return
    if answer.status == 200:
        assert answer.headers["Content-Length"] == str(len(whole.body))
        assert answer.body == (whole.body if method == "GET" else b"")
    elif "Content-Range" in answer.headers:
        first, _, last = answer.headers["Content-Range"][6:].partition("/")[0].partition("-")
        assert answer.body == whole.body[int(first) : int(last) + 1]
    else:
        assert answer.headers["Content-Type"].startswith("multipart/byteranges; boundary=")

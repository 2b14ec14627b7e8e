"""An origin and what it sends, byte by byte, without a client that forgives.

What every answer owes is asked of every answer, whatever a test looks for (``check``). An origin
with ``turns`` above 1 is asked each thing so often, in turn on one connection, and has to say the
same each time: the first answer is aiohttp's, and from the third on the hot path may give it again.
"""

import asyncio
import json
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from multidict import CIMultiDict

from tests.sources.published import PublishedAsset

SEGMENT = "128k/00001.m4s"
TIMEOUT_S = 30
BODILESS = frozenset({204, 304})
REASONS = {
    200: "OK", 204: "No Content", 206: "Partial Content", 304: "Not Modified", 400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    406: "Not Acceptable", 412: "Precondition Failed", 413: "Content Too Large",
    414: "URI Too Long", 416: "Range Not Satisfiable", 417: "Expectation Failed",
    422: "Unprocessable Content", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented",
    503: "Service Unavailable", 505: "HTTP Version Not Supported",
}  # fmt: skip
"""RFC 9110 §15, RFC 6585."""
DIRECTIVE = re.compile(
    r"public|private|no-store|must-revalidate|immutable"
    r"|(?:max-age|s-maxage|stale-while-revalidate|stale-if-error)=(?:0|[1-9][0-9]{0,8})"
)
STRONG_TAG = re.compile(r'"[!\x23-\x7e]+"')
DATE = re.compile(
    r"[MTWFS][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} 20[0-9]{2} [0-9]{2}(?::[0-9]{2}){2} GMT"
)


@dataclass(frozen=True)
class Answer:
    """A response as it came; ``body`` is everything that came after its head."""

    status: int
    reason: str
    headers: CIMultiDict[str]
    body: bytes


@dataclass
class Origin:
    """A running origin with one asset."""

    port: int
    asset: PublishedAsset
    turns: int = 1
    varies_by: frozenset[str] = frozenset({"Accept-Encoding"})
    content: bytes = field(init=False)
    path: str = field(init=False)
    etag: str = field(init=False)

    def __post_init__(self) -> None:
        self.content = self.asset.contents[SEGMENT]
        self.path = f"{self.asset.path}/{SEGMENT}"
        self.etag = f'"{self.asset.index.objects()[SEGMENT].sha256}"'

    async def ask(self, method: str, path: str, *headers: str) -> Answer:
        """Send a request, as often as this origin is to be asked, and return the last answer."""
        lines = [f"{method} {path} HTTP/1.1", "Host: x", *headers, "", ""]
        if self.turns == 1:
            lines.insert(2, "Connection: close")
        answers: list[Answer] = []
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                for _ in range(self.turns):
                    writer.write("\r\n".join(lines).encode())
                    answers.append(await _received(reader, method))
                if self.turns == 1:
                    assert await reader.read() == b"", "there is more than the answer"
        finally:
            writer.close()
            await writer.wait_closed()
        for answer in answers:
            check(answer, method, self.varies_by)
            assert _timeless(answer) == _timeless(answers[0])
        return answers[-1]

    async def send(self, data: bytes, *, ends: bool = False) -> Answer:
        """Send bytes, and an end behind them if it ``ends``, and read until the origin closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(data)
            if ends:
                writer.write_eof()
            async with asyncio.timeout(TIMEOUT_S):
                received = await reader.read()
        finally:
            writer.close()
            await writer.wait_closed()
        head, _, body = received.partition(b"\r\n\r\n")
        return _answer(head, body)


async def _received(reader: asyncio.StreamReader, method: str) -> Answer:
    """Read one answer to its end (RFC 9112 §6.3)."""
    answer = _answer((await reader.readuntil(b"\r\n\r\n"))[:-4], b"")
    if method == "HEAD" or answer.status in BODILESS:
        return answer
    body = await reader.readexactly(int(answer.headers["Content-Length"]))
    return replace(answer, body=body)


def _answer(head: bytes, body: bytes) -> Answer:
    status_line, *lines = head.decode().split("\r\n")
    headers: CIMultiDict[str] = CIMultiDict()
    for line in lines:
        name, _, value = line.partition(": ")
        headers.add(name, value)
    assert len(set(headers)) == len(lines), "a header came twice"
    _, status, reason = status_line.split(" ", 2)
    return Answer(int(status), reason, headers, body)


def _timeless(answer: Answer) -> tuple[int, CIMultiDict[str], bytes]:
    """Return what does not depend on when it was sent, nor on what was in memory by then.

    The answer to a failure has its request's name.
    """
    varying = ("Date", "Cache-Status", *(["X-Request-Id"] if answer.status >= 500 else []))
    return answer.status, without(answer.headers, *varying), answer.body


def check(
    answer: Answer, method: str, varies_by: AbstractSet[str] = frozenset({"Accept-Encoding"})
) -> None:
    """Look at what every answer of an origin owes, by RFC 9110 and RFC 9111."""
    status, headers = answer.status, answer.headers
    assert answer.reason == REASONS[status], "§15"
    assert DATE.fullmatch(headers["Date"]), "§6.6.1, §5.6.7"
    if status in BODILESS:
        assert "Content-Length" not in headers, "§8.6, §15.4.5"
        assert not answer.body
    elif method == "HEAD":
        assert int(headers["Content-Length"]) > 0, "§8.6"
        assert not answer.body, "§9.3.2"
    else:
        assert headers["Content-Type"], "§8.3"
        assert len(answer.body) == int(headers["Content-Length"])
    if status >= 400:
        assert headers["Content-Type"] == "application/problem+json", "RFC 9457 §3"
        assert "ETag" not in headers
        assert "Accept-Ranges" not in headers
        unread = {"status": status, "detail": "-", "title": answer.reason}
        problem = json.loads(answer.body) if answer.body else unread
        assert problem["status"] == status, "RFC 9457 §3.1.2"
        assert problem["title"] == answer.reason, "RFC 9457 §4.2.1"
        assert problem["detail"]
    assert headers["Cache-Status"].startswith("soundbridge"), "RFC 9211 §2"
    assert ("Allow" in headers) >= (status == 405), "§15.5.6"
    assert ("WWW-Authenticate" in headers) >= (status == 401), "§15.5.2"
    assert ("Content-Range" in headers) <= (status in {206, 416}), "§14.4"
    if "ETag" in headers:
        assert STRONG_TAG.fullmatch(headers["ETag"]), "§8.8.3"
    assert set(headers["Vary"].split(", ") if "Vary" in headers else ()) <= varies_by, "§12.5.5"
    stands_in = "stale-if-error" in headers["Cache-Status"]
    assert ("Age" in headers) == stands_in, "RFC 9111 §5.1: all else is as the store has it now"
    for name in ("Expires", "Pragma", "Warning", "Set-Cookie", "Transfer-Encoding"):
        assert name not in headers, "RFC 9111 §5.3, §5.4, §5.5"
    _check_freshness(answer)


def _check_freshness(answer: Answer) -> None:
    """RFC 9111 §5.2, RFC 9213 §2: known directives, each once, none against another."""
    for name in ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control"):
        if answer.status == 204:
            continue  # OPTIONS is not cacheable (RFC 9110 §9.3.7)
        directives = answer.headers[name].split(", ")
        assert all(map(DIRECTIVE.fullmatch, directives)), name
        names = [directive.partition("=")[0] for directive in directives]
        assert len(set(names)) == len(names), name
        assert not {"public", "private"} <= set(names), name
        assert "max-age" not in names or "no-store" not in names, name
        assert answer.status < 500 or "no-store" in names, name


def without(headers: CIMultiDict[str], *names: str) -> CIMultiDict[str]:
    kept = headers.copy()
    for name in names:
        kept.popall(name, None)
    return kept

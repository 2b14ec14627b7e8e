"""An HTTP proxy in front of an S3 server that spoils requests and answers after a plan.

One connection carries one request: it is read whole, spoiled or passed on, and the server's answer
is passed back or spoiled. A plan is asked once a request, so a seeded one fails in the same places
as long as requests come in the same order. What came when is kept, and how much of it at once.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from tests.servers.connections import Streams, connections, opened
from tests.servers.faults import Fault, Plan, Request
from tests.servers.seaweedfs import Bucket

_ERRORS: Final = {
    Fault.INTERNAL_ERROR: (500, "InternalError", "We encountered an internal error."),
    Fault.SLOW_DOWN: (503, "SlowDown", "Please reduce your request rate."),
    Fault.NOT_IMPLEMENTED: (501, "NotImplemented", "That is not implemented."),
    Fault.DENIED: (403, "AccessDenied", "Access Denied."),
    Fault.BAD_DIGEST: (400, "BadDigest", "That is not what the checksum says."),
}
_PIECES: Final = 8
_PAUSE_S: Final = 0.02
_TAG: Final = re.compile(rb'(?i)(\r\netag: ")([0-9a-f]{32})')
_LENGTH: Final = re.compile(rb"(?i)(\r\ncontent-length: )\d+")
_TOTAL: Final = re.compile(rb"(?i)(\r\ncontent-range: bytes \d+-\d+/)(\d+)")
_XML: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>"
)


class Arrival(NamedTuple):
    """When a request had come, in seconds that pass, and what it asked for."""

    at_s: float
    method: str
    target: str


@dataclass
class Proxy:
    """A running proxy: the bucket as it is reached through it, and what it did so far."""

    bucket: Bucket
    plan: Plan
    arrivals: list[Arrival] = field(default_factory=list)
    faults: Counter[Fault] = field(default_factory=Counter)
    in_flight: int = 0
    most_in_flight: int = 0

    @property
    def requests(self) -> int:
        return len(self.arrivals)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a request as being in flight while the caller's block runs."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1


@contextmanager
def fault_proxy(behind: Bucket, plan: Plan) -> Iterator[Proxy]:
    """Run it in a thread, in front of the server of ``behind``."""
    proxy = Proxy(behind, plan)
    with connections(_Serving(proxy, behind).connected) as port:
        proxy.bucket = replace(behind, endpoint=f"http://127.0.0.1:{port}")
        yield proxy


class _Serving:
    def __init__(self, proxy: Proxy, behind: Bucket) -> None:
        self._proxy = proxy
        self._behind = urlsplit(behind.endpoint)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        with self._proxy.counted():
            await self._serve(await _read_request(head, reader), writer)

    async def _serve(self, request: Request, client: asyncio.StreamWriter) -> None:
        self._proxy.arrivals.append(Arrival(time.monotonic(), request.method, request.target))
        fault = self._proxy.plan(request)
        if fault is not None:
            self._proxy.faults[fault] += 1
        match fault:
            case error if error in _ERRORS:
                client.write(_error(*_ERRORS[error]))
            case Fault.RESET_AT_ONCE:
                client.transport.abort()
            case Fault.STALLED:
                await asyncio.sleep(3600)
            case Fault.UPLOAD_CUT:
                await self._cut(request)
                client.transport.abort()
            case _:
                if fault is Fault.ALTERED_UPLOAD:
                    request = replace(request, body=_altered(request.body))
                pieces = _PIECES if fault is Fault.SLOW_BODY else 1
                answer = await self._pass_on(request, pieces)
                await _answer(answer, fault, client)
        await client.drain()

    async def _cut(self, request: Request) -> None:
        """Send half of it to the server, which then sees the connection end."""
        async with self._opened() as (_, writer):
            writer.write(request.head + request.body[: len(request.body) // 2])

    async def _pass_on(self, request: Request, pieces: int) -> bytes:
        """Send it to the server, and return all that comes back."""
        async with self._opened() as (reader, writer):
            await _write(writer, request.head + request.body, pieces)
            return await reader.read(-1)

    def _opened(self) -> AbstractAsyncContextManager[Streams]:
        assert self._behind.hostname is not None
        return opened(self._behind.port, host=self._behind.hostname)


async def _read_request(head: bytes, reader: asyncio.StreamReader) -> Request:
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    fields = {}
    for line in lines[1:-2]:
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    assert "transfer-encoding" not in fields, "obstore sends bodies with their length"
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    kept = [line for line in lines[:-2] if not line.lower().startswith("connection:")]
    passed_on = "\r\n".join([*kept, "Connection: close", "", ""])
    return Request(method, target, passed_on.encode("latin-1"), body)


async def _answer(answer: bytes, fault: Fault | None, client: asyncio.StreamWriter) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    half = len(head) + 4 + len(body) // 2
    match fault:
        case Fault.RESET_UNANSWERED:
            client.transport.abort()
        case Fault.BODY_CUT:
            client.write(answer[:half])
        case Fault.BODY_RESET:
            client.write(answer[:half])
            await client.drain()
            await asyncio.sleep(_PAUSE_S)  # what was sent must arrive before the reset does
            client.transport.abort()
        case Fault.SLOW_BODY:
            await _write(client, answer, _PIECES)
        case Fault.ALTERED_ANSWER:
            client.write(answer[: len(answer) - len(body)] + _altered(body))
        case Fault.SHORT_LENGTH:
            client.write(_with_length(head, len(body) // 2) + body)
        case Fault.LONG_LENGTH:
            client.write(_with_length(head, 2 * len(body)) + body)
        case Fault.OTHER_RANGE:
            client.write(_TOTAL.sub(rb"\g<1>\g<2>0", head) + b"\r\n\r\n" + body)
        case Fault.OTHER_TAG:
            client.write(
                _TAG.sub(lambda found: found[1] + found[2][::-1], head) + b"\r\n\r\n" + body
            )
        case _:
            client.write(answer)


def _with_length(head: bytes, length: int) -> bytes:
    return _LENGTH.sub(rb"\g<1>%d" % length, head) + b"\r\n\r\n"


async def _write(writer: asyncio.StreamWriter, data: bytes, pieces: int) -> None:
    """Write data at once, or in about that many pieces with pauses in between."""
    step = max(1, len(data) // pieces)
    for start in range(0, len(data), step):
        if start:
            await asyncio.sleep(_PAUSE_S)
        writer.write(data[start : start + step])
        await writer.drain()


def _altered(body: bytes) -> bytes:
    """Flip the lowest bit of the byte in the middle, so that a digit stays a digit."""
    half = len(body) // 2
    return body[:half] + bytes(byte ^ 1 for byte in body[half : half + 1]) + body[half + 1 :]


def _error(status: int, code: str, message: str) -> bytes:
    body = _XML.format(code=code, message=message).encode()
    head = (
        f"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body

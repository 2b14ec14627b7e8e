"""HTTP/1.1 as listeners send it, for a load that costs little beside what it measures.

aiohttp's client took as much of a core for 1,000 requests a second as the server did, and on a
machine's slow days all of it: requests then waited for the load, not for the server. Here an answer
is looked through for its status, its length and whether it is compressed, and nothing else.
"""

import asyncio
import gzip
import time
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length:"
_GZIP: Final = b"\r\ncontent-encoding: gzip"
_IDLE_MAX_S: Final = 5.0
"""Servers close what is idle for longer."""


class Answer(NamedTuple):
    """A status, and a body as it was before it was compressed."""

    status: int
    content: bytes


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._read = bytearray()
        self._size_bytes = 0
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: Any = None
        self.idle_since_s = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        self._transport = transport

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a request; the future raises ConnectionError."""
        self._read.clear()
        self._size_bytes = 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        """Look whether the answer is whole."""
        self._read += data
        if not self._size_bytes:
            head_bytes = self._read.find(_END)
            if head_bytes < 0:
                return
            self._size_bytes = head_bytes + len(_END) + _length(self._read[:head_bytes].lower())
        if len(self._read) >= self._size_bytes and self._answer is not None:
            answer, self._answer = self._answer, None
            if not answer.done():
                answer.set_result(_answer(bytes(self._read)))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("closed before the answer"))

    def close(self) -> None:
        """Close it."""
        self._transport.abort()


def _length(head: bytearray) -> int:
    _, is_there, rest = head.partition(_LENGTH)
    if not is_there:
        raise ValueError(f"This load reads answers that say their length: {bytes(head)!r}")
    return int(rest.partition(b"\r")[0])


def _answer(read: bytes) -> Answer:
    head, _, content = read.partition(_END)
    if content and _GZIP in head.lower():
        content = gzip.decompress(content)
    return Answer(int(head[9:12]), content)


class Listeners:
    """Connections to a server, of which each request takes the one that was used last."""

    def __init__(self, url: str, connections_max: int, timeout_s: float) -> None:
        at = urlsplit(url)
        self._host, self._port = str(at.hostname), at.port or 80
        self._free: list[_Connection] = []
        self._places = asyncio.Semaphore(connections_max)
        self._timeout_s = timeout_s

    async def ask(self, request: bytes) -> Answer:
        """Send what ``request`` returned; raises OSError, and so TimeoutError."""
        async with self._places, asyncio.timeout(self._timeout_s):
            connection = await self._connection()
            try:
                answer = await connection.ask(request)
            except BaseException:
                connection.close()
                raise
            connection.idle_since_s = time.monotonic()
            self._free.append(connection)
            return answer

    async def _connection(self) -> _Connection:
        while self._free:
            connection = self._free.pop()
            if connection.is_open and time.monotonic() - connection.idle_since_s < _IDLE_MAX_S:
                return connection
            connection.close()
        _, connection = await asyncio.get_running_loop().create_connection(
            _Connection, self._host, self._port
        )
        return connection

    def request(self, method: str, path: str, body: bytes | None = None, key: str = "") -> bytes:
        """Return what to send."""
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", "Accept: */*",
            "Accept-Encoding: gzip, deflate",
        ]  # fmt: skip
        if key:
            lines.append(f"Authorization: Bearer {key}")
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join((*lines, "", "")).encode() + (body or b"")

    def close(self) -> None:
        """Close all that nobody uses."""
        for connection in self._free:
            connection.close()

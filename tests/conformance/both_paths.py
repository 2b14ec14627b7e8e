"""Two origins of one store, of which one has the hot path, and what each of them sends."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from origin.defence.connection import GuardedConnection
from origin.defence.guard import Guard
from origin.delivery.hot import HotConnection, HotPath
from origin.delivery.reuse import HotAnswers
from origin.delivery.verified import VerifiedTokens
from origin.telemetry.requests import NotedAnswer, RequestNotes

LAST = b"GET /healthz HTTP/1.1\r\nHost: last\r\nConnection: close\r\n\r\n"
"""Ends a connection where nothing else did."""
SILENT_S = 1.0
PAUSE_S = 0.002
SLOWNESSES = (1, 4, 10)
TURN_S = 30.0
LENGTH = re.compile(rb"\r\nContent-Length: ([0-9]+)")
DATE = re.compile(rb"(?<=\r\nDate: )[^\r]+")
OWN = re.compile(
    rb"(?<=\r\nX-Request-Id: )[0-9a-f]+-[0-9a-f]+(?=\r)"
    rb'|(?<=\r\nRateLimit: ")(?:address|user)";r=[0-9]+;t=[0-9]+'
)
"""A name that the origin made, and what is left of a budget."""


class _Counting(RequestNotes):
    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def hit(self, answer: NotedAnswer, client: str, request_id: str | None) -> None:
        super().hit(answer, client, request_id)
        self.given += 1


class Counted(HotPath):
    """A hot path that knows how much it answered."""

    def __init__(self, tokens: VerifiedTokens | None) -> None:
        self._counting = _Counting()
        super().__init__(HotAnswers(), tokens, self._counting)

    @property
    def given(self) -> int:
        return self._counting.given


@dataclass
class BothPaths:
    """The ports of both, and the hot path of one."""

    plain_port: int
    hot_port: int
    hot: Counted

    async def answers(self, *pieces: bytes) -> tuple[bytes, bytes]:
        """Return what the one without and the one with it send for these pieces of data.

        A busy machine makes one piece of two, or an answer late. So what differs is sent again,
        more slowly: a difference of the paths is there each time.
        """
        plain, hot = b"", b""
        for slowness in SLOWNESSES:
            plain, hot = await asyncio.gather(
                said(self.plain_port, *pieces, slowness=slowness),
                said(self.hot_port, *pieces, slowness=slowness),
            )
            plain, hot = timeless(plain), timeless(hot)
            if plain == hot:
                break
        return plain, hot

    async def answers_in_turn(self, *requests: bytes) -> tuple[bytes, bytes]:
        """Return what both say to GETs of which each waits for the answer before."""
        plain, hot = await asyncio.gather(
            said_in_turn(self.plain_port, *requests), said_in_turn(self.hot_port, *requests)
        )
        return timeless(plain), timeless(hot)


def timeless(said: bytes) -> bytes:
    """Return answers without what is each one's own."""
    return OWN.sub(b"-", DATE.sub(b"-", said))


async def said_in_turn(port: int, *requests: bytes) -> bytes:
    """Send each request when the answer to the one before is there, and return the answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = bytearray()
    try:
        async with asyncio.timeout(TURN_S):
            for request in requests:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                received += head + body
    finally:
        writer.close()
    return bytes(received)


async def said(port: int, *pieces: bytes, slowness: int = 1) -> bytes:
    """Send pieces one after the other, and return what came until the end, or until silence.

    It is read while there is something to send: a reset takes away what has not been read.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = bytearray()

    async def receive() -> None:
        while data := await reader.read(65_536):
            received.extend(data)

    receiving = asyncio.create_task(receive())
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(PAUSE_S * slowness)  # or they are one piece again
        heard = -1
        while len(received) > heard and not receiving.done():
            heard = len(received)
            await asyncio.wait([receiving], timeout=SILENT_S * slowness)
    except ConnectionError:
        pass
    finally:
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
        writer.close()
    return bytes(received)


@asynccontextmanager
async def both_paths(
    app: web.Application, tokens: VerifiedTokens | None = None
) -> AsyncIterator[BothPaths]:
    """Serve an application both ways for the caller's block."""
    runner = web.AppRunner(app)
    await runner.setup()
    assert runner.server is not None
    loop, hot = asyncio.get_running_loop(), Counted(tokens)
    connections: list[Callable[[], asyncio.BaseProtocol]] = [
        partial(GuardedConnection, runner.server, guard=Guard(), loop=loop),
        partial(HotConnection, runner.server, guard=Guard(), hot=hot, loop=loop),
    ]
    servers = [await loop.create_server(made, "127.0.0.1", 0) for made in connections]
    try:
        plain, hot_port = (server.sockets[0].getsockname()[1] for server in servers)
        yield BothPaths(plain, hot_port, hot)
    finally:
        for server in servers:
            server.close()
        await runner.cleanup()

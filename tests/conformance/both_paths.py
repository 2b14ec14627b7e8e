"""Two origins of one store, of which one has the hot path, and what each of them sends."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from origin.delivery.hot import HotConnection, HotPath
from origin.delivery.reuse import HotAnswers
from origin.telemetry.requests import NotedAnswer, RequestNotes

LAST = b"GET /healthz HTTP/1.1\r\nHost: last\r\nConnection: close\r\n\r\n"
"""Ends a connection where nothing else did."""
SILENT_S = 1.0
DATE = re.compile(rb"(?<=\r\nDate: )[^\r]+")


class _Counting(RequestNotes):
    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def hit(self, answer: NotedAnswer, client: str, request_id: str | None) -> None:
        super().hit(answer, client, request_id)
        self.given += 1


class Counted(HotPath):
    """A hot path that knows how much it answered."""

    def __init__(self) -> None:
        self._counting = _Counting()
        super().__init__(HotAnswers(lambda _: None), self._counting)

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
        """Return what the one without and the one with it send for these pieces of data."""
        plain, hot = await asyncio.gather(
            said(self.plain_port, *pieces), said(self.hot_port, *pieces)
        )
        return DATE.sub(b"-", plain), DATE.sub(b"-", hot)


async def said(port: int, *pieces: bytes) -> bytes:
    """Send pieces one after the other, and return what came until the end, or until silence."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = bytearray()
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)  # or they are one piece again
        while data := await asyncio.wait_for(reader.read(65_536), SILENT_S):
            received += data
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
    return bytes(received)


@asynccontextmanager
async def both_paths(app: web.Application) -> AsyncIterator[BothPaths]:
    """Serve an application both ways for the caller's block."""
    runner = web.AppRunner(app)
    await runner.setup()
    assert runner.server is not None
    loop, hot = asyncio.get_running_loop(), Counted()
    connections: list[Callable[[], asyncio.BaseProtocol]] = [
        partial(RequestHandler, runner.server, loop=loop),
        partial(HotConnection, runner.server, hot=hot, loop=loop),
    ]
    servers = [await loop.create_server(made, "127.0.0.1", 0) for made in connections]
    try:
        plain, hot_port = (server.sockets[0].getsockname()[1] for server in servers)
        yield BothPaths(plain, hot_port, hot)
    finally:
        for server in servers:
            server.close()
        await runner.cleanup()

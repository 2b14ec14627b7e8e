"""Edges in front of an origin: plain relays at addresses of their own, that die and come back."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from tests.servers.connections import connections, opened

_PIECE_BYTES: Final = 16 * 1024
_LOOK_S: Final = 0.05
_CAUGHT_UP_S: Final = 0.05


class Edge:
    """A relay at ``host:port``, before ``origin_port`` once that is known.

    ``bytes_per_s`` is what each connection that is new brings of answers.
    """

    def __init__(self, host: str, port: int = 0) -> None:
        self.host = host
        self.port = port
        self.origin_port: int | None = None
        self.bytes_per_s: float | None = None
        self._dies_after_bytes: int | None = None
        self._hangs_after_bytes: int | None = None
        self._hangs = False
        self._running: ExitStack | None = None
        self._turn = threading.Lock()
        self.come_back()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def die(self) -> None:
        """Refuse all connections, and cut off those there are."""
        with self._turn:
            running, self._running = self._running, None
            if running is not None:
                running.close()

    def die_within(self, size_bytes: int) -> None:
        """Die once so much more of answers has come: in the middle of one."""
        self._dies_after_bytes = size_bytes

    def hang_within(self, size_bytes: int) -> None:
        """Hang once so much more of answers has come: in the middle of one."""
        self._hangs_after_bytes = size_bytes

    def hang(self) -> None:
        """Take all there is, and say nothing any more, on any connection."""
        self._hangs = True

    def come_back(self) -> None:
        """Relay again, whatever was before."""
        with self._turn:
            self._hangs, self._dies_after_bytes, self._hangs_after_bytes = False, None, None
            if self._running is None:
                self._running = ExitStack()
                listening = connections(self._connected, self.host, self.port)
                self.port = self._running.enter_context(listening)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection until either side ends it."""
        async with opened(self.origin_port) as (answers, questions):
            asking = asyncio.create_task(self._ask(reader, questions))
            try:
                await self._answer(answers, writer)
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

    async def _ask(self, reader: asyncio.StreamReader, questions: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_PIECE_BYTES):
            questions.write(piece)
            await questions.drain()
        questions.close()

    async def _answer(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        free_s = 0.0
        while piece := await answers.read(_PIECE_BYTES):
            if self._hangs_after_bytes is not None:
                self._hangs_after_bytes -= len(piece)
                self._hangs = self._hangs or self._hangs_after_bytes <= 0
            while self._hangs:  # noqa: ASYNC110 another thread says so
                await asyncio.sleep(_LOOK_S)
            if self._dies_after_bytes is not None:
                self._dies_after_bytes -= len(piece)
                if self._dies_after_bytes <= 0:
                    threading.Thread(target=self.die).start()  # which ends the loop of this task
                    writer.transport.abort()
                    return
            if self.bytes_per_s is not None:
                now_s = time.monotonic()
                free_s = max(free_s, now_s - _CAUGHT_UP_S) + len(piece) / self.bytes_per_s
                await asyncio.sleep(free_s - now_s)
            writer.write(piece)
            await writer.drain()


@contextmanager
def edges(*hosts: str) -> Iterator[tuple[Edge, ...]]:
    """Run one at each host, of loopback, all at the same port."""
    with ExitStack() as running:
        begun: list[Edge] = []
        for host in hosts:
            begun.append(Edge(host, begun[0].port if begun else 0))
            running.callback(begun[-1].die)
        yield tuple(begun)

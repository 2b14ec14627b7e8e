"""A relay in front of Valkey: a link that is slow, or ends with it in the middle of an answer."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tests.servers.connections import connections, opened
from tests.servers.valkey import Valkey

_PIECE_BYTES: Final = 16 * 1024
_CAUGHT_UP_S: Final = 0.05


@dataclass
class Relay:
    """``url`` is Valkey's through it.

    Once ``kills_after_bytes`` is set, and a connection has brought so many bytes of answers since,
    Valkey is killed, and what was on its way is cut off there. ``bytes_per_s`` is what all
    connections together bring of answers.
    """

    server: Valkey
    url: str = ""
    kills_after_bytes: int | None = None
    bytes_per_s: float | None = None
    _free_s: float = 0.0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection until either side ends it."""
        async with opened(self.server.port) as (answers, commands):
            asking = asyncio.create_task(_relay(reader, commands))
            try:
                await self._answer(answers, writer)
            finally:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)

    async def _answer(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        brought = 0
        while piece := await answers.read(_PIECE_BYTES):
            if (most := self.kills_after_bytes) is not None:
                brought += len(piece)
                if brought >= most:
                    self.server.kill()
                    writer.write(piece[: len(piece) - (brought - most)])
                    return
            await self._pass(len(piece))
            writer.write(piece)
            await writer.drain()

    async def _pass(self, size_bytes: int) -> None:
        """Wait until the link has brought so much, after all that came before."""
        if self.bytes_per_s is not None:
            now_s = time.monotonic()
            idle_s = now_s - _CAUGHT_UP_S  # a busy machine sleeps for too long
            self._free_s = max(self._free_s, idle_s) + size_bytes / self.bytes_per_s
            await asyncio.sleep(self._free_s - now_s)


@contextmanager
def relay(server: Valkey) -> Iterator[Relay]:
    """Run it in a thread for the caller's block."""
    relaying = Relay(server)
    with connections(relaying.connected) as port:
        relaying.url = f"redis://127.0.0.1:{port}/0"
        yield relaying


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE_BYTES):
        writer.write(piece)
        await writer.drain()

"""A relay in front of Valkey, which ends with it in the middle of an answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tests.servers.connections import connections, opened
from tests.servers.valkey import Valkey

_PIECE_BYTES: Final = 16 * 1024


@dataclass
class Relay:
    """``url`` is Valkey's through it.

    Once ``kills_after_bytes`` is set, and a connection has brought so many bytes of answers since,
    Valkey is killed, and what was on its way is cut off there.
    """

    server: Valkey
    url: str = ""
    kills_after_bytes: int | None = None

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
            writer.write(piece)
            await writer.drain()


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

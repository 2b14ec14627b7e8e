"""A relay in front of a server of ours, one of whose workers is killed in the middle of an answer.

What the worker had sent until then arrives, and nothing behind it, as when its machine is gone.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.functional.supervising import Server
from tests.servers.connections import connections, opened

_PIECE_BYTES: Final = 8 * 1024


@dataclass
class Doom:
    """Which answer is the last one of a worker; it comes once, for all relays that share it.

    ``is_last`` is asked of each target, and ``after_bytes`` of its answer arrive.
    """

    is_last: Callable[[str], bool]
    after_bytes: int
    happened: list[str] = field(default_factory=list)


@contextmanager
def dying_worker(server: Server, doom: Doom) -> Iterator[int]:
    """Relay to a server while the caller's block runs; the value is the port."""
    with connections(_Relay(server, doom).connected) as port:
        yield port


@dataclass
class _Relay:
    server: Server
    doom: Doom

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        target = head.split(b" ", 2)[1].decode()
        is_last = not self.doom.happened and self.doom.is_last(target)
        if is_last:
            self.doom.happened.append(target)
        async with opened(self.server.address[1]) as (answer, question):
            question.write(head[:-2] + b"Connection: close\r\n\r\n")
            left_bytes = self.doom.after_bytes if is_last else None
            while piece := await answer.read(_PIECE_BYTES):
                writer.write(piece[:left_bytes])
                await writer.drain()
                if left_bytes is not None and (left_bytes := left_bytes - len(piece)) <= 0:
                    for pid in self.server.workers:
                        os.kill(pid, signal.SIGKILL)
                    return

"""Kept answers in Redis or Valkey, for all processes; nothing there is waited for long, or missed.

A name is the version of the program, so that nobody reads what another one writes, and a digest of
what was asked. One that nobody can read has no answer, and is read from rows.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from origin.cache.errors import Refused, Unanswered
from origin.companion.caching.kept import Kept, from_bytes, to_bytes
from origin.delivery.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from origin.cache.connection import Connection

ANSWER_BYTES_MAX: Final = 256 * 1024
_WRITES_MAX: Final = 64
_NAMES: Final = f"soundbridge:1:answers:{version('soundbridge')}:"


class SharedAnswers:
    """What is kept for all; ``secret`` gives the key of seals, ``clock`` tells epoch seconds."""

    def __init__(
        self,
        connection: "Connection",
        secret: Callable[[], Awaitable[bytes]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._secret = secret
        self._clock = clock
        self._writes: set[asyncio.Task[None]] = set()
        self.wrong = 0
        """How many values were not what was written."""

    async def get(self, key: str) -> Kept | None:
        """Return what is kept, with its age as ``read_s``; raises Unanswered or Refused."""
        name, client = _name(key), self._connection.client
        value = await self._connection.ask(lambda: client.get(name))
        if not isinstance(value, bytes):
            return None
        try:
            kept = from_bytes(value, name, await self._secret())
        except DatabaseUnavailable as error:
            raise Unanswered from error
        if kept is None:
            self.wrong += 1
            return None
        return kept.at(max(self._clock() - kept.read_s, 0.0))

    def put(self, key: str, kept: Kept, age_s: float, kept_s: float) -> None:
        """Give it to all for so long, some time after it is asked for."""
        if len(self._writes) >= _WRITES_MAX or len(kept.said.content or b"") > ANSWER_BYTES_MAX:
            return
        write = asyncio.create_task(self._put(key, kept.at(self._clock() - age_s), kept_s))
        self._writes.add(write)
        write.add_done_callback(self._writes.discard)

    async def close(self) -> None:
        """Wait for what is on its way; each part of it has its deadline."""
        await asyncio.gather(*self._writes, return_exceptions=True)

    async def _put(self, key: str, kept: Kept, kept_s: float) -> None:
        name, client = _name(key), self._connection.client
        try:
            value = to_bytes(kept, name, await self._secret())
            life_ms = max(int(kept_s * 1000), 1)
            await self._connection.ask(lambda: client.set(name, value, px=life_ms), len(value))
        except (Unanswered, Refused, DatabaseUnavailable):
            return


def _name(key: str) -> str:
    return _NAMES + hashlib.sha256(key.encode()).hexdigest()

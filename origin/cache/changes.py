"""Changes, told by who makes them and heard by every process that serves.

A message names the keys of objects that were written or taken away, one a line. Redis forgets a
message that nobody hears, so a listener trusts in messages only while it is connected: whatever may
change counts as changed when it begins to hear, and lives for short while it does not. A server
that no longer answers looks like a quiet one: it is asked for a sign of life every second.

Who publishes is not held up: a message has a deadline, and where it is lost, lifetimes end without.
Each is tried, whatever became of those before: who listens trusts that it is, once he is connected.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

import structlog
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from origin.cache.connection import Connection
from origin.cache.errors import Refused, Unanswered

if TYPE_CHECKING:
    from redis.asyncio import Redis

CHANNEL: Final = "soundbridge:1:changes"
SIGN_OF_LIFE_S: Final = 1.0
SILENCE_MAX_S: Final = 3.0
_PAUSE_MIN_S: Final = 0.1
_PAUSE_MAX_S: Final = 2.0
_MESSAGE_BYTES_MAX: Final = 64 * 1024

_log = structlog.get_logger("soundbridge.cache")


class Hearer(Protocol):
    """Whoever holds what can change."""

    def changed(self, key: str) -> None:
        """Give nobody what was read of an object until now."""

    def hear(self, *, hears: bool) -> None:
        """Begin, or end, to trust that ``changed`` is told of each change."""


async def tell(connection: Connection, keys: Sequence[str]) -> None:
    """Tell all who listen that these objects have changed."""
    if not keys:
        return
    message = "\n".join(keys).encode()
    try:
        await connection.ask_anyway(lambda: connection.client.publish(CHANNEL, message))
    except (Unanswered, Refused):
        _log.debug("change not told", keys=len(keys))


async def listen(
    client: "Redis", hearer: Hearer, *, chance: Callable[[], float] = random.random
) -> None:
    """Listen until cancelled, over as many connections as it takes."""
    pause_s = _PAUSE_MIN_S
    while True:
        heard = _Heard(hearer)
        with suppress(RedisError, OSError, TimeoutError):
            try:
                async with client.pubsub() as messages:
                    await _hear(messages, heard)
            finally:
                heard.end()
        pause_s = _PAUSE_MIN_S if heard.began else min(pause_s * 2, _PAUSE_MAX_S)
        await asyncio.sleep(pause_s * (0.5 + chance()))


class _Heard:
    """One connection's messages on their way to a hearer."""

    def __init__(self, hearer: Hearer) -> None:
        self._hearer = hearer
        self.began = False

    def take(self, kind: str, data: object) -> None:
        if kind == "subscribe":
            self.began = True
            self._hearer.hear(hears=True)
            _log.info("listening for changes")
        elif kind == "message" and isinstance(data, bytes) and len(data) <= _MESSAGE_BYTES_MAX:
            for key in data.decode(errors="replace").split("\n"):
                self._hearer.changed(key)
        elif kind == "message":
            self._hearer.hear(hears=True)  # it cannot be read: anything may have changed

    def end(self) -> None:
        if self.began:
            self._hearer.hear(hears=False)
            _log.warning("not listening for changes")


async def _hear(messages: PubSub, heard: _Heard) -> None:
    """Pass messages on until nothing more is heard; raises TimeoutError then."""
    async with asyncio.timeout(SILENCE_MAX_S) as silence:
        loop = asyncio.get_running_loop()
        await messages.subscribe(CHANNEL)
        while True:
            message = await messages.get_message(timeout=SIGN_OF_LIFE_S)
            if message is None:
                await messages.ping()
                continue
            silence.reschedule(loop.time() + SILENCE_MAX_S)
            heard.take(str(message["type"]), message["data"])

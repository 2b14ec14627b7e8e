"""The second tier: listed objects in Redis or Valkey, for all processes, an hour each.

A value is an object's bytes, its name the object's key and the beginning of its digest, after the
version of this format. What comes back is hashed: what was cut off, altered, or put there by
somebody else is no hit, and is read from the store.

Who finds nothing claims the read (``SET NX``, with a token and an end), reads the store, and gives
the bytes to Redis after those who wait here. Everybody else looks again, soon and then less often,
and after a while reads for himself: a claim can be lost with its process, and a store can be slow.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from itertools import count
from typing import Any, Final, TypeVar

from manifests.index import StoredObject
from origin.cache.batch import Gets
from origin.cache.connection import Connection, Refused, Trouble, Unanswered, trouble_of
from origin.cache.lifetimes import LISTED
from origin.cache.record import Found
from origin.cache.tiered import Arrival
from origin.stores.reader import matches

NAMES: Final = "soundbridge:1:"
CLAIM_S: Final = 5.0
WAIT_S: Final = 2.0
"""How long a process waits for another's read of the store before it does its own."""
_DIGITS: Final = 16
_WRONG: Final = "wrong"
_PAUSE_MIN_S: Final = 0.005
_PAUSE_MAX_S: Final = 0.1
_RELEASE: Final = (
    "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"
)

T = TypeVar("T")


class SharedTier:
    """Objects in Redis; ``close`` waits for what is on its way there."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._connection = connection
        self._client = connection.client
        self._clock = clock
        self._chance = chance
        self._gets = Gets(self._client, self._ask)
        self._claimant = secrets.token_hex(8)
        self._claims = count()
        self.reads = dict.fromkeys(("hit", "miss", "failed", "not_asked"), 0)
        """How many reads went how; ``not_asked`` while it was taken for unreachable."""
        self.errors = dict.fromkeys((*Trouble, _WRONG), 0)
        """How many commands it did not do, and values it gave that were not what they should be."""
        self._giving: set[asyncio.Task[None]] = set()

    async def read(
        self, key: str, listed: StoredObject, from_store: Callable[[], Awaitable[bytes]]
    ) -> Arrival:
        """Return an object from Redis or, one process for all of them, from the store."""
        name = f"{NAMES}{key}:{listed.sha256[:_DIGITS]}"
        token = f"{self._claimant}:{next(self._claims)}"
        try:
            content = await self._found_or_claimed(name, token, listed)
        except (Unanswered, Refused) as error:
            self.reads["not_asked" if trouble_of(error) is None else "failed"] += 1
            return Arrival(await from_store(), Found.STORE)
        if content is not None:
            self.reads["hit"] += 1
            return Arrival(content, Found.SHARED)
        self.reads["miss"] += 1
        try:
            content = await from_store()
        except BaseException:
            self._later(self._release(name, token))
            raise
        self._later(self._give(name, token, content))
        return Arrival(content, Found.NOT_SHARED)

    async def close(self) -> None:
        """Wait for what is on its way; each part of it has its deadline."""
        await asyncio.gather(*self._giving)

    async def _found_or_claimed(self, name: str, token: str, listed: StoredObject) -> bytes | None:
        """Return an object; None where the store is to be read for it."""
        until_s = self._clock() + WAIT_S
        pause_s = _PAUSE_MIN_S
        while True:
            content = await self._get(name, listed)
            if content is not None:
                return content
            if await self._claim(name, token):
                return await self._get(name, listed)  # it may have come before the claim
            if self._clock() >= until_s:
                return None
            await asyncio.sleep(pause_s * (0.5 + self._chance()))
            pause_s = min(pause_s * 2, _PAUSE_MAX_S)

    async def _get(self, name: str, listed: StoredObject) -> bytes | None:
        content = await self._gets.get(name)
        if content is None or (isinstance(content, bytes) and matches(content, listed)):
            return content
        self.errors[_WRONG] += 1
        return None

    async def _ask(self, command: Callable[[], Awaitable[T]]) -> T:
        try:
            return await self._connection.ask(command)
        except (Unanswered, Refused) as error:
            trouble = trouble_of(error)
            if trouble is not None:
                self.errors[trouble] += 1
            raise

    async def _claim(self, name: str, token: str) -> bool:
        claimed = await self._ask(
            lambda: self._client.set(_claim_of(name), token, nx=True, px=int(CLAIM_S * 1000))
        )
        return bool(claimed)

    async def _give(self, name: str, token: str, content: bytes) -> None:
        with suppress(Unanswered, Refused):  # the next who asks reads the store
            await self._ask(lambda: self._client.set(name, content, ex=LISTED.shared_s))
        await self._release(name, token)

    async def _release(self, name: str, token: str) -> None:
        """Let others claim it; a claim that ended in the meantime may be another's."""
        with suppress(Unanswered, Refused):  # it has an end
            await self._ask(lambda: self._client.eval(_RELEASE, 1, _claim_of(name), token))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._giving.add(task)
        task.add_done_callback(self._giving.discard)


def _claim_of(name: str) -> str:
    return f"{name}:claim"

"""The second tier: listed objects in Redis or Valkey, for all processes, an hour each.

A value is an object's bytes, its name the object's key and the beginning of its digest, after the
version of this format. What comes back is hashed: what was cut off, altered, or put there by
somebody else is no hit, and is read from the store.

Who finds nothing claims the read (``claims``), reads the store, and gives the bytes to Redis after
those who wait here, unless nobody will ask for them for as long as Redis would keep them (``stay``)
and nobody waits elsewhere. Everybody else looks again, soon and then less often, and claims the
read where he may: a claim can be lost with its process, and a read can be stuck or fail. What the
first of two readers brings is everybody's, the other's too. Nobody waits much longer than for the
store alone.

Who gets no answer from Redis when he begins reads for himself, at once. Who waits already has time:
for a moment (``SILENT_S``), he goes on to.

An index is not here, though it never changes: nothing vouches for it, and it vouches for all else
of its revision. Whoever can write to Redis could have a listener of that revision hear anything,
for a year in every cache. A digest beside it in Redis would be written by the same hand. Each
process reads an index once, and remembers what it says (``delivery.published``); so as many
processes as there are read it, and none for each listener.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from math import inf
from typing import Any, Final, NamedTuple, TypeVar

from manifests.index import StoredObject
from origin.cache.batch import Gets
from origin.cache.claims import Claim, Claims
from origin.cache.connection import Connection, Trouble, trouble_of
from origin.cache.errors import Refused, Unanswered
from origin.cache.lifetimes import LISTED
from origin.cache.record import Found
from origin.cache.stay import Stay
from origin.cache.tiered import Arrival
from origin.delivery.errors import Cause, StoreUnavailable
from origin.stores.reader import TIMEOUT_S, matches

NAMES: Final = "soundbridge:1:"
WAIT_S: Final = 2.0
"""How long another process's read is waited for before a second one may begin."""
SILENT_S: Final = 1.5
"""How long Redis may be silent until who waits for another's read goes on without. After some late
commands it is not asked for a second (``origin.circuit``)."""
_GIVING_S: Final = 0.5
AGAIN_S: Final = 30.0
"""What is read twice in so long is given in any case, be it by two processes."""
_DIGITS: Final = 16
_WRONG: Final = "wrong"
_PAUSE_MIN_S: Final = 0.005
_PAUSE_MAX_S: Final = 0.2

T = TypeVar("T")


class _Wanted(NamedTuple):
    """An object that is wanted since ``begun_s``, and its name in Redis."""

    name: str
    listed: StoredObject
    from_store: Callable[[], Awaitable[bytes]]
    wanted_in_s: Callable[[], float]
    begun_s: float


class SharedTier:
    """Objects in Redis; ``close`` waits for what is on its way there.

    ``store_s`` is how long a read of the store may take.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        store_s: float = TIMEOUT_S,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store_s = store_s
        self._longest_s = store_s + WAIT_S
        self._connection = connection
        self._client = connection.client
        self._clock = clock
        self._chance = chance
        self._gets = Gets(self._client, self._ask)
        self._claims = Claims(self._client, self._ask, store_s + _GIVING_S)
        self.stay = Stay()
        self.reads = dict.fromkeys(("hit", "miss", "failed", "not_asked"), 0)
        """How many reads went how; ``not_asked`` while it was taken for unreachable."""
        self.errors = dict.fromkeys((*Trouble, _WRONG), 0)
        """How many commands it did not do, and values it gave that were not what they should be."""
        self._giving: set[asyncio.Task[None]] = set()

    async def read(
        self,
        key: str,
        listed: StoredObject,
        from_store: Callable[[], Awaitable[bytes]],
        wanted_in_s: Callable[[], float],
    ) -> Arrival:
        """Return an object from Redis or, one process for all of them, from the store.

        ``wanted_in_s`` tells, once it was given to who asks, when it will be asked for again.
        """
        name = f"{NAMES}{key}:{listed.sha256[:_DIGITS]}"
        wanted = _Wanted(name, listed, from_store, wanted_in_s, self._clock())
        try:
            found = await self._found_or_claimed(wanted)
        except (Unanswered, Refused) as error:
            self.reads["not_asked" if trouble_of(error) is None else "failed"] += 1
            return Arrival(await self._in_time(wanted), Found.STORE)
        if isinstance(found, Claim):
            return await self._under(found, wanted)
        self.reads["hit"] += 1
        return Arrival(found, Found.SHARED)

    async def close(self) -> None:
        """Wait for what is on its way; each part of it has its deadline."""
        await asyncio.gather(*self._giving)

    async def _found_or_claimed(self, wanted: _Wanted) -> bytes | Claim:
        """Return an object, or under which claim the store is to be read for it."""
        answered_s, pause_s, has_said_so = -inf, _PAUSE_MIN_S, False
        while (waited_s := self._clock() - wanted.begun_s) < self._longest_s:
            claims = self._claims.of(wanted.name)[: 1 + (waited_s >= WAIT_S)]
            try:
                found = await self._found_or_taken(wanted, claims)
                answered_s = self._clock()
                if found is None and not has_said_so:
                    await self._claims.say_wanted(wanted.name, self._longest_s + _GIVING_S)
                    has_said_so = True
            except Unanswered:
                if self._clock() - answered_s >= SILENT_S:
                    raise
            else:
                if found is not None:
                    return found
            await asyncio.sleep(pause_s * (0.5 + self._chance()))
            pause_s = min(pause_s * 2, _PAUSE_MAX_S)
        raise _late()

    async def _found_or_taken(
        self, wanted: _Wanted, claims: Sequence[Claim]
    ) -> bytes | Claim | None:
        """Return an object or, where it is not there, which claim was free; None for neither."""
        content = await self._get(wanted)
        if content is not None:
            return content
        for claim in claims:
            if await self._take(claim):
                return claim
        return None

    async def _take(self, claim: Claim) -> bool:
        try:
            return await self._claims.take(claim)
        except Refused:
            raise
        except BaseException:  # nobody has said that it is not ours
            self._later(self._claims.release(claim))
            raise

    async def _under(self, claim: Claim, wanted: _Wanted) -> Arrival:
        """Return what was wanted, read under a claim, which ends with that."""
        try:
            arrival = await self._sooner(wanted)
        except BaseException:
            self.reads["miss"] += 1
            self._later(self._claims.release(claim))
            raise
        if arrival.found is Found.SHARED:
            self.reads["hit"] += 1
            self._later(self._claims.release(claim))
        else:
            self.reads["miss"] += 1
            self._later(self._give(wanted, arrival.content, claim))
        return arrival

    async def _sooner(self, wanted: _Wanted) -> Arrival:
        """Return what the store has or, where that takes long, what another's read has brought."""
        content = await self._there(wanted)  # it may have come before the claim
        if content is not None:
            return Arrival(content, Found.SHARED)
        reading = asyncio.create_task(self._in_time(wanted))
        wait_s = max(wanted.begun_s + WAIT_S - self._clock(), _PAUSE_MAX_S)
        try:
            while not (await asyncio.wait({reading}, timeout=wait_s))[0]:
                content = await self._there(wanted)
                if content is not None:
                    return Arrival(content, Found.SHARED)
                wait_s = _PAUSE_MAX_S
            return Arrival(reading.result(), Found.NOT_SHARED)
        finally:
            if reading.cancel():
                await asyncio.gather(reading, return_exceptions=True)
            elif not reading.cancelled():
                reading.exception()  # seen, even where the other's came just before

    async def _in_time(self, wanted: _Wanted) -> bytes:
        """Return what the store has, if it comes before anybody has waited too long."""
        try:
            async with asyncio.timeout(wanted.begun_s + self._longest_s - self._clock()):
                return await wanted.from_store()
        except TimeoutError as error:
            raise _late() from error

    async def _there(self, wanted: _Wanted) -> bytes | None:
        """Return an object, if it is there and that can be told."""
        with suppress(Unanswered, Refused):
            return await self._get(wanted)
        return None

    async def _get(self, wanted: _Wanted) -> bytes | None:
        content = await self._gets.get(wanted.name, wanted.listed.size_bytes)
        if content is None or (isinstance(content, bytes) and matches(content, wanted.listed)):
            return content
        self.errors[_WRONG] += 1
        return None

    async def _ask(self, command: Callable[[], Awaitable[T]], size_bytes: int = 0, /) -> T:
        try:
            return await self._connection.ask(command, size_bytes)
        except (Unanswered, Refused) as error:
            trouble = trouble_of(error)
            if trouble is not None:
                self.errors[trouble] += 1
            raise

    async def _give(self, wanted: _Wanted, content: bytes, claim: Claim) -> None:
        with suppress(Unanswered, Refused):  # the next who asks reads the store
            if await self._is_worth_its_room(wanted):
                await self._ask(
                    lambda: self._client.set(wanted.name, content, ex=LISTED.shared_s),
                    len(content),
                )
        await self._claims.release(claim)

    async def _is_worth_its_room(self, wanted: _Wanted) -> bool:
        if self.stay.lasts(wanted.wanted_in_s()):
            return True
        return await self._claims.was_wanted(wanted.name, min(self.stay.seconds, AGAIN_S))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._giving.add(task)
        task.add_done_callback(self._giving.discard)


def _late() -> StoreUnavailable:
    return StoreUnavailable("The object store did not answer in time; try again.", Cause.LATE)

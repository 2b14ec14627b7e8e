"""Answering from what is kept: from memory, from Redis, or from rows, once for all who ask.

Who asks for what is being read waits for that (``origin.cache.flights``); what was begun before a
change is not joined after it. An answer that is stale is given, and made anew beside: so many at a
time, within a time, and where that fails, not at once again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from aiohttp import web

from origin.cache.errors import Refused, Unanswered
from origin.cache.flights import Flights, Ticket
from origin.cache.record import Found, current
from origin.cache.tell import Tell, tell_nobody
from origin.companion.api.endpoint import Call, Endpoint
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.api.reading import read_query
from origin.companion.api.said import Said
from origin.companion.caching.following import WAKE, Following
from origin.companion.caching.kept import Kept
from origin.companion.caching.noting import Noting
from origin.companion.caching.policy import Keeping, Worth, worth
from origin.companion.caching.shared import SharedAnswers
from origin.companion.caching.subjects import with_kinds
from origin.companion.database import before_each_look
from origin.delivery.bounded import BoundedMap

BYTES_MAX: Final = 48_000_000
"""What a process keeps in memory, beside 1 MB of how things were asked for: all that is asked of
20,000 tracks, their lists and what finds them."""
_ALIASES_BYTES_MAX: Final = 1_000_000
_ALIAS_BYTES: Final = 300
_NO_QUERY: Final = NoQuery().model_dump_json()
_RENEWALS_MAX: Final = 2
"""Whoever asked has an answer: what is renewed is not to keep others waiting."""
_TELLING_MAX: Final = 4
"""Of those who hear it, each reads all there is: one message more would tell nothing."""
_RENEWAL_S: Final = 5.0
_AGAIN_S: Final = 1.0


class _Asked(NamedTuple):
    """Something to read: by which endpoint, for whoever asks like this."""

    key: str
    endpoint: Endpoint
    keeping: Keeping
    call: Call[Any, Any]


class _Read(NamedTuple):
    said: Said
    found: Found


class Answers:
    """What one process keeps; ``clock`` tells monotonic seconds. ``following`` is to be run."""

    def __init__(
        self,
        following: Following,
        shared: SharedAnswers | None = None,
        *,
        tell: Tell = tell_nobody,
        bytes_max: int = BYTES_MAX,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._following = following
        self._shared = shared
        self._tell = tell
        self._telling: set[asyncio.Task[None]] = set()
        self._clock = clock
        self._kept: BoundedMap[str, Kept] = BoundedMap(bytes_max)
        self._keys: BoundedMap[str, str] = BoundedMap(_ALIASES_BYTES_MAX)
        self._flights: Flights[str, _Read] = Flights()
        self._renewals: dict[str, asyncio.Task[_Read]] = {}
        self._not_before_s: BoundedMap[str, float] = BoundedMap(_RENEWALS_MAX * 100)
        following.on_change = self._part

    def on_removed(self, tell: Callable[[str], object]) -> None:
        """Let somebody be told of each prefix in the store below which all was removed."""
        self._following.on_removed = tell

    @property
    def raised(self) -> dict[str, int]:
        """How many subjects have changed, by kind."""
        return dict(self._following.raised)

    @property
    def is_current(self) -> bool:
        """Whether what it knows of changes is as young as it is to be."""
        return self._following.is_known

    @property
    def size_bytes(self) -> int:
        """What is kept in memory takes so much."""
        return self._kept.weight

    def __len__(self) -> int:
        """Return how many answers are kept in memory."""
        return len(self._kept)

    async def said(
        self, endpoint: Endpoint, keeping: Keeping, request: web.Request, now_s: float
    ) -> Said:
        """Return what is said to nobody in particular; raises what the endpoint does."""
        key = self.key(endpoint, request)
        asking = partial(self._asked, key, endpoint, keeping, request, now_s)
        counts = await self._following.knows()
        kept = self._kept.get(key) if counts else None
        if kept is not None:
            match self._worth(kept, keeping):
                case Worth.FRESH:
                    current().note(Found.MEMORY)
                    return kept.said
                case Worth.STALE:
                    if len(self._renewals) < _RENEWALS_MAX:
                        self._renew(key, asking)
                    current().note(Found.STALE)
                    current().note_age(self._clock() - kept.read_s)
                    return kept.said
                case Worth.NOTHING:
                    self._kept.drop(key)
        flight = self._flights.under_way(key)
        if flight is not None:
            said = (await asyncio.shield(flight)).said
            current().note(Found.JOINED)
            return said
        read = await asyncio.shield(
            self._flights.begin(key, partial(self._read, asking(), counts=counts))
        )
        current().note(read.found)
        return read.said

    def at_hand(self, key: str, keeping: Keeping) -> Said | None:
        """Return what is kept and fresh; None where somebody would have to be asked."""
        kept = self._kept.get(key) if self._following.is_known else None
        if kept is None or self._worth(kept, keeping) is not Worth.FRESH:
            return None
        return kept.said

    async def told(self) -> None:
        """Know what a request has just changed, before it is answered; wake the others."""
        await self._following.catch_up()
        if len(self._telling) < _TELLING_MAX:
            telling = asyncio.create_task(self._tell([WAKE]))
            self._telling.add(telling)
            telling.add_done_callback(self._telling.discard)

    def write_through(
        self, endpoint: Endpoint, keeping: Keeping, request: web.Request, now_s: float
    ) -> None:
        """Make an answer anew whose subject was changed, where it is kept: for who asks next.

        However much else is made anew: who asks next would have to wait for this.
        """
        key = key_of(endpoint, request.match_info, _NO_QUERY)
        if self._kept.get(key) is not None:
            self._renew(key, partial(self._asked, key, endpoint, keeping, request, now_s))

    async def close(self) -> None:
        """End what is under way."""
        await self._flights.close()
        await asyncio.gather(*self._telling, return_exceptions=True)
        if self._shared is not None:
            await self._shared.close()

    def key(self, endpoint: Endpoint, request: web.Request) -> str:
        """Return what names what is asked, however it is; raises QueryInvalid."""
        if endpoint.query is NoQuery and not request.query_string:
            return key_of(endpoint, request.match_info, _NO_QUERY)
        key = self._keys.get(request.raw_path)
        if key is None:
            query = read_query(request, endpoint.query).model_dump_json()
            key = key_of(endpoint, request.match_info, query)
            self._keys.put(request.raw_path, key, 2 * len(request.raw_path) + _ALIAS_BYTES)
        return key

    def _asked(
        self, key: str, endpoint: Endpoint, keeping: Keeping, request: web.Request, now_s: float
    ) -> _Asked:
        query = NoQuery() if endpoint.query is NoQuery else read_query(request, endpoint.query)
        call = Call(request, None, dict(request.match_info), query, NoBody(), now_s)
        return _Asked(key, endpoint, keeping, call)

    def _worth(self, kept: Kept, keeping: Keeping) -> Worth:
        known = self._following.generations
        if not known.stand(kept.subjects, kept.position):
            return Worth.NOTHING
        return worth(keeping, kept.read_s, self._clock(), known.changed_s)

    def _renew(self, key: str, asking: Callable[[], _Asked]) -> None:
        """Read beside, unless it is read already, or could not be a moment ago."""
        is_too_soon = (self._not_before_s.get(key) or 0) > self._clock()
        if is_too_soon or self._flights.under_way(key):
            return
        renewal = self._flights.begin(key, partial(self._read_within, asking()))
        self._renewals[key] = renewal
        renewal.add_done_callback(lambda done: self._renewed(key, done))

    def _renewed(self, key: str, done: asyncio.Task[_Read]) -> None:
        if self._renewals.get(key) is done:
            del self._renewals[key]
        if done.cancelled() or done.exception() is not None:
            self._not_before_s.put(key, self._clock() + _AGAIN_S, 1)

    async def _read_within(self, asked: _Asked, ticket: Ticket) -> _Read:
        async with asyncio.timeout(_RENEWAL_S):
            return await self._read(asked, ticket, counts=True)

    async def _read(self, asked: _Asked, _ticket: Ticket, *, counts: bool) -> _Read:
        """Read what is asked, from Redis or from rows, and keep it."""
        found = Found.STORE
        if self._shared is not None and counts:
            with suppress(Unanswered, Refused):
                kept = await self._from_shared(self._shared, asked)
                if kept is not None:
                    return _Read(kept.said, Found.SHARED)
                found = Found.NOT_SHARED
        noting, read_s = Noting(self._following.position), self._clock()
        with before_each_look(noting):
            answer = await asked.endpoint.handle(asked.call)
        if isinstance(answer, web.StreamResponse):
            raise TypeError(f"{asked.endpoint.name} streams, and cannot be kept")
        said = Said.of(answer).digested()
        if noting.position is not None and not answer.is_makeshift:
            about = with_kinds(asked.keeping.subjects(asked.call, answer.content))
            said = self._keep(asked, Kept(said, about, noting.position, read_s))
        return _Read(said, found)

    async def _from_shared(self, shared: SharedAnswers, asked: _Asked) -> Kept | None:
        """Return what another process has read, where that is fresh."""
        found = await shared.get(asked.key)
        if found is None:
            return None
        kept = found.at(self._clock() - found.read_s)
        if self._worth(kept, asked.keeping) is not Worth.FRESH:
            return None
        return self._hold(asked.key, kept)

    def _hold(self, key: str, kept: Kept) -> Kept:
        """Hold it in memory; what is the same as before stays the same object, and vouched for."""
        before = self._kept.get(key)
        if before is not None and before.said.is_as(kept.said):
            kept = replace(kept, said=before.said)
        self._kept.put(key, kept, kept.size_bytes)
        return kept

    def _keep(self, asked: _Asked, kept: Kept) -> Said:
        """Keep what was read; return what is said."""
        if self._worth(kept, asked.keeping) is Worth.NOTHING:  # it was changed meanwhile
            return kept.said
        kept = self._hold(asked.key, kept)
        if self._shared is not None:
            age_s = self._clock() - kept.read_s
            self._shared.put(asked.key, kept, age_s, asked.keeping.kept_s - age_s)
        return kept.said

    def _part(self) -> None:
        """Let nobody who comes after a change join what began before."""
        self._flights.leave(lambda _: True)


def key_of(endpoint: Endpoint, ids: Mapping[str, str], query: str) -> str:
    """Return what names an answer, however it was asked for."""
    return "\n".join((endpoint.name, *(ids[name] for name in sorted(ids)), query))

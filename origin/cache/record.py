"""What the reads of one request found, and how that is told in ``Cache-Status`` (RFC 9211).

aiohttp runs a request in a task of its own, so a context variable leads from the middleware to
whatever reads, and ``on_response_prepare`` tells the result. A request may read several objects (an
entry, the index of its revision, a segment): the one that came from farthest is told. Two requests
that find the same in memory say the same, so that an answer can be given again as it is.

It is a hit where nothing was asked of anybody else (§2.1). So where no object was read at all, what
an answer was made of is held by this process: a page, a playlist that is compressed already. What
an index that is held does not list is an absence; what stands in for a store that failed a moment
ago, and is not asked again yet, is a hit.

The first member of the field is the cache closest to the store (§2), here Redis. A stale answer
tells its Age (RFC 9111 §5.1), so that caches outside do not take it for a fresh one.
"""

import time
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from origin.cache.held import Held

MEMORY_NAME: Final = "soundbridge"
SHARED_NAME: Final = "soundbridge-shared"
CACHE_STATUS: Final = "Cache-Status"


class Found(Enum):
    """Where an object was found, the nearest first; the value is what Cache-Status says."""

    ABSENCE = f"{MEMORY_NAME}; hit; detail=absence"
    MEMORY = f"{MEMORY_NAME}; hit"
    STALE = f"{MEMORY_NAME}; hit; detail=stale-while-revalidate"
    STALE_UNTRIED = f"{MEMORY_NAME}; hit; detail=stale-if-error"
    JOINED = f"{MEMORY_NAME}; fwd=uri-miss; collapsed"
    SHARED = f"{SHARED_NAME}; hit, {MEMORY_NAME}; fwd=uri-miss"
    NOT_SHARED = f"{SHARED_NAME}; fwd=uri-miss, {MEMORY_NAME}; fwd=uri-miss"
    STORE = f"{MEMORY_NAME}; fwd=uri-miss"
    RENEWED = f"{MEMORY_NAME}; fwd=stale"
    STALE_ON_ERROR = f"{MEMORY_NAME}; fwd=stale; detail=stale-if-error"


PURGED_AFTER_S: Final = 1.0
"""How long after its objects were read an answer may come: who purges may have done so by then."""
NOT_ASKED: Final = f"{MEMORY_NAME}; fwd=bypass"
_ORDER: Final = {found: place for place, found in enumerate(Found)}
_SUCCESSES: Final = frozenset({200, 206, 304})
_OF_SOMETHING_HERE: Final = frozenset({412, 416})
"""They have a problem document, which nobody stores, but tell of what could have been given."""


@dataclass(slots=True)
class Record:
    """What one request's reads found.

    ``held`` are the objects that are in memory now. ``until_s`` is when the first of them, or of
    lists, becomes stale, by the loop's clock; None where none ever does. ``may_be_behind`` says
    that something may have changed since it was read, and been purged from caches meanwhile;
    ``read_s`` when the first of those was read of whose changes nobody tells.
    """

    farthest: Found | None = None
    held: list[Held] = field(default_factory=list)
    until_s: float | None = None
    age_s: float | None = None
    may_be_behind: bool = False
    read_s: float = inf

    @property
    def is_from_memory(self) -> bool:
        """Whether the next who asks will find the same, and be told the same."""
        is_near = self.farthest in {None, Found.ABSENCE, Found.MEMORY}
        return is_near and all(held.is_current for held in self.held)

    @property
    def is_behind(self) -> bool:
        """Whether an answer that is given now may have been purged already, for all we know."""
        return self.may_be_behind or time.monotonic() > self.read_s + PURGED_AFTER_S

    def keys(self) -> tuple[str, ...]:
        """Return the keys of the objects that are in memory, each once."""
        return tuple(dict.fromkeys(held.key for held in self.held))

    def note(self, found: Found) -> None:
        """Take note of where an object was found."""
        if self.farthest is None or _ORDER[found] > _ORDER[self.farthest]:
            self.farthest = found

    def note_held(self, held: Held, until_s: float | None) -> None:
        """Take note of an object that is in memory, and until when it is fresh."""
        self.held.append(held)
        if until_s is not None:
            self.note_until(until_s)

    def note_unheard(self) -> None:
        """Take note that something is read now of whose changes nobody tells."""
        self.read_s = min(self.read_s, time.monotonic())

    def note_until(self, until_s: float) -> None:
        """Take note of until when something that was found is fresh."""
        self.until_s = until_s if self.until_s is None else min(until_s, self.until_s)

    def note_age(self, age_s: float) -> None:
        """Take note of something stale that nobody could renew."""
        self.age_s = age_s if self.age_s is None else max(age_s, self.age_s)


_current: ContextVar[Record | None] = ContextVar("reads of this request", default=None)
RECORD: Final = web.RequestKey("reads", Record)


def current() -> Record:
    """Return the record of the request that is being answered; where there is none, a new one."""
    return _current.get() or Record()


def context_apart() -> Context:
    """Return the present context for work that belongs to no request, whose trace it stays in."""
    apart = copy_context()
    apart.run(_current.set, None)
    return apart


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Begin a record for everything that is read for a request."""
    record = request[RECORD] = Record()
    token = _current.set(record)
    try:
        return await handler(request)
    finally:
        _current.reset(token)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Tell a response's reader what its reads found."""
    record = request.get(RECORD)
    response.headers[CACHE_STATUS] = _told(request, response)
    if record is not None and record.age_s is not None:
        response.headers[hdrs.AGE] = str(int(record.age_s))


def put_not_asked(response: web.StreamResponse) -> None:
    """Tell that nothing was looked for, on an answer that is made without the application."""
    response.headers[CACHE_STATUS] = NOT_ASKED


def found_for(request: web.BaseRequest, response: web.StreamResponse) -> Found | None:
    """Return where what an answer is made of was found; None where it was not looked for."""
    record: Record | None = request.get(RECORD)
    if record is not None and record.farthest is not None:
        return record.farthest
    is_kept = response.status in _OF_SOMETHING_HERE or (
        request.method != hdrs.METH_OPTIONS
        and response.status in _SUCCESSES
        and "no-store" not in response.headers.get(hdrs.CACHE_CONTROL, "")
    )
    return Found.MEMORY if is_kept else None


def _told(request: web.Request, response: web.StreamResponse) -> str:
    found = found_for(request, response)
    if found is not None:
        return found.value
    return f"{MEMORY_NAME}; fwd=method" if request.method == hdrs.METH_OPTIONS else NOT_ASKED

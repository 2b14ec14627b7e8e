"""Taking note of requests that tell something by CMCD, beside their answers.

This is called on the hot path: what it does takes less than a microsecond. It looks for the id of a
session where players write it, and keeps the request's bytes if that session is chosen
(``cdn.cmcd.sampling``), without reading them. There is room for so many; beyond, they are counted
and gone. Where no id is found, that is left for whoever reads.
"""

import time
from collections import Counter
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from aiohttp import hdrs, web

from cdn.cmcd.parse import BYTES_MAX, FIELDS
from cdn.cmcd.sampling import Thinning
from origin.delivery.verified import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

ROOM: Final = 1_000
"""At most 4 KB each: the memory that a flood can take. Of edges there is room for as many more."""
PATH_BYTES_MAX: Final = 1024
_PARAMETER: Final = b"CMCD="
_IN_QUERY: Final = b"%2Csid%3D%22"
_IN_QUERY_BYTES: Final = len(_IN_QUERY)
_FIRST_IN_QUERY: Final = b"CMCD=sid%3D%22"
_END_IN_QUERY: Final = b"%22"
_SESSION_FIELD: Final = b"CMCD-Session:"
_SESSION_FIELD_OF_H2: Final = b"cmcd-session:"
_IN_FIELDS: Final = b'sid="'
_IN_FIELDS_BYTES: Final = len(_IN_FIELDS)
_BEFORE_SID: Final = b" ,:\t"
_END_IN_FIELDS: Final = b'"'
_ANSWERED: Final = frozenset({HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED})


class Outcome(StrEnum):
    """What became of a request that told something."""

    TAKEN = "taken"
    UNSAMPLED = "unsampled"
    """Its session is not looked at."""
    DROPPED = "dropped"
    """There was no room, here or on its way to its session."""
    UNREADABLE = "unreadable"
    NO_SESSION = "no_session"
    """It did not say to which session it belongs."""
    ELSEWHERE = "elsewhere"
    """It was for nothing that is played."""


class Told(NamedTuple):
    """A request as it was noted: its path, and its query or, where that ``is_head``, its head.

    ``number`` is that by which its session is chosen; None where nobody has looked yet. What
    ``is_edge`` was told to a cache in front of us, which said so later.
    """

    at_s: float
    path: bytes
    written: bytes
    number: int | None
    is_head: bool
    is_edge: bool = False


class Intake:
    """What one process has noted and not read; ``wake`` is called where that is no longer nothing.

    ``outcomes`` counts what became of requests, but for those that were left out here, which may be
    many: ``unsampled`` and ``dropped``.
    """

    def __init__(self, thinning: Thinning, room: int = ROOM) -> None:
        self.thinning = thinning
        self.outcomes: Counter[str] = Counter()
        self.unsampled = 0
        self.dropped = 0
        self.wake: Callable[[], None] = _nobody
        self._room = room
        self._noted: list[Told] = []
        self._of_edges = 0
        """How many of them: a log that is sent fast takes no room from who is listening."""

    def note_query(self, path: bytes, query: bytes, at_s: float, *, is_edge: bool = False) -> bool:
        """Note a request by its query, if that tells something; tell whether it does."""
        start = query.find(_IN_QUERY) + _IN_QUERY_BYTES
        if start < _IN_QUERY_BYTES:
            return self._note_rare(path, query, at_s, is_edge=is_edge)
        number = crc32(query[start : query.find(_END_IN_QUERY, start)])
        if number % self.thinning.one_in:
            self.unsampled += 1
        else:
            self._note(path, query, number, at_s, is_head=False, is_edge=is_edge)
        return True

    def _note_rare(self, path: bytes, query: bytes, at_s: float, *, is_edge: bool) -> bool:
        """Note a query whose id comes first, or is written otherwise, if it tells something."""
        if _PARAMETER not in query:
            return False
        start, number = query.find(_FIRST_IN_QUERY), None
        if start >= 0:
            start += len(_FIRST_IN_QUERY)
            number = crc32(query[start : query.find(_END_IN_QUERY, start)])
        if number is not None and number % self.thinning.one_in:
            self.unsampled += 1
        else:
            self._note(path, query, number, at_s, is_head=False, is_edge=is_edge)
        return True

    def note_head(self, path: bytes, head: bytes, at_s: float, *, is_edge: bool = False) -> None:
        """Note a request by its head, which has a field of CMCD."""
        field, number = head.find(_SESSION_FIELD), None
        if field < 0:
            field = head.find(_SESSION_FIELD_OF_H2)
        start = head.find(_IN_FIELDS, field) if field >= 0 else -1
        if start >= 0 and head[start - 1] in _BEFORE_SID:
            start += _IN_FIELDS_BYTES
            number = crc32(head[start : head.find(_END_IN_FIELDS, start)])
            if number % self.thinning.one_in:
                self.unsampled += 1
                return
        self._note(path, head, number, at_s, is_head=True, is_edge=is_edge)

    async def note_answer(self, request: web.Request, response: web.StreamResponse) -> None:
        """Note a request that aiohttp answers; a signal of ``on_response_prepare``."""
        if response.status in _ANSWERED and request.method == hdrs.METH_GET:
            self.note_request(request)

    def note_request(self, request: web.Request) -> None:
        """Note a request by its query and, if that tells nothing, by its fields."""
        path, _, query = request.raw_path.partition("?")
        if path.startswith(PREFIX):  # as the hot path has it: no token is kept
            path = f"{PREFIX}-/{path[len(PREFIX) :].partition('/')[2]}"
        if query and self.note_query(_bytes(path), _bytes(query), time.time()):
            return
        told = [f"{name}: {value}" for name in FIELDS for value in request.headers.getall(name, ())]
        if told:
            self.note_head(_bytes(path), _bytes("\r\n".join(told)), time.time())

    @property
    def room_left(self) -> int:
        """How many more of edges can be noted now."""
        return self._room - self._of_edges

    def note_edge(self, at_s: float, url: bytes, fields: bytes) -> None:
        """Note what an edge's log has: a URL's path and query, and the values of header fields.

        Logs have something where there were no fields, too, so these count where a query tells
        nothing.
        """
        path, _, query = url.partition(b"?")
        if not self.note_query(path, query, at_s, is_edge=True):
            self.note_head(path, _SESSION_FIELD_OF_H2 + fields, at_s, is_edge=True)

    def counted(self) -> Counter[str]:
        """Return what became of requests so far."""
        here = {Outcome.UNSAMPLED: self.unsampled, Outcome.DROPPED: self.dropped}
        return self.outcomes + Counter(here)

    def take(self) -> list[Told]:
        """Return what was noted, in the order in which it came, and have room again."""
        noted, self._noted, self._of_edges = self._noted, [], 0
        return noted

    def _note(
        self, path: bytes, written: bytes, number: int | None, at_s: float, *,
        is_head: bool, is_edge: bool,
    ) -> None:  # fmt: skip
        held = self._of_edges if is_edge else len(self._noted) - self._of_edges
        if held >= self._room:
            self.dropped += 1
        elif len(written) > BYTES_MAX or len(path) > PATH_BYTES_MAX:
            self.outcomes[Outcome.UNREADABLE] += 1
        else:
            self._of_edges += is_edge
            self._noted.append(Told(at_s, path, written, number, is_head, is_edge))
            if len(self._noted) == 1:
                self.wake()


def _nobody() -> None:
    """Nobody reads yet."""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")

"""Hot answers that somebody vouches for each time they are given: those of the API.

An object's answer holds for as long as the object is in memory, and is the same for everybody. What
the API keeps holds until an event or time says otherwise, whoever asks for it has a budget, and
each answer carries the name of its request. So each has a ``Voucher``, who is asked before it goes
out, and gaps for what is each request's own. The whole target leads to it, query and all.

Who shows anything by which they may be known is left to aiohttp, as is what nobody vouches for.
That may come to be vouched for again: what was stale, and read anew, and is the same.

An answer is kept once it is found in memory: so what is asked for once takes no room here. One that
was kept before, and was read anew, is so at once. The next one is from memory, and says so.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from aiohttp import hdrs, web

from origin.cache.record import CACHE_STATUS, Found
from origin.delivery.bounded import ENTRY_BYTES, BoundedMap
from origin.delivery.http_date import http_date_of
from origin.telemetry.request_id import HEADER as REQUEST_ID_HEADER

if TYPE_CHECKING:
    from origin.delivery.head import PlainHead
    from origin.telemetry.requests import NotedAnswer

BYTES_MAX: Final = 8_000_000
"""What a process holds, beside what the API keeps of the same answers."""
BUDGET_FIELDS: Final = ("RateLimit-Policy", "RateLimit")
"""They come just before the name of a request, which is behind the date: signals put them there."""
_OF_THIS_ONE: Final = frozenset({*BUDGET_FIELDS, hdrs.AGE})
_ANSWER_BYTES: Final = ENTRY_BYTES + 2_000


class Voucher(Protocol):
    """Knows whether an answer would be the same now; asks nobody and waits for nothing."""

    @property
    def held_bytes(self) -> int:
        """What it holds for that."""

    def stands(self) -> bool:
        """Tell whether it would."""

    def admit(self, peer: str, forwarded_for: str | None, unix_s: float) -> str | None:
        """Count a request; return the lines of what is left of a budget, None for one too many."""


VOUCHER: Final = web.ResponseKey("voucher", Voucher)


class _Asked(NamedTuple):
    """What tells answers apart: the representation, and whether a page of another site asks.

    What is small is compressed only for who takes nothing else (``answer``): so both count.
    """

    target: bytes
    plain: int | None
    compressible: int
    has_origin: bool


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """An answer around the date, the budget, and the request's name."""

    voucher: Voucher
    body: bytes
    noted: "NotedAnswer"
    made_second: int
    _before: str
    _between: str
    _after: str

    def head(self, budget: str, request_id: str, unix_s: float) -> bytes | None:
        """Return its head for one request; None where the clock was set to before it was made."""
        second = int(unix_s)
        if second < self.made_second:
            return None
        dated = f"{self._before}{http_date_of(second)}{self._between}"
        return f"{dated}{budget}{REQUEST_ID_HEADER}: {request_id}{self._after}".encode()


class LiveAnswers:
    """Answers by what was asked, ``bytes_max`` of them; those asked for longest ago go first."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._answers: BoundedMap[_Asked, LiveAnswer] = BoundedMap(bytes_max)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._answers)

    def find(self, target: bytes, head: "PlainHead") -> LiveAnswer | None:
        """Return the answer to a plain request, if it was given, and would be given again."""
        answer = self._known(target, head)
        return answer if answer is not None and answer.voucher.stands() else None

    def knows(self, target: bytes, head: "PlainHead") -> bool:
        """Tell whether there is an answer to a plain request, which may be given no more."""
        return self._known(target, head) is not None

    def _known(self, target: bytes, head: "PlainHead") -> LiveAnswer | None:
        asked = _asked(target, head)
        return None if asked is None else self._answers.get(asked)

    def keep(
        self, target: bytes, head: "PlainHead", response: web.Response, noted: "NotedAnswer"
    ) -> None:
        """Give this answer, which was sent, again to whoever asks in the same words."""
        asked, voucher, body = _asked(target, head), response.get(VOUCHER), response.body
        if asked is None or voucher is None or not isinstance(body, bytes) or not voucher.stands():
            return
        pieces = _around_gaps(response)
        if pieces is None:
            return
        answer = LiveAnswer(voucher, body, noted, int(time.time()), *pieces)
        weight = len(target) + _ANSWER_BYTES + len(body) + voucher.held_bytes
        self._answers.put(asked, answer, weight)


def _asked(target: bytes, head: "PlainHead") -> _Asked | None:
    if head.has_credentials or head.compressible is None:
        return None
    return _Asked(target, head.plain, head.compressible, head.has_origin)


def _around_gaps(response: web.Response) -> tuple[str, str, str] | None:
    """Return a head up to its date, from there to the request's name, and what is behind that.

    It says what the next one says, which is found in memory, and fresh. None where either is not
    there, or in another place, or where the answer is somebody's own.
    """
    pieces = [f"HTTP/1.1 {response.status} {response.reason}\r\n"]
    gaps = [hdrs.DATE, REQUEST_ID_HEADER]
    for name, value in response.headers.items():
        if gaps and name == gaps[0]:
            pieces[-1] += f"{name}: " if name == hdrs.DATE else ""
            pieces.append("\r\n")
            gaps.pop(0)
        elif name == CACHE_STATUS:
            pieces[-1] += f"{name}: {Found.MEMORY.value}\r\n"
        elif name not in _OF_THIS_ONE:
            pieces[-1] += f"{name}: {value}\r\n"
    if gaps or hdrs.SET_COOKIE in response.headers:
        return None
    before, between, after = pieces
    return before, between, after + "\r\n"

"""Answers that are given again, byte for byte apart from their date.

An answer lives as long as the objects it was made of stay in memory (``forget``), and no longer
than it is fresh. The body of most is the object itself, which the cache holds; what others take,
compressed ones for instance, is bounded here.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web

from origin.cache.memory import Use
from origin.cache.record import Record
from origin.delivery.head import REPRESENTATIONS, PlainHead
from origin.delivery.http_date import http_date_of
from origin.memory_shares import USUAL
from origin.telemetry.requests import NotedAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT_EVERY_S: Final = 0.01
"""What is asked for more often will be asked for at once, however often: one use tells that."""
_ANSWER_BYTES: Final = 2_000
"""A head, twice, and what leads to it."""
_Answers = list["HotAnswer | None"]


@dataclass(frozen=True, slots=True)
class Reusable:
    """What is said of an answer that everybody gets who asks for the same.

    ``number`` is that of the representation (``head.number_of``).
    """

    number: int
    compressible: bool


REUSABLE: Final = web.ResponseKey("reusable", Reusable)


class HotAnswer:
    """One answer: its head around the date, and its body.

    ``own_bytes`` is what it takes beside what is in memory anyhow: an object that is sent as it is.
    """

    __slots__ = (
        "_after", "_before", "_head", "_made_second", "_second",
        "body", "counts_from_s", "keys", "noted", "own_bytes", "until_s", "uses",
    )  # fmt: skip

    def __init__(
        self,
        response: web.Response,
        body: bytes,
        reusable: Reusable,
        record: Record,
        noted: NotedAnswer,
    ) -> None:
        keys = record.keys()
        self.noted = noted
        self.body = body
        self.keys = keys
        self.until_s = record.until_s
        self.uses: tuple[Use, ...] = ()
        self.counts_from_s = -inf
        self._before, self._after = _head_around_date(response)
        self._made_second, self._second, self._head = int(time.time()), -1, b""
        is_shared = keys and not reusable.compressible
        self.own_bytes = _ANSWER_BYTES + (0 if is_shared else len(body))

    def head(self, unix_s: float) -> bytes | None:
        """Return its head as of a second; None where the clock was set to before it was made.

        It would tell a time of modification that has not come (RFC 9110 §8.8.2.1).
        """
        second = int(unix_s)
        if second != self._second:
            if second < self._made_second:
                return None
            date = http_date_of(second).encode()
            self._second, self._head = second, self._before + date + self._after
        return self._head


class _Object:
    """What is answered at one path."""

    __slots__ = ("answers", "compressible", "keys")

    def __init__(self, *, compressible: bool) -> None:
        self.compressible = compressible
        self.answers: _Answers = [None] * REPRESENTATIONS
        self.keys: set[str] = set()

    def own_bytes(self) -> int:
        return sum(answer.own_bytes for answer in self.answers if answer is not None)


def _uncounted(_key: str) -> Use | None:
    return None


class HotAnswers:
    """Answers by path and representation, ``bytes_max`` of them; those of the oldest path go first.

    ``use_of`` returns what counts the uses of the object with a key, by the loop's clock.
    """

    def __init__(self, bytes_max: int = USUAL.answers) -> None:
        self.use_of: Callable[[str], Use | None] = _uncounted
        self._bytes_max = bytes_max
        self._own_bytes = 0
        self._objects: dict[bytes, _Object] = {}
        self._paths: defaultdict[str, set[bytes]] = defaultdict(set)

    def __len__(self) -> int:
        """At how many paths something is answered."""
        return len(self._objects)

    def find(self, path: bytes, head: PlainHead, now_s: float) -> HotAnswer | None:
        """Return the answer to a plain request, if it has been given, and still holds."""
        found = self._objects.get(path)
        if found is None:
            return None
        number = head.compressible if found.compressible else head.plain
        answer = None if number is None else found.answers[number]
        if answer is None:
            return None
        if answer.until_s is not None and now_s >= answer.until_s:
            self._forget_path(path)
            return None
        if now_s >= answer.counts_from_s:
            answer.counts_from_s = now_s + COUNT_EVERY_S
            for use in answer.uses:
                use(now_s)
        return answer

    def keep(
        self,
        path: bytes,
        response: web.Response,
        reusable: Reusable,
        record: Record,
        noted: NotedAnswer,
    ) -> None:
        """Give this answer, which was sent, again to whoever asks for the same."""
        body = response.body
        if not isinstance(body, bytes) or hdrs.SET_COOKIE in response.headers:
            return
        found = self._objects.get(path)
        if found is None:
            found = self._objects[path] = _Object(compressible=reusable.compressible)
        before = found.answers[reusable.number]
        answer = HotAnswer(response, body, reusable, record, noted)
        answer.uses = tuple(use for key in answer.keys if (use := self.use_of(key)) is not None)
        found.answers[reusable.number] = answer
        self._own_bytes += answer.own_bytes - (0 if before is None else before.own_bytes)
        found.keys.update(answer.keys)
        for key in answer.keys:
            self._paths[key].add(path)
        while self._own_bytes > self._bytes_max:
            self._forget_path(next(iter(self._objects)))

    def forget(self, key: str) -> None:
        """Give no answer again that was made of this object."""
        for path in tuple(self._paths.get(key, ())):
            self._forget_path(path)

    def _forget_path(self, path: bytes) -> None:
        found = self._objects.pop(path)
        self._own_bytes -= found.own_bytes()
        for key in found.keys:
            paths = self._paths[key]
            paths.discard(path)
            if not paths:
                del self._paths[key]


def _head_around_date(response: web.Response) -> tuple[bytes, bytes]:
    """Return what was sent before and after the value of Date."""
    before = [f"HTTP/1.1 {response.status} {response.reason}"]
    after: list[str] = []
    lines = before
    for name, value in response.headers.items():
        if name.lower() == "date":
            lines.append(f"{name}: ")
            lines = after
            lines.append("")
        else:
            lines.append(f"{name}: {value}")
    return "\r\n".join(before).encode(), ("\r\n".join(after) + "\r\n\r\n").encode()

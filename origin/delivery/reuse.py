"""Answers that are given again, byte for byte apart from their date.

An answer lives as long as the objects it was made of stay in memory (``forget``), and no longer
than it is fresh. What it costs beside its body, which is the cache's own, is part of what the cache
reckons for each of its objects.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

from aiohttp import hdrs, web

from origin.delivery.head import REPRESENTATIONS, PlainHead
from origin.telemetry.requests import NotedAnswer

_Answers = list["HotAnswer | None"]


@dataclass(frozen=True, slots=True)
class Held:
    """What an answer was made of: objects in memory, by their keys.

    ``until_s`` is the end of their time by the loop's clock, None where they never change.
    """

    keys: tuple[str, ...] = ()
    until_s: float | None = None


@dataclass(frozen=True, slots=True)
class Reusable:
    """What is said of an answer that everybody gets who asks for the same.

    ``number`` is that of the representation (``head.number_of``).
    """

    number: int
    compressible: bool
    held: Held


REUSABLE: Final = web.ResponseKey("reusable", Reusable)


class HotAnswer:
    """One answer: its head around the date, and its body."""

    __slots__ = ("_after", "_before", "_head", "_second", "body", "keys", "noted", "until_s")

    def __init__(
        self, response: web.Response, body: bytes, reusable: Reusable, noted: NotedAnswer
    ) -> None:
        self.noted = noted
        self.body = body
        self.keys = reusable.held.keys
        self.until_s = reusable.held.until_s
        self._before, self._after = _head_around_date(response)
        self._second, self._head = 0, b""

    def head(self) -> bytes:
        """Return its head as of this second."""
        second = int(time.time())
        if second != self._second:
            date = formatdate(second, usegmt=True).encode()
            self._second, self._head = second, self._before + date + self._after
        return self._head


class _Object:
    """What is answered at one path."""

    __slots__ = ("answers", "compressible", "keys")

    def __init__(self, *, compressible: bool) -> None:
        self.compressible = compressible
        self.answers: _Answers = [None] * REPRESENTATIONS
        self.keys: set[str] = set()


class HotAnswers:
    """Answers by path and representation; ``used`` is told the keys of what was given again."""

    def __init__(self, used: Callable[[str], object]) -> None:
        self._used = used
        self._objects: dict[bytes, _Object] = {}
        self._paths: defaultdict[str, set[bytes]] = defaultdict(set)

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
        for key in answer.keys:
            self._used(key)
        return answer

    def keep(
        self, path: bytes, response: web.Response, reusable: Reusable, noted: NotedAnswer
    ) -> None:
        """Give this answer, which was sent, again to whoever asks for the same."""
        body = response.body
        if not isinstance(body, bytes) or hdrs.SET_COOKIE in response.headers:
            return
        found = self._objects.get(path)
        if found is None:
            found = self._objects[path] = _Object(compressible=reusable.compressible)
        found.answers[reusable.number] = HotAnswer(response, body, reusable, noted)
        found.keys.update(reusable.held.keys)
        for key in reusable.held.keys:
            self._paths[key].add(path)

    def forget(self, key: str) -> None:
        """Give no answer again that was made of this object."""
        for path in tuple(self._paths.get(key, ())):
            self._forget_path(path)

    def _forget_path(self, path: bytes) -> None:
        for key in self._objects.pop(path).keys:
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

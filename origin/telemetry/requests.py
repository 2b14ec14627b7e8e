"""Taking note of requests: a name for each, a line in the log, and what is counted.

Requests that aiohttp answers come by ``middleware``, which names them, and end in ``log``, which
aiohttp calls when the answer has been written. An answer that is in memory is only counted and
logged, by ``hit``, from what was made ready for it (``NotedAnswer``).

Answers carry the name only where a person may want to quote it, from 500 on. All others are the
same for everybody, and stay so.
"""

from http import HTTPStatus
from time import perf_counter
from typing import TYPE_CHECKING, Final

from aiohttp import hdrs, web
from aiohttp.abc import AbstractAccessLogger

from origin.cache.record import Found, found_for
from origin.telemetry.access_log import AccessLog, answer_part, client_part
from origin.telemetry.metrics import OTHER, RequestCounts, Series
from origin.telemetry.places import place_of
from origin.telemetry.request_id import HEADER, new_request_id

if TYPE_CHECKING:
    from collections.abc import Callable

OBJECT_CLASS: Final = web.ResponseKey("object_class", str)
"""Of which class of the cache policy an answer is."""
REQUEST_ID: Final = web.RequestKey("request_id", str)
PROTOCOL: Final = web.RequestKey("protocol", str)
"""What is told of one that is none, in place of its version; empty where that is not known."""
_LATEST: Final = "HTTP/1.1"
BEGAN_S: Final = web.RequestKey("began_s", float)
"""When a request was read, by ``perf_counter``; the loop's clock, aiohttp's, has steps of 1 ms."""


class NotedAnswer:
    """What is known beforehand of every request for one answer in memory."""

    __slots__ = ("line", "sent_bytes", "series")

    def __init__(self, series: Series, line: str, sent_bytes: int) -> None:
        self.series = series
        self.line = line
        self.sent_bytes = sent_bytes


class RequestNotes(AbstractAccessLogger):
    """Counts the requests of a process and, where there is a log, logs them.

    ``client_of`` returns the address of a request's client.
    """

    def __init__(self, counts: RequestCounts | None = None, log: AccessLog | None = None) -> None:
        self._counts = counts or RequestCounts()
        self._log = log
        self.client_of: Callable[[web.BaseRequest], str | None] = lambda request: request.remote

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Take note of an answer by aiohttp; ``time`` is in seconds, and roughly."""
        began_s: float | None = request.get(BEGAN_S)
        took_s = time if began_s is None else perf_counter() - began_s
        sent_bytes = response.body_length
        object_class = response.get(OBJECT_CLASS, OTHER)
        self._counts.count(object_class, request.method, response.status, sent_bytes, took_s)
        if self._log is None:
            return
        headers = request.headers
        self._log.log(
            _answer_part(request, response),
            client_part(
                self.client_of(request),
                headers.get(hdrs.USER_AGENT),
                headers.get(hdrs.RANGE),
                headers.get(hdrs.HOST),
            ),
            request.get(REQUEST_ID) or new_request_id(),
            f"{took_s * 1000:.1f}",
        )

    def noted(self, path: str, response: web.StreamResponse, sent_bytes: int) -> NotedAnswer:
        """Make ready for an answer to GET to be given again."""
        object_class = response.get(OBJECT_CLASS, OTHER)
        series = self._counts.series(object_class, hdrs.METH_GET, response.status)
        line = answer_part(
            hdrs.METH_GET,
            path,
            response.status,
            sent_bytes,
            protocol=_LATEST,
            cache=place_of(Found.MEMORY),
        )
        return NotedAnswer(series, line, sent_bytes)

    def hit(self, answer: NotedAnswer, client: str, request_id: str | None) -> None:
        """Take note of an answer from memory; ``client`` is what ``client_part`` returns."""
        answer.series.hit(answer.sent_bytes)
        if self._log is not None:
            self._log.log(answer.line, client, request_id or new_request_id())


def _answer_part(request: web.BaseRequest, response: web.StreamResponse) -> str:
    major, minor = request.version
    protocol: str = request.get(PROTOCOL, f"HTTP/{major}.{minor}")
    return answer_part(
        request.method,
        request.rel_url.raw_path,
        response.status,
        response.body_length,
        protocol=protocol or None,
        cache=place_of(found_for(request, response)),
    )


def put_request_id(response: web.StreamResponse, request_id: str) -> None:
    """Put a request's name on its answer, if that is one to be quoted."""
    if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        response.headers[HEADER] = request_id

"""All that one process tells of itself, put together."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from origin.delivery import logs
from origin.delivery.errors import ApiError
from origin.telemetry.access_log import AccessLog
from origin.telemetry.log_stream import LogStream
from origin.telemetry.metrics import Metrics
from origin.telemetry.request_id import HEADER, request_id_of
from origin.telemetry.requests import REQUEST_ID, RequestNotes, put_request_id

_LAST_LINES_S: Final = 1.0
_OK: Final = "ok"


class Telemetry:
    """Metrics, the log of requests where there is one, and traces where somebody collects them."""

    def __init__(self, access_log: AccessLog | None = None) -> None:
        self.metrics = Metrics()
        self.notes = RequestNotes(self.metrics.requests, access_log)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Name a request, for everything that is said while it is answered."""
        request_id = request_id_of(request.headers.get(HEADER))
        request[REQUEST_ID] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)  # a task for each request
        response = await handler(request)
        put_request_id(response, request_id)
        return response

    @contextmanager
    def store_read(self, operation: str) -> Iterator[None]:
        """Measure what the caller's block reads of the store."""
        began_s = perf_counter()
        outcome = "failed"
        try:
            yield
            outcome = _OK
        except ApiError as error:
            outcome = error.code
            raise
        finally:
            spent_s = perf_counter() - began_s
            self.metrics.store_reads.labels(operation, outcome).observe(spent_s)


@contextmanager
def log_stream() -> Iterator[LogStream]:
    """Let the process's log not hold it up while the caller's block runs."""
    stream = LogStream(sys.stderr.fileno())
    logs.configure(stream)
    try:
        yield stream
    finally:
        stream.close(within_s=_LAST_LINES_S)
        logs.configure()


@contextmanager
def telemetry_of_process() -> Iterator[Telemetry]:
    """Give the telemetry of a process that serves, and end it."""
    with log_stream() as stream:
        telemetry = Telemetry(AccessLog(stream, for_people=sys.stderr.isatty()))
        telemetry.metrics.counter(
            "log_lines_dropped", "Lines that nobody took in time.", lambda: stream.dropped
        )
        yield telemetry

"""All that one process tells of itself, put together."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from origin.delivery.errors import ApiError, Cause, StoreUnavailable
from origin.settings import wants_traces
from origin.telemetry.access_log import AccessLog
from origin.telemetry.log_stream import log_stream
from origin.telemetry.metrics import Metrics
from origin.telemetry.request_id import HEADER, request_id_of
from origin.telemetry.requests import BEGAN_S, REQUEST_ID, RequestNotes, put_request_id

if TYPE_CHECKING:
    from origin.telemetry.tracing import Tracing

_OK: Final = "ok"
_CANCELLED: Final = "cancelled"

_log = structlog.get_logger("soundbridge.telemetry")


class Telemetry:
    """Metrics, the log of requests where there is one, and traces where somebody collects them."""

    def __init__(
        self, access_log: AccessLog | None = None, tracing: "Tracing | None" = None
    ) -> None:
        self.metrics = Metrics()
        self._tracing = tracing
        self.notes = RequestNotes(self.metrics.requests, access_log)
        self._reading = 0
        self.metrics.gauge(
            "store_reads_under_way", "Reads of the object store now.", lambda: self._reading
        )

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Name a request, for everything that is said while it is answered."""
        request_id = request_id_of(request.headers.get(HEADER))
        request[REQUEST_ID] = request_id
        request[BEGAN_S] = perf_counter()
        structlog.contextvars.bind_contextvars(request_id=request_id)  # a task for each request
        if self._tracing is None:
            response = await handler(request)
        else:
            with self._tracing.request(request, request_id) as span:
                response = await handler(request)
                span.end_with(response.status)
        put_request_id(response, request_id)
        return response

    def reads_of_store(self, number: int) -> Callable[[str], AbstractContextManager[None]]:
        """Return what measures the reads of one store; ``number`` is counted from 1."""
        return partial(self._store_read, str(number))

    @contextmanager
    def _store_read(self, store: str, operation: str) -> Iterator[None]:
        """Measure what the caller's block reads of a store."""
        began_s = perf_counter()
        self._reading += 1
        outcome: str = Cause.FAILED
        span = (
            nullcontext() if self._tracing is None else self._tracing.store_read(operation, store)
        )
        try:
            with span:
                yield
            outcome = _OK
        except ApiError as error:
            outcome = error.cause if isinstance(error, StoreUnavailable) else error.code
            raise
        except asyncio.CancelledError:  # nobody waits for it any more
            outcome = _CANCELLED
            raise
        finally:
            self._reading -= 1
            spent_s = perf_counter() - began_s
            self.metrics.store_reads.labels(operation, outcome, store).observe(spent_s)


@contextmanager
def telemetry_of_process(slot: int = 0) -> Iterator[Telemetry]:
    """Give the telemetry of a process that serves, and end it; ``slot`` tells workers apart."""
    with log_stream() as stream, _tracing(slot) as tracing:
        telemetry = Telemetry(AccessLog(stream, for_people=sys.stderr.isatty()), tracing)
        telemetry.metrics.counter(
            "log_lines_dropped", "Lines that nobody took in time.", lambda: stream.dropped
        )
        yield telemetry


@contextmanager
def _tracing(slot: int) -> Iterator["Tracing | None"]:
    """Send traces where OpenTelemetry's own settings say; nothing of it is imported without."""
    if not wants_traces():
        yield None
        return
    try:
        from origin.telemetry.tracing import Tracing  # noqa: PLC0415 an extra
    except ImportError as error:
        _log.warning("no traces: pip install 'soundbridge[otel]'", cause=str(error))
        yield None
        return
    with closing(Tracing(slot)) as tracing:
        yield tracing

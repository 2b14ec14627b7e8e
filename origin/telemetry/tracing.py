"""Traces of requests and of the reads of the store under them, by OpenTelemetry.

Imported only where OpenTelemetry's own variables (``OTEL_EXPORTER_OTLP_ENDPOINT``, ...) ask for it:
they also say how much is sampled, and as which service. A thread of the SDK sends spans, in
batches from a bounded queue; what it cannot send is dropped. Answers from memory (the hot path)
have no span: making one costs ten times the answer.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, Final

from aiohttp import hdrs, web
from multidict import CIMultiDict
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    get_current_span,
    set_span_in_context,
)

from origin.concealing import without_secrets
from origin.delivery.library_logs import lead_unquoted
from origin.telemetry.access_log import logged_path

_SERVICE: Final = "soundbridge"
_AGENT_LENGTH: Final = 200
_LAST_SPANS_S: Final = 2.0
_WORDS_OF_CLIENTS: Final = ("tracestate", "baggage")


class RequestSpan:
    """The span of one request."""

    def __init__(self, span: Span) -> None:
        self._span = span

    def end_with(self, status: int) -> None:
        """Note the status of the answer."""
        self._span.set_attribute("http.response.status_code", status)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._span.set_status(StatusCode.ERROR)


class Tracing:
    """The tracer of one process; close it, for its last spans to be sent."""

    def __init__(self, slot: int) -> None:
        lead_unquoted("opentelemetry")
        resource = Resource.create(
            {"service.version": version("soundbridge"), "service.instance.id": f"worker-{slot}"}
            | _default_name()
        )
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer(_SERVICE)

    @contextmanager
    def request(self, request: web.Request, request_id: str) -> Iterator[RequestSpan]:
        """Trace what the caller's block does for a request, under its client's span if any."""
        resource = request.match_info.route.resource
        route = "" if resource is None else resource.canonical
        method = without_secrets(request.method)
        agent = request.headers.get(hdrs.USER_AGENT, "")
        attributes: dict[str, Any] = {
            "http.request.method": method,
            "url.scheme": request.scheme,
            "url.path": logged_path(request.rel_url.raw_path),
            "user_agent.original": without_secrets(agent)[:_AGENT_LENGTH],
            "soundbridge.request_id": request_id,
        } | ({"http.route": route} if route else {})
        with self._tracer.start_as_current_span(
            f"{method} {route}".rstrip(),
            context=_client_context(request),
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,  # as below
            set_status_on_exception=False,
        ) as span:
            yield RequestSpan(span)

    @contextmanager
    def store_read(self, operation: str, store: str) -> Iterator[None]:
        """Trace a read of a store."""
        with self._tracer.start_as_current_span(
            f"store {operation}",
            kind=SpanKind.CLIENT,
            attributes={"soundbridge.store": store},
            record_exception=False,  # with its traceback and causes, and URLs with passwords
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise

    def close(self) -> None:
        """Send what is held, for as long as there is time: the SDK would take half a minute."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_LAST_SPANS_S)


def _client_context(request: web.Request) -> Context:
    """Return the span of a client, if any, by its numbers and flags alone.

    Its ``tracestate`` (W3C Trace Context §3.3) would go to the collector as the client wrote it,
    with tokens that may be in it, and nobody behind us asks for it, nor for its ``baggage``. What
    is wrong in them, the library would quote in the log.
    """
    fields = CIMultiDict(request.headers)
    for name in _WORDS_OF_CLIENTS:
        fields.popall(name, None)
    told = get_current_span(extract(fields, Context())).get_span_context()
    numbers = SpanContext(told.trace_id, told.span_id, is_remote=True, trace_flags=told.trace_flags)
    return set_span_in_context(NonRecordingSpan(numbers), Context())


def _default_name() -> dict[str, str]:
    """Return our name for the service, where nobody has given it another."""
    named = Resource.create({}).attributes.get("service.name", "unknown_service")
    return {"service.name": _SERVICE} if str(named).startswith("unknown_service") else {}

"""What goes to stderr: events by structlog, as JSON lines, or in colours where a person looks on.

What is said while a request is answered carries the request's id. What libraries have to say
becomes events in ``library_logs``. The lines for requests are ``telemetry``'s.
"""

import sys
from typing import Final, Protocol, TextIO, cast

import structlog

from origin.concealing import without_secrets

_TRACEBACKS: Final = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
"""Without the values of variables: requests, with their tokens, are among them."""


class Stream(Protocol):
    """What events are written to, each with its line end."""

    def write(self, text: str, /) -> object:
        """Take a text."""

    def flush(self) -> None:
        """Let it leave."""


class _Concealing:
    """A stream in front of another one, which gets no secrets."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.flush = stream.flush

    def write(self, text: str) -> None:
        self._stream.write(without_secrets(text))


def configure(stream: Stream | None = None) -> None:
    """Set up logging of a process: to stderr, or to a stream that leads there."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        plain = structlog.dev.plain_traceback
        processors.append(structlog.dev.ConsoleRenderer(exception_formatter=plain))
    else:
        processors += [_TRACEBACKS, structlog.processors.JSONRenderer()]
    concealing = _Concealing(stream or sys.stderr)
    structlog.configure(
        processors=processors,
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", concealing)),
    )

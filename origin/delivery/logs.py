"""What goes to stderr: events by structlog, as JSON lines, or in colours where a person looks on.

What is said while a request is answered carries the request's id. What aiohttp has to say about a
connection becomes an event too, without a traceback where the network, not the program, is to
blame. The lines for requests are ``telemetry``'s.
"""

import logging
import sys
from typing import Final, Protocol, TextIO, cast

import structlog
from aiohttp.http_exceptions import BadHttpMessage, HttpProcessingError

from origin.concealing import without_secrets
from origin.delivery.errors import ApiError

CONNECTION_LOGGER: Final = "soundbridge.connection"
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


def _safe_cause(error: HttpProcessingError) -> str:
    """Return what was wrong, without any of the request: there may be secrets in it.

    The first line is the parser's own where it speaks of the message as a whole; what it says of a
    field, a line or an address quotes that.
    """
    if type(error) is BadHttpMessage:
        return error.message.partition("\n")[0]
    return type(error).__name__


class _ToStructlog(logging.Handler):
    """Makes events of what a library says; ``traced`` where faults there may be ours."""

    def __init__(self, name: str, *, traced: bool) -> None:
        super().__init__(logging.INFO)
        self._log = structlog.get_logger(name)
        self._traced = traced

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        said = record.getMessage()
        if isinstance(error, ApiError):  # in our words
            self._log.warning(said, cause=error.code)
        elif isinstance(error, HttpProcessingError):
            self._log.warning(said, cause=_safe_cause(error))
        elif self._traced:
            self._log.log(record.levelno, said, exc_info=record.exc_info)
        else:
            self._log.log(record.levelno, said.partition("\n")[0])


def connection_logger() -> logging.Logger:
    """Return the logger that aiohttp is to use for its connections."""
    return library_logger(CONNECTION_LOGGER, traced=True)


def library_logger(name: str, *, traced: bool) -> logging.Logger:
    """Return a library's logger, led to our events; with its tracebacks if ``traced``."""
    logger = logging.getLogger(name)
    logger.handlers = [_ToStructlog(name, traced=traced)]
    logger.propagate = False
    return logger

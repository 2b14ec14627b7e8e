"""What goes to stderr: events by structlog, as JSON lines, or in colours where a person looks on.

One line for every request, after its answer; never its query, where players put session ids (CMCD)
and others their secrets, nor a playback token. What aiohttp has to say about a
connection becomes an event too, without a traceback where the network, not the program, is to
blame.
"""

import logging
import re
import sys
from typing import Final

import structlog
from aiohttp import hdrs
from aiohttp.abc import AbstractAccessLogger
from aiohttp.http_exceptions import BadHttpMessage, HttpProcessingError
from aiohttp.web import BaseRequest, StreamResponse

CONNECTION_LOGGER: Final = "soundbridge.connection"

_TOKEN: Final = re.compile(
    r"(?<=\A/t/)[^/]+|(?<=\A/%74/)[^/]+|eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)*"
)
"""A playback token where it belongs, and a JWT wherever somebody put one."""

_access = structlog.get_logger("soundbridge.access")
_connection = structlog.get_logger(CONNECTION_LOGGER)


def configure() -> None:
    """Set up logging of a process that serves."""
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if sys.stderr.isatty():
        processors.append(structlog.dev.ConsoleRenderer())
    else:
        processors += [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=processors, logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )


def logged_path(request: BaseRequest) -> str:
    """Return the path of a request for the log, with a dash for a token (``/t/-/...``)."""
    return _TOKEN.sub("-", request.rel_url.raw_path)


class AccessLogger(AbstractAccessLogger):
    """Hands what aiohttp knows of a request to structlog."""

    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        """Write one event; ``time`` is in seconds."""
        _access.info(
            "request",
            method=request.method,
            path=logged_path(request),
            status=response.status,
            sent_bytes=response.body_length,
            duration_ms=round(time * 1000, 2),
            remote=request.remote,
            range=request.headers.get(hdrs.RANGE),
            user_agent=request.headers.get(hdrs.USER_AGENT),
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
    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            _connection.warning(record.getMessage(), cause=_safe_cause(error))
        else:
            _connection.log(record.levelno, record.getMessage(), exc_info=record.exc_info)


def connection_logger() -> logging.Logger:
    """Return the logger that aiohttp is to use for its connections."""
    logger = logging.getLogger(CONNECTION_LOGGER)
    logger.handlers = [_ToStructlog(logging.INFO)]
    logger.propagate = False
    return logger

"""What libraries say by Python's own logging, as events.

What aiohttp has to say about a connection has no traceback where the network, not the program, is
to blame.
"""

import logging
from typing import Final

import structlog
from aiohttp.http_exceptions import BadHttpMessage, HttpProcessingError

from origin.delivery.errors import ApiError

CONNECTION_LOGGER: Final = "soundbridge.connection"


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

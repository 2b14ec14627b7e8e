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
_WORD_LENGTH_MAX: Final = 20


def _safe_cause(error: HttpProcessingError) -> str:
    """Return what was wrong, without any of the request: there may be secrets in it.

    The first line is the parser's own where it speaks of the message as a whole; what it says of a
    field, a line or an address quotes that.
    """
    if type(error) is BadHttpMessage:
        return error.message.partition("\n")[0]
    return type(error).__name__


class _OfConnections(logging.Handler):
    """Makes events of what aiohttp says, with its tracebacks: faults there may be ours."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._log = structlog.get_logger(CONNECTION_LOGGER)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        said = record.getMessage()
        if isinstance(error, ApiError):  # in our words
            self._log.warning(said, cause=error.code)
        elif isinstance(error, HttpProcessingError):
            self._log.warning(said, cause=_safe_cause(error))
        else:
            self._log.log(record.levelno, said, exc_info=record.exc_info)


class _Unquoted(logging.Handler):
    """Makes events of what a library says, without what it quotes."""

    def __init__(self, name: str) -> None:
        super().__init__(logging.INFO)
        self._log = structlog.get_logger(name)

    def emit(self, record: logging.LogRecord) -> None:
        self._log.log(record.levelno, unquoted(record).partition("\n")[0])


def unquoted(record: logging.LogRecord) -> str:
    """Return a record's sentence with its numbers, words of letters alone, and kinds of errors.

    Other values may be settings, addresses and header fields as they are, secrets and all.
    """
    given = record.args if isinstance(record.args, tuple) else ()
    try:
        return str(record.msg) % tuple(map(_told, given))
    except (TypeError, ValueError):  # the sentence wants another kind of value
        return str(record.msg)


def _told(value: object) -> object:
    if isinstance(value, Exception):
        return type(value).__name__
    is_word = isinstance(value, str) and value.isalpha() and len(value) <= _WORD_LENGTH_MAX
    return value if is_word or isinstance(value, int | float) else "..."


def connection_logger() -> logging.Logger:
    """Return the logger that aiohttp is to use for its connections."""
    return _led_to(CONNECTION_LOGGER, _OfConnections())


def lead_unquoted(name: str) -> None:
    """Lead what a library says to our events, without what it quotes."""
    _led_to(name, _Unquoted(name))


def _led_to(name: str, handler: logging.Handler) -> logging.Logger:
    logger = logging.getLogger(name)
    logger.handlers = [handler]
    logger.propagate = False
    return logger

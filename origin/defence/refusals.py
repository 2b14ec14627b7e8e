"""Answers to what never became a request: which error it was, and the bytes of the answer.

What aiohttp's parser says of an error holds pieces of the request, which may be secrets, or a
script; none of it is repeated to the client.
"""

from datetime import UTC, datetime
from typing import Final

from aiohttp import hdrs
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from origin.delivery import cross_origin, problem
from origin.delivery.errors import ApiError, BadRequest, HeadTooLarge, TargetTooLong
from origin.delivery.http_date import format_http_date

TARGET_BYTES_MAX: Final = 8190
FIELD_BYTES_MAX: Final = 8192
"""aiohttp's parser says the same of a long target and a long field, but for the limit."""
FIELDS_MAX: Final = 100
_TOO_MANY_FIELDS: Final = "Too many headers received"


def said_of(found: BaseException | None) -> ApiError:
    """Return in our words what aiohttp, mostly its parser, has found."""
    if not isinstance(found, HttpProcessingError):
        return ApiError("Something went wrong on our side; please try again later.")
    if isinstance(found, LineTooLong):
        return TargetTooLong() if found.args[1] == TARGET_BYTES_MAX else HeadTooLarge()
    if found.message == _TOO_MANY_FIELDS:
        return HeadTooLarge()
    return BadRequest("What came is no request that can be read in one way only.")


def rendered(error: ApiError) -> bytes:
    """Return all bytes of an answer after which the connection is closed."""
    response = problem.answer(error)
    cross_origin.put_on(response)
    body = response.body
    assert isinstance(body, bytes)  # noqa: S101 -- a problem document is
    response.headers[hdrs.CONTENT_LENGTH] = str(len(body))
    response.headers[hdrs.CONNECTION] = "close"
    response.headers[hdrs.DATE] = format_http_date(datetime.now(UTC))
    lines = (f"{name}: {value}" for name, value in response.headers.items())
    head = "\r\n".join([f"HTTP/1.1 {response.status} {response.reason}", *lines, "", ""])
    return head.encode() + body

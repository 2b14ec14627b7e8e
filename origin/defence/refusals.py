"""Answers to what never became a request: which error it was, and what the answer is.

What aiohttp's parser says of an error holds pieces of the request, which may be secrets, or a
script; none of it is repeated to the client.
"""

from datetime import UTC, datetime
from typing import Final

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from yarl import URL

from origin.cache import record
from origin.defence.request_line import Asked
from origin.delivery import cross_origin, problem
from origin.delivery.errors import ApiError, BadRequest, HeadTooLarge
from origin.delivery.http_date import format_http_date
from origin.telemetry.requests import PROTOCOL

_TOO_MANY_FIELDS: Final = "Too many headers received"


def said_of(found: BaseException | None) -> ApiError:
    """Return in our words what aiohttp, mostly its parser, has found."""
    if not isinstance(found, HttpProcessingError):
        return ApiError("Something went wrong on our side; please try again later.")
    if isinstance(found, LineTooLong):
        return HeadTooLarge()  # a field: targets are read before
    if found.message == _TOO_MANY_FIELDS:
        return HeadTooLarge()
    return BadRequest("What came is no request that can be read in one way only.")


def tell(request: web.BaseRequest, asked: Asked) -> None:
    """Tell a request that aiohttp made up, for what is none, what had been asked."""
    request[PROTOCOL] = asked.protocol or ""
    if asked.method is not None:
        request._method = asked.method  # noqa: SLF001
    if asked.path is not None:
        request._rel_url = URL.build(path=asked.path, encoded=True)  # noqa: SLF001


def answer(error: ApiError) -> web.Response:
    """Return an answer made without the application, after which the connection is closed."""
    response = problem.answer(error)
    cross_origin.put_on(response)
    record.put_not_asked(response)
    response.force_close()
    response.headers[hdrs.CONNECTION] = "close"
    return response


def rendered(error: ApiError) -> bytes:
    """Return all bytes of such an answer."""
    response = answer(error)
    body = response.body
    assert isinstance(body, bytes)  # noqa: S101 -- a problem document is
    response.headers[hdrs.CONTENT_LENGTH] = str(len(body))
    response.headers[hdrs.DATE] = format_http_date(datetime.now(UTC))
    lines = (f"{name}: {value}" for name, value in response.headers.items())
    head = "\r\n".join([f"HTTP/1.1 {response.status} {response.reason}", *lines, "", ""])
    return head.encode() + body

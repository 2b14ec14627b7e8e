"""Errors as problem documents (RFC 9457): the only module that knows their HTTP statuses.

``middleware`` is the one place where an exception becomes an answer: ours by the table below,
aiohttp's own (no such route, no such method) by the same words, and anything else as a 500 whose
cause goes to the log and not to the client.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.object_class import ObjectClass
from cdn.policy.route import CHALLENGE
from origin.delivery.audience import API_PREFIX, HAS_API, VARIES_BY_CREDENTIALS, audience_of
from origin.delivery.errors import (
    ApiError,
    BadRequest,
    BrokenObject,
    ChecksumMismatch,
    Conflict,
    ContentTooLarge,
    CredentialsInvalid,
    DatabaseUnavailable,
    ExpectationFailed,
    Forbidden,
    Gone,
    HeadTooLarge,
    IssuerUnavailable,
    Locked,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    Overloaded,
    PreconditionFailed,
    RangeNotSatisfiable,
    RequestTimedOut,
    ShuttingDown,
    StoreUnavailable,
    TargetTooLong,
    TokenElsewhere,
    TokenForAnother,
    TokenInvalid,
    TokenMissing,
    TooManyRequests,
    Unauthenticated,
    Unimplemented,
    Unprocessable,
    VersionUnsupported,
)
from origin.delivery.range import unsatisfied_content_range
from origin.delivery.reason import reason_of
from origin.telemetry.access_log import logged_path
from origin.telemetry.requests import OBJECT_CLASS

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2
API_CHALLENGE: Final = 'Bearer realm="api"'

_CHECKSUM_MISMATCH: Final = 460
"""Of tus 1.0 alone (its extension Checksum)."""

_STATUSES: Final[dict[type[ApiError], int]] = {
    BadRequest: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    TokenMissing: HTTPStatus.UNAUTHORIZED,
    TokenInvalid: HTTPStatus.UNAUTHORIZED,
    TokenForAnother: HTTPStatus.FORBIDDEN,
    TokenElsewhere: HTTPStatus.FORBIDDEN,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    NotAcceptable: HTTPStatus.NOT_ACCEPTABLE,
    Conflict: HTTPStatus.CONFLICT,
    Gone: HTTPStatus.GONE,
    Locked: HTTPStatus.LOCKED,
    ChecksumMismatch: _CHECKSUM_MISMATCH,
    PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    ContentTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    MediaTypeUnsupported: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Unprocessable: HTTPStatus.UNPROCESSABLE_ENTITY,
    RangeNotSatisfiable: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    RequestTimedOut: HTTPStatus.REQUEST_TIMEOUT,
    TargetTooLong: HTTPStatus.REQUEST_URI_TOO_LONG,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
    HeadTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    ShuttingDown: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    IssuerUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    Unimplemented: HTTPStatus.NOT_IMPLEMENTED,
    VersionUnsupported: HTTPStatus.HTTP_VERSION_NOT_SUPPORTED,
    BrokenObject: HTTPStatus.INTERNAL_SERVER_ERROR,
}

_CHALLENGES: Final[dict[type[ApiError], str]] = {  # RFC 9110 §15.5.2, RFC 6750 §3.1
    Unauthenticated: API_CHALLENGE,
    CredentialsInvalid: f'{API_CHALLENGE}, error="invalid_token"',
    TokenMissing: CHALLENGE,
    TokenInvalid: f'{CHALLENGE}, error="invalid_token"',
    TokenForAnother: f'{CHALLENGE}, error="insufficient_scope"',
    TokenElsewhere: f'{CHALLENGE}, error="insufficient_scope"',
}

_log = structlog.get_logger("soundbridge.delivery")


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong below into a problem document."""
    try:
        return await handler(request)
    except ApiError as error:
        return _varied(request, answer(error, audience_of(request)))
    except web.HTTPException as error:
        return _varied(request, _answer_aiohttp(error, audience_of(request)))
    except Exception:  # noqa: BLE001 -- the boundary: no cause may reach the client
        _log.exception(
            "unexpected error", method=request.method, path=logged_path(request.rel_url.raw_path)
        )
        return answer(ApiError("Something went wrong on our side; please try again later."))


def _varied(request: web.Request, response: web.Response) -> web.Response:
    """Say that an error of the API hangs on who asks: what nobody finds, its owner does."""
    if request.path.startswith(API_PREFIX) and request.app.get(HAS_API, False):
        varies = response.headers.get(hdrs.VARY)
        response.headers[hdrs.VARY] = ", ".join(filter(None, (varies, VARIES_BY_CREDENTIALS)))
    return response


def answer(error: ApiError, audience: Audience = Audience.ANYONE) -> web.Response:
    """Return the problem document of one error."""
    status = status_of(type(error))
    cause = error.__cause__
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and cause is not None:
        said = f"{type(cause).__name__}: {cause}".partition("\n")[0]
        _log.error(error.code, detail=str(error), cause=said)
    extra_headers = _extra_headers(error) | _challenge(error)
    return _document(status, error.code, str(error), extra_headers, audience, members=error.members)


def status_of(kind: type[ApiError]) -> int:
    """Return the status of errors of a kind, or of what it is a kind of."""
    found = (_STATUSES[each] for each in kind.__mro__ if each in _STATUSES)
    return next(found, HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer_aiohttp(error: web.HTTPException, audience: Audience) -> web.Response:
    """Return aiohttp's own errors in our words; what is no error is raised again."""
    match error:
        case web.HTTPNotFound():
            return answer(NotFound("There is nothing at this address."), audience)
        case web.HTTPMethodNotAllowed():
            return answer(MethodNotAllowed(error.allowed_methods), audience)
        case web.HTTPError():
            status = HTTPStatus(error.status)
            code = reason_of(status).lower().replace(" ", "_")
            return _document(status, code, status.description, {}, audience)
        case _:
            raise error


def _extra_headers(error: ApiError) -> dict[str, str]:
    match error:
        case MethodNotAllowed():  # RFC 9110 §15.5.6
            return {hdrs.ALLOW: error.allowed}
        case RangeNotSatisfiable():  # RFC 9110 §15.5.17
            return {hdrs.CONTENT_RANGE: unsatisfied_content_range(error.size_bytes)}
        case NotAcceptable():
            return {hdrs.VARY: hdrs.ACCEPT_ENCODING}
        case (
            StoreUnavailable()
            | DatabaseUnavailable()
            | IssuerUnavailable()
            | Overloaded()
            | ShuttingDown()
            | Locked()
        ):  # RFC 9110 §10.2.3
            return {hdrs.RETRY_AFTER: str(RETRY_AFTER_S)}
        case TooManyRequests():  # RFC 6585 §4
            return {hdrs.RETRY_AFTER: str(error.retry_after_s)}
        case _:
            return {}


def _challenge(error: ApiError) -> dict[str, str]:
    for kind in type(error).__mro__:
        if kind in _CHALLENGES:
            return {hdrs.WWW_AUTHENTICATE: _CHALLENGES[kind]}
    return {}


def _document(
    status: int,
    code: str,
    detail: str,
    extra_headers: dict[str, str],
    audience: Audience,
    *,
    members: Mapping[str, object] = MappingProxyType({}),
) -> web.Response:
    reason = reason_of(status)
    content = {
        "type": "about:blank",
        "title": reason,
        "status": int(status),
        "detail": detail,
        "code": code,
        **members,
    }
    object_class = _object_class(status)
    response = web.Response(
        status=status,
        reason=reason,
        body=json.dumps(content).encode(),
        headers={
            hdrs.CONTENT_TYPE: MEDIA_TYPE,
            **policy_for(object_class, audience=audience).headers,
            **extra_headers,
        },
    )
    response[OBJECT_CLASS] = object_class
    return response


def _object_class(status: int) -> ObjectClass:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ObjectClass.SERVER_ERROR
    if status == HTTPStatus.NOT_FOUND:
        return ObjectClass.NOT_FOUND
    return ObjectClass.CLIENT_ERROR

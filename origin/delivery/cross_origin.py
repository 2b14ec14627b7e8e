"""What lets players on other sites in: CORS for everyone, without credentials.

Every answer says ``*``, whoever asks, so that one cached copy serves all sites and nothing varies
by Origin. A preflight (Fetch §3.2.2) is answered for any address, so that the request after it can
tell the page what is wrong there. It allows every field, so that a player plays whatever somebody
has it send: by ``*``, which is all but Authorization, and by name for browsers that take ``*`` for
one. So it varies by nothing, either.
"""

from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

EXPOSED_HEADERS: Final = (
    "Accept-Ranges, Age, Cache-Control, Cache-Status, Content-Encoding, Content-Length, "
    "Content-Range, Content-Type, Date, ETag, Last-Modified, Location, Retry-After, "
    "Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, "
    "Upload-Concat, Upload-Defer-Length, Upload-Expires, Upload-Length, Upload-Metadata, "
    "Upload-Offset"
)
REQUEST_HEADERS: Final = (
    "*, Accept, Authorization, Cache-Control, CMCD-Object, CMCD-Request, CMCD-Session, "
    "CMCD-Status, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Range, Tus-Resumable, Upload-Checksum, Upload-Concat, "
    "Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override, "
    "X-Requested-With, Content-Digest, Repr-Digest, Idempotency-Key"
)
_PREFLIGHT_MAX_AGE_S: Final = 86_400
_WHOLE_SERVER: Final = "*"  # RFC 9110 §9.3.7
_EVERYONE: Final = {
    hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
    hdrs.ACCESS_CONTROL_EXPOSE_HEADERS: EXPOSED_HEADERS,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",  # else a player elsewhere measures sizes and first bytes as 0
    "X-Content-Type-Options": "nosniff",
}


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer OPTIONS by what the address allows; leave every other method to its handler."""
    if request.method != hdrs.METH_OPTIONS:
        return await handler(request)
    failure = request.match_info.http_exception
    preflight = hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
    if isinstance(failure, web.HTTPMethodNotAllowed):
        methods = ", ".join(sorted({*failure.allowed_methods, hdrs.METH_OPTIONS}))
    elif preflight or request.raw_path == _WHOLE_SERVER:
        methods = f"{hdrs.METH_GET}, {hdrs.METH_HEAD}, {hdrs.METH_OPTIONS}"
    else:
        return await handler(request)
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=_options_headers(methods))


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Put on an answer what every answer carries; a signal of ``on_response_prepare``."""
    put_on(response)


def put_on(response: web.StreamResponse) -> None:
    """Put on an answer what every answer carries."""
    for name, value in _EVERYONE.items():
        response.headers.setdefault(name, value)
    response.headers[hdrs.SERVER] = "soundbridge"  # aiohttp has put its version there


def _options_headers(methods: str) -> dict[str, str]:
    return {
        hdrs.ALLOW: methods,
        hdrs.ACCESS_CONTROL_ALLOW_METHODS: methods,
        hdrs.ACCESS_CONTROL_ALLOW_HEADERS: REQUEST_HEADERS,
        hdrs.ACCESS_CONTROL_MAX_AGE: str(_PREFLIGHT_MAX_AGE_S),
    }

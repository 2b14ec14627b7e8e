"""CORS on the wire; what it says, and why, is in ``cdn.policy.cross_origin``.

A preflight (Fetch §3.2.2) is answered for any address, so that the request after it can tell the
page what is wrong there.
"""

from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from cdn.policy.cross_origin import ON_EVERY_ANSWER, preflight_headers

_WHOLE_SERVER: Final = "*"  # RFC 9110 §9.3.7
_EVERYONE: Final = {**ON_EVERY_ANSWER, "X-Content-Type-Options": "nosniff"}


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
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=preflight_headers(methods))


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Put on an answer what every answer carries; a signal of ``on_response_prepare``."""
    put_on(response)


def put_on(response: web.StreamResponse) -> None:
    """Put on an answer what every answer carries."""
    for name, value in _EVERYONE.items():
        response.headers.setdefault(name, value)
    response.headers[hdrs.SERVER] = "soundbridge"  # aiohttp has put its version there

"""Refusing requests that do not say, or say twice, whom they are for (RFC 9112 §3.2).

Between a cache and its origin such a request may mean two things at once, so it means nothing.
"""

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.typedefs import Handler

from origin.delivery.errors import BadRequest


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through what has one Host field, or is of HTTP/1.0 and has none."""
    hosts = len(request.headers.getall(hdrs.HOST, ()))
    if hosts > 1 or (hosts == 0 and request.version >= HttpVersion11):
        raise BadRequest("A request needs exactly one Host field.")
    return await handler(request)

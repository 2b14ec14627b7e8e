"""Counts every request that goes to a handler; the hot path counts its own."""

from aiohttp import web
from aiohttp.typedefs import Handler

from origin.defence.connection import GuardedConnection


@web.middleware
async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through, or raise TooManyRequests."""
    connection = request.protocol
    if isinstance(connection, GuardedConnection):
        connection.require_admission(request)
    return await handler(request)

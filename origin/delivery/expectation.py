"""``Expect: 100-continue``: a client that waits to be asked for its body (RFC 9110 §10.1.1).

Most requests are answered by their heads alone, so a body is asked for by the handler that is about
to read it, and by nothing else. Of a body that nobody asked for it is said that the connection
closes: whether it will come is the client's to decide, and nobody could tell it from a request.
"""

from typing import Final

from aiohttp import HttpVersion11, hdrs, web

CONTINUE: Final = "100-continue"
_EXPECT: Final = hdrs.EXPECT.lower().encode()
_ASKED: Final = web.RequestKey("body_asked_for", bool)


def is_awaited(request: web.BaseRequest) -> bool:
    """Tell whether the client waits to be asked for a body, of which nothing has come."""
    if not request.body_exists or request.version < HttpVersion11 or request.get(_ASKED):
        return False
    waits = any(name.lower() == _EXPECT for name, _ in request.raw_headers)
    return waits and not request.content.is_eof() and not request.content.total_bytes


async def ask_for_body(request: web.Request) -> None:
    """Send ``100 Continue`` where the client waits for that; call this before reading a body."""
    if is_awaited(request):
        request[_ASKED] = True
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the answer has not begun

"""One connection and time: what comes in and what goes out has to move.

aiohttp's protocol calls and is called here; what it keeps of requests is looked at, never changed.
It reads them with a parser of ours around its own (``request_reader``). A request that is refused
before it has a handler goes into its queue as an error, and ``handle_error`` makes a problem
document of it.

State is kept only where something is under way: the time when a head began, the body that is
coming, the pace of what does not leave. A connection at rest has none of it, so that the sweep
(``check``) is done with it at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from aiohttp import HttpVersion11, web
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import RequestHandler

from origin.defence import refusals
from origin.defence.deadlines import Pace
from origin.defence.guard import Guard
from origin.defence.request_line import TARGET_BYTES_MAX
from origin.defence.request_reader import (
    FIELD_BYTES_MAX,
    FIELDS_MAX,
    RequestReader,
    error_message,
)
from origin.defence.response_writer import LaterVersionWriter
from origin.delivery import expectation
from origin.delivery.errors import ApiError, RequestTimedOut

if TYPE_CHECKING:
    from aiohttp.http import HttpRequestParser

UNREAD_BODY_BYTES_MAX: Final = 1 << 20
LINGERING_S: Final = 0.5
"""How long a client may take to hear that an answer was the last, and to stop sending."""
_NO_HEAD: Final = 0.0
_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class TimedConnection(RequestHandler):
    """A connection with deadlines, and caps on what a head may be."""

    __slots__ = (
        "_body", "_body_bytes", "_body_pace", "_guard", "_head_began_s", "_lost",
        "_reader", "_response_pace", "_wire",
    )  # fmt: skip

    def __init__(self, manager: web.Server, *, guard: Guard, **options: Any) -> None:
        super().__init__(
            manager,
            max_line_size=TARGET_BYTES_MAX,
            max_field_size=FIELD_BYTES_MAX,
            max_headers=FIELDS_MAX,
            **options,
        )
        self._reader = RequestReader(cast("HttpRequestParser", self._parser), self._loop)
        self._parser = cast("HttpRequestParser", self._reader)
        self._guard = guard
        self._wire: asyncio.Transport | None = None
        """Until it is lost; aiohttp lets go of its own when it closes, before all has left."""
        self._lost: asyncio.Future[None] | None = None
        self._head_began_s = _NO_HEAD
        self._body: StreamReader | None = None
        self._body_bytes = 0
        self._body_pace: Pace | None = None
        self._response_pace: Pace | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        self._wire = cast("asyncio.Transport", transport)
        self._head_began_s = self._loop.time()
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""
        self._wire = None
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)
        super().connection_lost(exc)
        self._reader.release()

    def begin_answer(self) -> None:
        """Take note that a request is whole, and will be answered now."""
        if not self._reader.head_bytes:  # else the next has begun
            self._head_began_s = _NO_HEAD
        self._response_pace = None

    def data_received(self, data: bytes) -> None:
        """Let aiohttp read what came, and see where in a request that was."""
        before = self._request_count
        super().data_received(data)
        if self._request_count > before:
            self._head_began_s = _NO_HEAD
            body = self._messages[-1][1]
            self._body = None if body is EMPTY_PAYLOAD else body
            self._body_bytes, self._body_pace = 0, None
        elif self._body is not None and not self._body.is_eof():
            self._body_bytes += len(data)
        if self._body is not None and self._body.exception() is not None:
            self._lingering_time = 0.0  # no more of it will come
        if self._reader.head_bytes and self._head_began_s == _NO_HEAD:
            self._head_began_s = self._loop.time()

    def _refuse(self, error: ApiError) -> None:
        """Answer with an error what is not a request yet, read no more, and close.

        Where a request before it is being answered, that is the last answer.
        """
        self._close = True
        if not self._messages and not self._request_in_progress:
            self._messages.append((error_message(error), EMPTY_PAYLOAD))
            waiter = self._waiter
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what aiohttp's parser, or the sweep, has found, with a problem document."""
        super().handle_error(request, status, exc, message)  # raises where an answer has begun
        return refusals.answer(exc if isinstance(exc, ApiError) else refusals.said_of(exc))

    async def _handle_request(
        self, request: web.BaseRequest, start_time: float | None, request_handler: _Handler
    ) -> tuple[web.StreamResponse, bool]:
        """Let aiohttp answer, and then keep no body: it holds the response until the next one.

        A connection at rest would cost as much as the segment that it sent last.
        """
        if request.version < HttpVersion11:
            request._payload_writer = LaterVersionWriter(self, self._loop)  # noqa: SLF001
        response, reset = await super()._handle_request(request, start_time, request_handler)
        if isinstance(response, web.Response):
            response.body = None
        if not response.keep_alive:
            await self._stop_sending()
        return response, reset

    async def _stop_sending(self) -> None:
        """Close in stages (RFC 9112 §9.6), and read for a while what is for nobody.

        Else what the client still sends would be answered by a reset, and that takes away from it
        the answer that it has not read yet.
        """
        if self._wire is None or self._wire.is_closing():
            return
        self._wire.write_eof()
        self._lost = self._loop.create_future()
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGERING_S):
                await self._lost

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; the last one where nobody can tell where the next request begins."""
        if request.body_exists and (
            expectation.is_awaited(request) or request.content.exception() is not None
        ):
            resp.force_close()
        return await super().finish_response(request, resp, start_time)

    def check(self, now_s: float) -> None:
        """End what takes too long."""
        wire = self._wire
        if wire is None:
            return
        if unsent_bytes := wire.get_write_buffer_size():
            self._check_response(wire, unsent_bytes, now_s)
        elif self._response_pace is not None:
            self._response_pace = None
        if self._head_began_s != _NO_HEAD:
            self._check_head(now_s)
        elif self._body is not None:
            self._check_body(wire, self._body, now_s)

    def _check_response(self, wire: asyncio.Transport, unsent_bytes: int, now_s: float) -> None:
        """Cut off who does not take what was asked for, also where that is all that is left.

        Requests that are taken begin the window anew, and so does a buffer that was full and is
        not any more: something has left then.
        """
        pace = self._response_pace
        if pace is None:
            self._response_pace = Pace(now_s, unsent_bytes)
        elif pace.is_too_slow(now_s, unsent_bytes, self._guard.deadlines):
            self._guard.cut_off += 1
            wire.abort()

    def resume_writing(self) -> None:
        """Go on: enough has left."""
        self._response_pace = None
        super().resume_writing()

    def _check_head(self, now_s: float) -> None:
        if now_s - self._head_began_s < self._guard.deadlines.head_s:
            return
        if self._waiter is None:  # the request before is still being answered
            return
        self._head_began_s = _NO_HEAD
        self._guard.timed_out += 1
        if self._reader.head_bytes:
            self._refuse(RequestTimedOut())
        else:
            self.force_close()

    def _check_body(self, wire: asyncio.Transport, body: StreamReader, now_s: float) -> None:
        if body.is_eof():
            self._body = self._body_pace = None
        elif not self._request_in_progress and self._body_bytes > UNREAD_BODY_BYTES_MAX:
            wire.abort()  # aiohttp reads on after the answer; not that much
        elif self._reading_paused:  # it is we who are slow
            self._body_pace = None
        elif self._body_pace is None:
            self._body_pace = Pace(now_s, self._body_bytes)
        elif self._body_pace.is_too_slow(now_s, self._body_bytes, self._guard.deadlines):
            self._guard.timed_out += 1
            self._lingering_time = 0.0
            body.set_exception(RequestTimedOut())

"""One connection and the letter of HTTP: how it is read, how it refuses, and how it ends.

aiohttp's protocol reads with a parser of ours around its own (``request_reader``). What is refused
before there is a handler is in its queue as an error, and gets a problem document here.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from aiohttp import HttpVersion11, web
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from origin.defence import refusals
from origin.defence.request_line import TARGET_BYTES_MAX
from origin.defence.request_reader import FIELD_BYTES_MAX, FIELDS_MAX, RequestReader
from origin.defence.response_writer import LaterVersionWriter
from origin.delivery import expectation
from origin.delivery.errors import ApiError

if TYPE_CHECKING:
    from aiohttp.http import HttpRequestParser

LINGERING_S: Final = 0.5
"""How long a client may take to hear that an answer was the last, and to stop sending."""
_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class StrictConnection(RequestHandler):
    """A connection that takes good requests, and closes behind what is none."""

    __slots__ = ("_answered", "_is_heard_out", "_lost", "_reader", "_when_heard_out", "_wire")

    def __init__(self, manager: web.Server, **options: Any) -> None:
        super().__init__(
            manager,
            max_line_size=TARGET_BYTES_MAX,
            max_field_size=FIELD_BYTES_MAX,
            max_headers=FIELDS_MAX,
            auto_decompress=False,  # what a coding of a body means is its reader's to know
            **options,
        )
        self._reader = RequestReader(cast("HttpRequestParser", self._parser), self._loop)
        self._parser = cast("HttpRequestParser", self._reader)
        self._answered = 0
        self._is_heard_out = False
        self._when_heard_out: Callable[[], object] | None = None
        self._lost: asyncio.Future[None] | None = None
        self._wire: asyncio.Transport | None = None
        """Until it is lost; aiohttp lets go of its own when it closes, before all has left."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._wire = cast("asyncio.Transport", transport)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        """End."""
        self._wire = None
        self._hear_out()
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(None)
        super().connection_lost(exc)
        self._reader.release()

    def eof_received(self) -> bool:  # type: ignore[override]  # aiohttp has less to say
        """Hear that the client sends no more; stay for the answers that it has asked for.

        It may close its side behind its last request (RFC 9112 §9.6). What is not whole by then has
        no answer (§8), and what was written leaves before the transport closes.
        """
        self._lingering_time = 0.0
        self._hear_out()
        is_owed = self._answered < self._request_count
        self._reader.feed_eof(is_owed=is_owed)
        return is_owed

    def when_heard_out(self, end: Callable[[], object] | None) -> None:
        """Let an answer that would go on for ever end where the client sends no more, or is lost.

        Nobody can tell who has closed one side from who has gone, until something is sent twice.
        ``end`` is called once, at once where that is so already; None lets go of it.
        """
        self._when_heard_out = end
        if self._is_heard_out:
            self._hear_out()

    def _hear_out(self) -> None:
        self._is_heard_out = True
        end, self._when_heard_out = self._when_heard_out, None
        if end is not None:
            end()

    def close(self) -> None:
        """End behind what is under way; a request that waits, or whose head has begun, is that.

        The answer to the next one says that it is the last.
        """
        if not self._goes_on:
            super().close()

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109 -- aiohttp's
        """End, within so many seconds; a request that has begun to come has them to be whole.

        The answer to that, or to one that waits, says that it is the last.
        """
        if self._goes_on and self._wire is not None:
            await self._be_lost(timeout)
        await super().shutdown(timeout)

    @property
    def _goes_on(self) -> bool:
        """Whether a request is yet to come: one beside that which is answered, or half of one."""
        return bool(self._messages or self._reader.head_bytes or self._has_half_a_body)

    @property
    def _has_half_a_body(self) -> bool:
        """Whether what is answered is still being sent: aiohttp hears none of it once it closes."""
        request = self._current_request
        return request is not None and not request.content.is_eof()

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

    def _make_error_handler(self, err_info: _ErrInfo) -> _Handler:
        """Let a request that is refused have its method, by which an answer has a body or none."""
        refuse = super()._make_error_handler(err_info)
        asked = self._reader.asked()

        async def handler(request: web.BaseRequest) -> web.StreamResponse:
            refusals.tell(request, asked)
            return await refuse(request)

        return handler

    async def _handle_request(
        self, request: web.BaseRequest, start_time: float | None, request_handler: _Handler
    ) -> tuple[web.StreamResponse, bool]:
        """Let aiohttp answer, and then keep nothing: it holds both until the next request comes.

        A connection at rest would cost as much as the segment that it sent last: the response has
        it for a body, and what is noted of the request has read it.
        """
        if request.version < HttpVersion11:
            request._payload_writer = LaterVersionWriter(self, self._loop)  # noqa: SLF001
        response, reset = await super()._handle_request(request, start_time, request_handler)
        if isinstance(response, web.Response):
            response.body = None
        request._state.clear()  # noqa: SLF001 by its own clear, one name after the other is sought
        self._answered += 1
        if self._is_heard_out and not self._messages:
            self._close = True
        elif not response.keep_alive:
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
        await self._be_lost(LINGERING_S)

    async def _be_lost(self, within_s: float | None) -> None:
        """Wait for the end of the connection; of those that wait, none ends it for others."""
        if self._lost is None:
            self._lost = self._loop.create_future()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await asyncio.shield(self._lost)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer; the last one where nobody can tell where the next request begins."""
        is_lost = request.body_exists and (
            expectation.is_awaited(request) or request.content.exception() is not None
        )
        if is_lost or (self._is_heard_out and not self._messages):
            resp.force_close()
        return await super().finish_response(request, resp, start_time)

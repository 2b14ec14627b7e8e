"""One connection and time: what comes in and what goes out has to move.

aiohttp's protocol calls and is called here; what it keeps of requests is looked at, never changed,
but for a request that is refused before it has a handler: it goes into aiohttp's queue as an error,
as those do that its parser finds, and ``handle_error`` makes a problem document of it.

State is kept only where something is under way: the time when a head began, the body that is
coming, the pace of what does not leave. A connection at rest has none of it, so that the sweep
(``check``) is done with it at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, cast

from aiohttp import web
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import RequestHandler, _ErrInfo

from origin.defence.deadlines import Pace
from origin.defence.guard import Guard
from origin.defence.refusals import said_of
from origin.delivery import cross_origin, problem
from origin.delivery.errors import ApiError, HeadTooLarge, RequestTimedOut

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

HEAD_BYTES_MAX: Final = 32_768
UNREAD_BODY_BYTES_MAX: Final = 1 << 20
_NO_HEAD: Final = 0.0
_END: Final = b"\r\n\r\n"
_Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class TimedConnection(RequestHandler):
    """A connection with deadlines, and caps on what a head may be."""

    __slots__ = (
        "_body", "_body_bytes", "_body_pace", "_guard", "_head_began_s", "_head_bytes",
        "_response_pace", "_wire",
    )  # fmt: skip

    def __init__(self, manager: web.Server, *, guard: Guard, **options: Any) -> None:
        super().__init__(manager, **options)
        self._guard = guard
        self._wire: asyncio.Transport | None = None
        """Until it is lost; aiohttp lets go of its own when it closes, before all has left."""
        self._head_began_s = _NO_HEAD
        self._head_bytes = 0
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
        super().connection_lost(exc)

    def begin_answer(self) -> None:
        """Take note that a request is whole, and will be answered now."""
        if not self._head_bytes:  # else the next has begun
            self._head_began_s = _NO_HEAD
        self._response_pace = None

    def data_received(self, data: bytes) -> None:
        """Let aiohttp read what came, and see where in a request that was."""
        before = self._request_count
        super().data_received(data)
        emitted = self._request_count - before
        if emitted:
            self._end_heads(len(data), emitted)
            if self._body is None and (rest_bytes := _behind_heads(data)):
                self._continue_head(rest_bytes)
        elif self._body is not None and not self._body.is_eof():
            self._body_bytes += len(data)
        elif data and not self._buffer_paused and not self._upgraded:
            self._continue_head(len(data))

    def _continue_head(self, size_bytes: int) -> None:
        if self._head_began_s == _NO_HEAD:
            self._head_began_s = self._loop.time()
        self._head_bytes += size_bytes
        if self._head_bytes > HEAD_BYTES_MAX:
            self._refuse(HeadTooLarge())

    def _end_heads(self, size_bytes: int, emitted: int) -> None:
        """Look at the requests that aiohttp's parser has just put into the queue."""
        if self._head_bytes + size_bytes > HEAD_BYTES_MAX:
            for at in range(-emitted, 0):
                message = self._messages[at][0]
                if not isinstance(message, _ErrInfo) and _size_bytes(message) > HEAD_BYTES_MAX:
                    self._messages[at] = (_error(HeadTooLarge()), EMPTY_PAYLOAD)
        self._head_began_s, self._head_bytes = _NO_HEAD, 0
        body = self._messages[-1][1]
        self._body = None if body is EMPTY_PAYLOAD else body
        self._body_bytes, self._body_pace = 0, None

    def _refuse(self, error: ApiError) -> None:
        """Answer with an error what is not a request yet, read no more, and close.

        Where a request before it is being answered, that is the last answer.
        """
        self._close = True
        if not self._messages and not self._request_in_progress:
            self._messages.append((_error(error), EMPTY_PAYLOAD))
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
        if isinstance(exc, ApiError):
            response = problem.answer(exc)
        else:  # writes the log, and raises where an answer has begun
            super().handle_error(request, status, exc, message)
            response = problem.answer(said_of(exc))
        cross_origin.put_on(response)
        response.force_close()
        return response

    async def _handle_request(
        self, request: web.BaseRequest, start_time: float | None, request_handler: _Handler
    ) -> tuple[web.StreamResponse, bool]:
        """Let aiohttp answer, and then keep no body: it holds the response until the next one.

        A connection at rest would cost as much as the segment that it sent last.
        """
        response, reset = await super()._handle_request(request, start_time, request_handler)
        if isinstance(response, web.Response):
            response.body = None
        return response, reset

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
        if self._head_bytes:
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


def _error(error: ApiError) -> _ErrInfo:
    return _ErrInfo(status=500, exc=error, message=str(error))  # the status is problem's to know


def _behind_heads(data: bytes) -> int:
    """Return how many bytes stand behind the last empty line."""
    return 0 if data.endswith(_END) else len(data) - data.rfind(_END) - len(_END)


def _size_bytes(message: "RawRequestMessage") -> int:
    """Return how long a request line and its header fields were."""
    fields_bytes = sum(len(name) + len(value) + 4 for name, value in message.raw_headers)
    return len(message.path) + fields_bytes

"""One connection and time: what comes in and what goes out has to move.

aiohttp's protocol calls and is called here; what it keeps of requests is looked at, never changed,
but for a request that is refused before it has a handler: it goes into aiohttp's queue as an error,
as those do that its parser finds.

State is kept only where something is under way: the time when a head began, the body that is
coming, the pace of what does not leave. A connection at rest has none of it, so that the sweep
(``check``) is done with it at once.
"""

import asyncio
from typing import Any, Final

from aiohttp import web
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

from origin.defence.deadlines import Pace
from origin.defence.guard import Guard
from origin.defence.request_reader import error_message
from origin.defence.strict import StrictConnection
from origin.delivery.errors import ApiError, RequestTimedOut

UNREAD_BODY_BYTES_MAX: Final = 1 << 20
_NO_HEAD: Final = 0.0


class TimedConnection(StrictConnection):
    """A connection with deadlines."""

    __slots__ = (
        "_body", "_body_bytes", "_body_pace", "_guard", "_head_began_s", "_response_pace",
    )  # fmt: skip

    def __init__(self, manager: web.Server, *, guard: Guard, **options: Any) -> None:
        super().__init__(manager, **options)
        self._guard = guard
        self._head_began_s = _NO_HEAD
        self._body: StreamReader | None = None
        self._body_bytes = 0
        self._body_pace: Pace | None = None
        self._response_pace: Pace | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        self._head_began_s = self._loop.time()
        super().connection_made(transport)

    @property
    def is_new(self) -> bool:
        """Whether nothing has come yet."""
        return self._head_began_s != _NO_HEAD and not self._reader.head_bytes

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
            self._request_count += 1
            self._messages.append((error_message(error), EMPTY_PAYLOAD))
            waiter = self._waiter
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

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

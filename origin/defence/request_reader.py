"""Requests as they come on a connection: read by aiohttp's parser, one at a time, and judged.

The parser raises for a whole piece of data, and what it had read of that before is lost. So it is
fed up to the end of a head, or of a body, and never beyond: a good request gets its answer,
whatever comes behind it, and each head's size is known. It stays one parser, fed in order, so
nothing is read twice or in another way. The line of a request is read before it gets it
(``request_line``), the fields when it has them all (``request_head``).

aiohttp's parser takes the last field of a trailer section for one of the request behind it. So
there is a new one behind every chunked body. What trailers say is heard by nobody (RFC 9110
§6.5.1).

After an error, or the last request that a connection takes, nothing is read any more (RFC 9112
§9.6). No connection is ever upgraded: what comes behind such a request is a request like any other.

This stands where aiohttp's protocol has its parser, and has what that protocol asks of one. What is
behind a body that nobody takes, or behind as many requests as may wait, is held until the next
piece, which is an empty one: the protocol does not read on before.
"""

from typing import TYPE_CHECKING, Final

from aiohttp import hdrs
from aiohttp.helpers import DEFAULT_CHUNK_SIZE
from aiohttp.http import HttpRequestParser
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader
from aiohttp.web_protocol import MAX_MSG_QUEUE_SIZE, RequestPayloadError, _ErrInfo

from origin.defence import request_head, request_line
from origin.defence.request_line import TARGET_BYTES_MAX, Asked
from origin.defence.request_part import ChunkedPart, FieldsPart, SizedPart
from origin.delivery.errors import ApiError, BadRequest, HeadTooLarge

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Sequence

    from aiohttp.http import RawRequestMessage

    Message = tuple[RawRequestMessage | _ErrInfo, StreamReader]

HEAD_BYTES_MAX: Final = 32_768
FIELD_BYTES_MAX: Final = 8192
FIELDS_MAX: Final = 100
_LINE_END: Final = b"\r\n"
_BROKEN: Final = "The body of the request is broken, so nobody can tell where it ends."
_EMPTY_LINES: Final = (b"\r\n", b"\n")
EMPTY_LINES_MAX: Final = 100
"""In front of a request; some clients send one behind a body (RFC 9112 §2.2)."""


class RequestReader:
    """Reads one connection; ``head_bytes`` have come of a head that is not whole."""

    __slots__ = (
        "_body", "_held", "_is_last", "_is_line_fed", "_is_over", "_is_paused", "_line", "_loop",
        "_parser", "_part", "_passed_over", "_waiting", "head_bytes",
    )  # fmt: skip

    def __init__(self, parser: HttpRequestParser, loop: "AbstractEventLoop") -> None:
        self._parser, self._loop = parser, loop
        self._held = self._line = b""
        self._is_last = self._is_line_fed = self._is_over = self._is_paused = False
        self._part: FieldsPart | SizedPart | ChunkedPart | None = None
        self._body: StreamReader | None = None
        self._waiting = self._passed_over = 0
        self.head_bytes = 0

    def asked(self) -> Asked:
        """Return what is known of the request that is not whole, or no good."""
        return request_line.asked_in(self._line)

    def release(self) -> None:
        """Let go of the parser, which knows its connection: the cycle would wait for the collector.

        Nothing is read after that.
        """
        del self._parser

    def pause_reading(self) -> None:
        """Hold what comes next: nobody takes the body."""
        self._is_paused = True
        self._parser.pause_reading()

    def message_consumed(self) -> None:
        """Have one request less waiting."""
        self._waiting = max(0, self._waiting - 1)
        self._parser.message_consumed()

    def feed_data(self, data: bytes) -> "tuple[Sequence[Message], bool, bytes]":
        """Return the requests that are whole now, with the error that is behind them, if any.

        The other two say, in the words of aiohttp's parser, that there is no upgrade.
        """
        found: list[Message] = []
        if not self._is_over:
            try:
                self._read(data, found)
            except (ApiError, HttpProcessingError) as error:
                self._end(error, found)
            self._waiting += len(found)
        return found, False, b""

    def feed_eof(self, *, is_owed: bool) -> None:
        """Have no more coming: a body that is not whole is broken, if its request is not answered.

        Else its rest is for nobody, and over.
        """
        self._is_over = True
        if self._body is None:
            return
        if is_owed:
            self._body.set_exception(BadRequest(_BROKEN))
        else:
            self._body.feed_eof()

    def _read(self, data: bytes, found: "list[Message]") -> None:
        if self._is_paused:  # the parser has some of it
            self._is_paused = False
            self._feed(b"", found)
            self._settle_body()
        if self._held:
            data, self._held = self._held + data, b""
        at = 0
        while at < len(data):
            if self._is_paused or self._waiting + len(found) >= MAX_MSG_QUEUE_SIZE:
                self._held = data[at:]
                return
            if self._part is not None:
                at = self._read_part(self._part, data, at, found)
            elif self._is_last:
                self._is_over = True
                return
            else:
                at = self._read_line(data, at)

    def _read_line(self, data: bytes, at: int) -> int:
        end = data.find(b"\n", at) + 1 or len(data)
        self._line += data[at:end]
        if self._line in _EMPTY_LINES:
            self._pass_over_line()
            return end
        if self._line.endswith(_LINE_END):
            self._line = request_line.read_line(self._line[: -len(_LINE_END)]) + _LINE_END
            self._part, self._is_line_fed = FieldsPart(), False
        elif self._line.endswith(b"\n"):
            raise BadRequest("The first line of what came does not end like one.")
        else:
            request_line.require_begun(self._line)
        self._count(end - at)  # not before: of a line that is too long, that is said
        return end

    def _pass_over_line(self) -> None:
        """Take an empty line for none: no request has begun with it."""
        self._passed_over += 1
        if self._passed_over > EMPTY_LINES_MAX:
            raise BadRequest("Nothing but empty lines comes.")
        self._line, self.head_bytes = b"", 0

    def _read_part(
        self,
        part: FieldsPart | SizedPart | ChunkedPart,
        data: bytes,
        at: int,
        found: "list[Message]",
    ) -> int:
        end = part.end_in(data, at)
        if self._body is None:
            self._count(end - at)
            line = b"" if self._is_line_fed else self._line
            self._is_line_fed = True
            self._feed(line + data[at:end], found)
        else:
            self._feed(data[at:end], found)
            self._settle_body()
        return end

    def _settle_body(self) -> None:
        """See whether the body is over, for us and for the parser, which may be paused."""
        body, part = self._body, self._part
        if body is None or part is None:
            return
        if body.is_eof() != part.is_over and not (part.is_over and self._is_paused):
            raise BadRequest(_BROKEN)
        if body.is_eof():
            self._body = self._part = None
            self._is_paused = False  # the protocol reads on, and says so to nobody
            if isinstance(part, ChunkedPart):
                self._parser = _parser_after(self._parser, self._loop)

    def _count(self, size_bytes: int) -> None:
        self.head_bytes += size_bytes
        if self.head_bytes > HEAD_BYTES_MAX:
            raise HeadTooLarge

    def _feed(self, data: bytes, found: "list[Message]") -> None:
        """Give the parser what belongs to one request, and take it when its head is whole."""
        messages, is_upgraded, _ = self._parser.feed_data(data)
        if is_upgraded:
            self._parser.set_upgraded(False)
        for message, body in messages:
            if self._body is not None:
                raise BadRequest(_BROKEN)
            self._take(request_head.judged(message), body, found)

    def _take(
        self, message: "RawRequestMessage", body: StreamReader, found: "list[Message]"
    ) -> None:
        self.head_bytes, self._part, self._line, self._passed_over = 0, None, b"", 0
        self._is_last = bool(message.should_close)
        size_bytes = int(message.headers.get(hdrs.CONTENT_LENGTH, "0"))
        has_body = message.chunked or size_bytes > 0
        if has_body == (body is EMPTY_PAYLOAD):  # the parser and we disagree on what comes next
            raise BadRequest(_BROKEN)
        if has_body:
            self._body = body
            self._part = ChunkedPart() if message.chunked else SizedPart(size_bytes)
        found.append((message, body))

    def _end(self, error: ApiError | HttpProcessingError, found: "list[Message]") -> None:
        """Read no more: what is wrong is a body, for its reader to hear, or no request."""
        self._is_over = True
        self._held = b""
        if self._body is None:
            found.append((error_message(error), EMPTY_PAYLOAD))
        else:
            self._body.set_exception(BadRequest(_BROKEN))


def _parser_after(parser: HttpRequestParser, loop: "AbstractEventLoop") -> HttpRequestParser:
    return HttpRequestParser(
        parser.protocol,
        loop,
        DEFAULT_CHUNK_SIZE,
        max_line_size=TARGET_BYTES_MAX,
        max_field_size=FIELD_BYTES_MAX,
        max_headers=FIELDS_MAX,
        payload_exception=RequestPayloadError,
        auto_decompress=False,
    )


def error_message(error: ApiError | HttpProcessingError) -> _ErrInfo:
    """Return what stands for a request that is refused; ``problem`` knows the status."""
    return _ErrInfo(status=500, exc=error, message=str(error))

"""The hot path: plain requests for what is in memory, answered before aiohttp sees them.

aiohttp takes some 60 microseconds for a request: a parser's objects, a task, a response, a log
line. Most requests ask, in the same words, for what was answered a moment ago. So whatever aiohttp
answers to a plain request (``head``) is kept as it went out, if it may be given again (``reuse``),
and goes out again from ``data_received``. Both paths give the same bytes because one copies the
other.

Three conditions must hold, looked at for every piece of data; else it goes to aiohttp as it is:

- The connection is *at rest*: aiohttp has answered all requests, and its parser holds nothing of
  one. We see all that its parser gets, so we know: it is at rest before the first byte, and again
  once a piece of data ended with an empty line, made the parser emit requests, and the last of
  these has no body; or once a piece that came at rest was one request with all of its body, as its
  one Content-Length counts it (who tells of a play asks on). Nothing of a request that came in
  pieces is ever read here. That aiohttp waits for the next request is not needed: it does so some
  turns of the loop after it has answered, and who asks again at once would always come too early.
- The piece is one whole request, its fields plain, and its path one that has an answer.
- What was sent before has left: a client that reads slowly is left to aiohttp's flow control.

A plain request without an answer is noted, for the answer that aiohttp will give. The query is cut
off, as it is by the handlers of all that is reusable: players put there what they measure (CMCD),
of which note is taken once the answer is on its way (``quality``).
So is a playback token that was verified (``verified``). What the API answers is found by all that
was asked, and somebody vouches for it each time (``live``).
"""

import asyncio
import time
from typing import Any, Final, NamedTuple

from aiohttp import hdrs, web
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import EMPTY_PAYLOAD

from origin.cache.record import RECORD, Record
from origin.defence.connection import GuardedConnection
from origin.defence.forwarding import AddressField
from origin.delivery.head import END, HEAD_BYTES_MAX, KnownHeads, PlainHead
from origin.delivery.live import VOUCHER, LiveAnswers
from origin.delivery.reuse import REUSABLE, HotAnswers
from origin.delivery.verified import VerifiedTokens
from origin.quality.intake import Intake
from origin.telemetry.access_log import client_part
from origin.telemetry.request_id import new_request_id
from origin.telemetry.requests import NotedAnswer, RequestNotes

_METHOD: Final = b"GET /"
_TARGET_AT: Final = len(_METHOD) - 1
_VERSION: Final = b" HTTP/1.1\r\n"
_VERSION_BYTES: Final = len(_VERSION)
_IN_PATHS: Final = b"/-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_IN_QUERIES: Final = _IN_PATHS + b"~!$&'()*+,;=:@%?"


class _Plain(NamedTuple):
    """One whole plain request: its path, without a token that was verified, and its query."""

    path: bytes
    query: bytes
    head: PlainHead

    @property
    def target(self) -> bytes:
        return self.path + b"?" + self.query if self.query else self.path


class HotPath:
    """What the connections of one process share.

    ``address_field`` is the one in which proxies name their clients. ``intake`` is where to note
    what players tell of themselves, if anywhere.
    """

    def __init__(
        self,
        answers: HotAnswers,
        tokens: VerifiedTokens | None = None,
        notes: RequestNotes | None = None,
        address_field: AddressField = AddressField.X_FORWARDED_FOR,
        intake: Intake | None = None,
    ) -> None:
        self.answers = answers
        self.live = LiveAnswers()
        self.tokens = VerifiedTokens() if tokens is None else tokens
        self.notes = RequestNotes() if notes is None else notes
        self.intake = intake
        self.is_closed = False
        self._heads = KnownHeads(address_field=address_field)

    def close(self) -> None:
        """Leave every request to aiohttp from now on: its answers can close their connections."""
        self.is_closed = True

    def plain_request(self, data: bytes) -> _Plain | None:
        """Return what one whole plain request asks; None for all else.

        No more than one: fields of which one is an empty line are not plain. Whether the path is
        plain is not looked at (``_is_plain``): a path that has an answer was.
        """
        if not data.startswith(_METHOD) or len(data) > HEAD_BYTES_MAX:
            return None
        target_end = data.find(_VERSION)
        if target_end < 0:
            return None
        head = self._heads.read(data[target_end + _VERSION_BYTES :])
        if head is None:
            return None
        path, _, query = data[_TARGET_AT:target_end].partition(b"?")
        if query and query.translate(None, _IN_QUERIES):
            return None
        return _Plain(path, query, head)


class HotConnection(GuardedConnection):
    """One connection."""

    __slots__ = ("_asked_last", "_asks_as", "_has_said_last", "_hot", "_is_at_rest", "_noted")

    def __init__(self, manager: web.Server, *, hot: HotPath, **options: Any) -> None:
        super().__init__(manager, **options)
        self._hot = hot
        self._is_at_rest = True
        self._has_said_last = False
        self._noted: _Plain | None = None
        self._asked_last: PlainHead | None = None
        self._asks_as = ""

    def data_received(self, data: bytes) -> None:
        """Answer a plain request at once, or let aiohttp read what came."""
        if self._is_at_rest and self._is_answered(data):
            return
        before, was_at_rest = self._request_count, self._is_at_rest
        super().data_received(data)
        self._is_at_rest = (
            self._request_count > before
            and not self._buffer_paused
            and not self._upgraded
            and (
                data.endswith(END)
                if self._messages[-1][1] is EMPTY_PAYLOAD
                else was_at_rest and self._request_count == before + 1 and self._is_whole(data)
            )
        )

    def _is_whole(self, data: bytes) -> bool:
        """Tell whether data is the last request, with a body that ends where it does."""
        head, payload = self._messages[-1]
        if not isinstance(head, RawRequestMessage) or not payload.is_eof():
            return False
        lengths = head.headers.getall(hdrs.CONTENT_LENGTH, [])
        head_bytes = data.find(END) + len(END)
        return (
            len(lengths) == 1
            and hdrs.TRANSFER_ENCODING not in head.headers
            and data.count(b"\n", 0, head_bytes) == data.count(b"\r\n", 0, head_bytes)
            and head_bytes + int(lengths[0]) == len(data)
        )

    def _is_answered(self, data: bytes) -> bool:
        """Answer a request, if that can be done here and now."""
        transport = self.transport
        if self._answered != self._request_count or self._has_said_last or transport is None:
            return False
        if self._close or self._force_close or self._hot.is_closed:
            return False
        self._noted = None  # not before: the answer to what was noted may be under way
        asked = self._hot.plain_request(data)
        return asked is not None and self._is_given(asked, data, transport)

    def _is_given(self, asked: _Plain, data: bytes, transport: asyncio.Transport) -> bool:
        """Answer a plain request; else take note of it, for the answer that aiohttp will give."""
        now_s, unix_s = self._loop.time(), time.time()
        path, head = self._hot.tokens.path_without(asked.path, unix_s), asked.head
        if path is None:
            return False
        answer = self._hot.answers.find(path, head, now_s)
        if answer is None and path == asked.path:  # under a token, there is what plays alone
            return self._is_answered_live(asked, transport, now_s, unix_s)
        sent_head = None if answer is None else answer.head(unix_s)
        if answer is None or sent_head is None:
            self._note(asked._replace(path=path))
        elif self._takes(transport, head, now_s):
            transport.writelines((sent_head, answer.body))
            self._sent(answer.noted, head, head.request_id, now_s)
            intake = self._hot.intake
            if (
                intake is not None
                and not (asked.query and intake.note_query(path, asked.query, unix_s))
                and head.has_report
            ):
                intake.note_head(path, data, unix_s)
            return True
        return False

    def _is_answered_live(
        self, asked: _Plain, transport: asyncio.Transport, now_s: float, unix_s: float
    ) -> bool:
        """Answer a request for what is vouched for each time."""
        head = asked.head
        answer = self._hot.live.find(asked.target, head)
        if answer is None:
            self._note(asked)
            return False
        if not self._takes(transport, head, now_s):
            return False
        budget = answer.voucher.admit(self._remote, head.forwarded_for, unix_s)
        request_id = head.request_id or new_request_id()
        sent_head = None if budget is None else answer.head(budget, request_id, unix_s)
        if sent_head is None:
            return False
        transport.writelines((sent_head, answer.body))
        self._sent(answer.noted, head, request_id, now_s)
        return True

    def _takes(self, transport: asyncio.Transport, head: PlainHead, now_s: float) -> bool:
        """Tell whether what was sent before has left, and the client may ask for more."""
        return not transport.get_write_buffer_size() and self.takes_request(
            head.forwarded_for, now_s
        )

    def _note(self, asked: _Plain) -> None:
        if _is_plain(asked.path):
            self._noted = asked

    def _sent(
        self, noted: NotedAnswer, head: PlainHead, request_id: str | None, now_s: float
    ) -> None:
        """Take note of an answer that was sent."""
        self._next_keepalive_close_time = now_s + self._keepalive_timeout
        if head is not self._asked_last:
            self._asked_last = head
            self._asks_as = client_part(
                self._client_address(head.forwarded_for), head.user_agent, host=head.host
            )
        self._hot.notes.hit(noted, self._asks_as, request_id)

    @property
    def _remote(self) -> str:
        """Whoever is at the other end, as aiohttp says it."""
        peer = self.peername
        return str(peer[0]) if isinstance(peer, tuple) else str(peer or "")

    def _client_address(self, forwarded_for: str | None) -> str | None:
        return self._guard.address_of(self._remote, forwarded_for)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, and keep it if it is for others too."""
        noted, self._noted = self._noted, None
        sent = await super().finish_response(request, resp, start_time)
        self._has_said_last = sent[1] or not sent[0].keep_alive
        if noted is not None and isinstance(resp, web.Response) and resp.keep_alive:
            record = request.get(RECORD)
            if record is not None:
                self._keep(noted, resp, record)
        return sent

    def _keep(self, asked: _Plain, response: web.Response, record: Record) -> None:
        """Keep an answer that was asked for before, as it is or as it is vouched for."""
        reusable, hot = response.get(REUSABLE), self._hot
        if reusable is None and VOUCHER not in response:
            return
        if not record.is_from_memory and (
            reusable is not None or not hot.live.knows(asked.target, asked.head)
        ):
            return
        noted = hot.notes.noted(asked.path.decode(), response, response.body_length)
        if reusable is None:
            hot.live.keep(asked.target, asked.head, response, noted)
        else:
            hot.answers.keep(asked.path, response, reusable, record, noted)


def _is_plain(path: bytes) -> bool:
    """Tell whether nothing in a path can be read in two ways, or ends a request line."""
    return not path.translate(None, _IN_PATHS)

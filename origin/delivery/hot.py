"""The hot path: plain requests for what is in memory, answered before aiohttp sees them.

aiohttp takes some 60 microseconds for a request: a parser's objects, a task, a response, a log
line. Most requests ask, in the same words, for what was answered a moment ago. So whatever aiohttp
answers to a plain request (``head``) is kept as it went out, if it may be given again (``reuse``),
and goes out again from ``data_received``. Both paths give the same bytes because one copies the
other.

Three conditions must hold, looked at for every piece of data; else it goes to aiohttp as it is:

- The connection is *at rest*: aiohttp waits for a request, has none queued, and its parser holds
  nothing of one. We see all that its parser gets, so we know: it is at rest before the first byte,
  and again once a piece of data ended with an empty line, made the parser emit requests, and the
  last of these has no body. Nothing of a request that came in pieces is ever read here.
- The piece is one whole request, its fields plain, and its path one that has an answer.
- What was sent before has left: a client that reads slowly is left to aiohttp's flow control.

A plain request without an answer is noted, for the answer that aiohttp will give. The query is cut
off, as it is by the handlers of all that is reusable: players put there what they measure (CMCD).
So is a playback token that was verified (``verified``).
"""

import time
from typing import Any, Final

from aiohttp import web
from aiohttp.streams import EMPTY_PAYLOAD

from origin.cache.record import RECORD
from origin.defence.connection import GuardedConnection
from origin.defence.forwarding import AddressField
from origin.delivery.head import END, HEAD_BYTES_MAX, KnownHeads, PlainHead
from origin.delivery.reuse import REUSABLE, HotAnswers
from origin.delivery.verified import VerifiedTokens
from origin.telemetry.access_log import client_part
from origin.telemetry.requests import RequestNotes

_METHOD: Final = b"GET /"
_TARGET_AT: Final = len(_METHOD) - 1
_VERSION: Final = b" HTTP/1.1\r\n"
_VERSION_BYTES: Final = len(_VERSION)
_IN_PATHS: Final = b"/-._abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_IN_QUERIES: Final = _IN_PATHS + b"~!$&'()*+,;=:@%?"


class HotPath:
    """What the connections of one process share.

    ``address_field`` is the one in which proxies name their clients.
    """

    def __init__(
        self,
        answers: HotAnswers,
        tokens: VerifiedTokens | None = None,
        notes: RequestNotes | None = None,
        address_field: AddressField = AddressField.X_FORWARDED_FOR,
    ) -> None:
        self.answers = answers
        self.tokens = VerifiedTokens() if tokens is None else tokens
        self.notes = RequestNotes() if notes is None else notes
        self.is_closed = False
        self._heads = KnownHeads(address_field=address_field)

    def close(self) -> None:
        """Leave every request to aiohttp from now on: its answers can close their connections."""
        self.is_closed = True

    def plain_request(self, data: bytes) -> tuple[bytes, PlainHead] | None:
        """Return the path and the fields of one whole plain request; None for all else.

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
        return path, head


class HotConnection(GuardedConnection):
    """One connection."""

    __slots__ = ("_asked_last", "_asks_as", "_hot", "_is_at_rest", "_noted")

    def __init__(self, manager: web.Server, *, hot: HotPath, **options: Any) -> None:
        super().__init__(manager, **options)
        self._hot = hot
        self._is_at_rest = True
        self._noted: bytes | None = None
        self._asked_last: PlainHead | None = None
        self._asks_as = ""

    def data_received(self, data: bytes) -> None:
        """Answer a plain request at once, or let aiohttp read what came."""
        if self._is_at_rest and self._is_answered(data):
            return
        before = self._request_count
        super().data_received(data)
        self._is_at_rest = (
            self._request_count > before
            and data.endswith(END)
            and not self._buffer_paused
            and not self._upgraded
            and self._messages[-1][1] is EMPTY_PAYLOAD
        )

    def _is_answered(self, data: bytes) -> bool:
        """Answer a request, if that can be done here and now."""
        if self._hot.is_closed:
            return False
        waiter, transport = self._waiter, self.transport
        if waiter is None or waiter.done() or self._close or self._force_close or transport is None:
            return False
        self._noted = None  # not before: the answer to what was noted may be under way
        asked = self._hot.plain_request(data)
        if asked is None:
            return False
        now_s, unix_s = self._loop.time(), time.time()
        path, head = self._hot.tokens.path_without(asked[0], unix_s), asked[1]
        if path is None:
            return False
        answer = self._hot.answers.find(path, head, now_s)
        sent_head = None if answer is None else answer.head(unix_s)
        if answer is None or sent_head is None:
            if _is_plain(path):
                self._noted = path
        elif not transport.get_write_buffer_size() and self.takes_request(
            head.forwarded_for, now_s
        ):
            self._next_keepalive_close_time = now_s + self._keepalive_timeout
            transport.writelines((sent_head, answer.body))
            if head is not self._asked_last:
                self._asked_last = head
                self._asks_as = client_part(
                    self._client_address(head.forwarded_for), head.user_agent, host=head.host
                )
            self._hot.notes.hit(answer.noted, self._asks_as, head.request_id)
            return True
        return False

    def _client_address(self, forwarded_for: str | None) -> str | None:
        peer = self.peername
        remote = str(peer[0]) if isinstance(peer, tuple) else peer
        return self._guard.address_of(remote, forwarded_for)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, and keep it if it is for others too."""
        noted, self._noted = self._noted, None
        sent = await super().finish_response(request, resp, start_time)
        if noted is not None and isinstance(resp, web.Response) and resp.keep_alive:
            reusable, record = resp.get(REUSABLE), request.get(RECORD)
            if reusable is not None and record is not None and record.is_from_memory:
                line = self._hot.notes.noted(noted.decode(), resp, resp.body_length)
                self._hot.answers.keep(noted, resp, reusable, record, line)
        return sent


def _is_plain(path: bytes) -> bool:
    """Tell whether nothing in a path can be read in two ways, or ends a request line."""
    return not path.translate(None, _IN_PATHS)

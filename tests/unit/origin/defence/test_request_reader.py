"""Requests out of whatever pieces: the same ones, as many as may wait, none of another's bytes."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpRequestParser
from aiohttp.web_protocol import MAX_MSG_QUEUE_SIZE, _ErrInfo

from origin.defence.request_reader import RequestReader

if TYPE_CHECKING:
    from origin.defence.request_reader import Message

PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /p HTTP/1.1\r\nHost: x\r\n"
STREAM = (
    b"\r\n" + PAGE + POST + b"Content-Length: 5\r\n\r\nhello" + b"\r\n\r\n"
    + POST + b"Transfer-Encoding: chunked\r\n\r\n6;a=b\r\n\r\n\r\nhe\r\n0\r\nHost: y\r\n\r\n"
    + b"GET http://a HTTP/1.3\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
    + POST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\n." + PAGE
    + b"GET / HTTP/1.1\r\nHost: x y\r\n\r\n" + PAGE
)  # fmt: skip
READ = [
    ("GET", "/", 1, b""), ("POST", "/p", 2, b"hello"), ("POST", "/p", 2, b"\r\n\r\nhe"),
    ("GET", "http://a/", 3, b""), ("POST", "/p", 4, b"."), ("GET", "/", 1, b""), "bad_request",
]  # fmt: skip


class Connection(BaseProtocol):
    """A reader, and all that came out of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, limit_bytes: int = 65_536) -> None:
        parser = HttpRequestParser(self, loop, limit_bytes, max_msg_queue_size=MAX_MSG_QUEUE_SIZE)
        self.reader = RequestReader(parser, loop)
        super().__init__(loop, self.reader)  # type: ignore[arg-type]
        self.found: list[Message] = []

    def data_received(self, data: bytes) -> None:
        """Read on: a body has been taken."""
        self.feed(data)

    def feed(self, *pieces: bytes) -> int:
        """Feed pieces; return how many requests came out."""
        before = len(self.found)
        for piece in pieces:
            self.found += self.reader.feed_data(piece)[0]
        return len(self.found) - before

    def read(self) -> list[object]:
        """Return what came out: method, target, the number of fields and the body, or an error."""
        said: list[object] = []
        for message, body in self.found:
            if isinstance(message, _ErrInfo):
                said.append(getattr(message.exc, "code", message.exc))
            else:
                content = b"" if body.at_eof() else body.read_nowait()
                said.append((message.method, message.path, len(message.raw_headers), content))
        return said


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.mark.parametrize("at", range(len(STREAM)))
def test_in_two_pieces(loop: asyncio.AbstractEventLoop, at: int) -> None:
    connection = Connection(loop)
    connection.feed(STREAM[:at], STREAM[at:])
    assert connection.read() == READ


@pytest.mark.parametrize("size_bytes", [1, 2, 3, 4, 7, 26, 1000])
def test_in_pieces_of_one_size(loop: asyncio.AbstractEventLoop, size_bytes: int) -> None:
    connection = Connection(loop)
    starts = range(0, len(STREAM), size_bytes)
    connection.feed(*(STREAM[at : at + size_bytes] for at in starts))
    assert connection.read() == READ


def test_no_more_wait_than_may(loop: asyncio.AbstractEventLoop) -> None:
    """The others are there when it is asked again, and in their order."""
    connection = Connection(loop)
    assert connection.feed(PAGE * 50 + POST + b"\r\n" + PAGE * 49) == MAX_MSG_QUEUE_SIZE
    assert connection.feed(b"") == 0
    for _ in range(10):
        connection.reader.message_consumed()
    assert connection.feed(b"") == 10
    while len(connection.found) < 100:
        connection.reader.message_consumed()
        assert connection.feed(b"") == 1
    connection.reader.message_consumed()
    assert connection.feed(b"", PAGE) == 1
    assert connection.read().index(("POST", "/p", 1, b"")) == 50


def test_nothing_is_read_past_a_body_that_nobody_takes(loop: asyncio.AbstractEventLoop) -> None:
    connection = Connection(loop, limit_bytes=16)
    head = POST + b"Content-Length: 200\r\n\r\n"
    assert connection.feed(head + 100 * b"a", 100 * b"b" + PAGE + PAGE) == 1
    body = connection.found[0][1]
    taken = b""
    while not body.is_eof():
        assert len(connection.found) == 1
        taken += body.read_nowait(10)
    taken += body.read_nowait()
    assert taken == 100 * b"a" + 100 * b"b"
    assert len(connection.found) == 3


@pytest.mark.parametrize("chunks", range(1, 20))
def test_a_body_of_many_chunks_ends(loop: asyncio.AbstractEventLoop, chunks: int) -> None:
    """Also where the last of them is one too many to be taken at once."""
    connection = Connection(loop, limit_bytes=16)
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    trailer, bad = b"Host: y\r\n\r\n", b"BREW / HTTP/1.1\r\n"
    connection.feed(head + chunks * b"1\r\na\r\n" + b"0\r\n" + trailer + PAGE + bad)
    body = connection.found[0][1]
    taken = b""
    while not body.is_eof():
        taken += body.read_nowait()
    assert len(connection.found) == 3  # whether the rest of it is read or not
    if body.total_bytes > len(taken):
        taken += body.read_nowait()
    assert taken == chunks * b"a"
    assert connection.read()[1:] == [("GET", "/", 1, b""), "not_implemented"]


@pytest.mark.parametrize("behind", [b"", PAGE, b"BAD\r\n\r\n"])
def test_nothing_is_read_behind_the_last_request(
    loop: asyncio.AbstractEventLoop, behind: bytes
) -> None:
    for last in (
        b"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ):
        connection = Connection(loop)
        assert connection.feed(last + behind, behind) == 1
        assert connection.reader.head_bytes == 0


def test_the_size_of_what_has_begun(loop: asyncio.AbstractEventLoop) -> None:
    connection = Connection(loop)
    for piece, size_bytes in (
        (PAGE, 0), (b"GET", 3), (b" / HTTP/1.1\r\nA", 17), (b": b\r\nHost: x\r\n\r\n", 0),
        (b"\r\n", 0), (b"\r", 1), (b"\n", 0), (POST + b"Content-Length: 5\r\n\r\nhel", 0),
        (b"loGE", 2),
    ):  # fmt: skip
        connection.feed(piece)
        assert connection.reader.head_bytes == size_bytes

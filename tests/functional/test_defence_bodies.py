"""Requests with bodies: which are asked for, which are broken, and how a connection then ends."""

import gzip
import socket
from collections.abc import Iterator
from contextlib import closing

import pytest
from aiohttp import web
from obstore.store import MemoryStore

from origin.app import create_app
from origin.defence.client import ClientLimits
from origin.defence.guard import Guard
from origin.delivery.expectation import ask_for_body
from tests.functional.asking import PAGE, answer, ask, get, is_closed
from tests.servers.guarded import GuardedOrigin, guarded

POST = b"POST /read HTTP/1.1\r\nHost: x\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture(scope="module")
def origin() -> Iterator[GuardedOrigin]:
    async def read(request: web.Request) -> web.Response:
        await ask_for_body(request)
        await ask_for_body(request)  # it is asked for once
        return web.Response(text=str(len(await request.read())))

    async def leave(_request: web.Request) -> web.Response:
        return web.Response(text="-")

    app = create_app(MemoryStore())
    app.router.add_post("/read", read)
    app.router.add_post("/leave", leave)
    with guarded(app, Guard(ClientLimits(connections=0, requests_per_s=0))) as origin:
        yield origin


def _received(client: socket.socket, size_bytes: int) -> bytes:
    received = b""
    while len(received) < size_bytes and (data := client.recv(size_bytes - len(received))):
        received += data
    return received


@pytest.mark.parametrize("framing", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
def test_a_body_is_asked_for_by_who_reads_it(origin: GuardedOrigin, framing: bytes) -> None:
    """RFC 9110 §10.1.1; the connection stays."""
    body = b"hello" if b"Length" in framing else b"5\r\nhello\r\n0\r\n\r\n"
    with closing(origin.connect()) as client:
        for _ in range(2):
            client.sendall(POST + b"Expect: 100-continue\r\n" + framing + b"\r\n\r\n")
            assert _received(client, len(CONTINUE)) == CONTINUE
            assert ask(client, body).body == b"5"
        assert ask(client, PAGE).status == 200


def test_a_beacon_is_asked_for(origin: GuardedOrigin) -> None:
    beacon = b'{"page": "home", "values": {"LCP": 1}}'
    kind = "Content-Type: text/plain\r\n"
    head = f"{kind}Expect: 100-continue\r\nContent-Length: {len(beacon)}\r\n\r\n"
    with closing(origin.connect()) as client:
        client.sendall(b"POST /vitals HTTP/1.1\r\nHost: x\r\n" + head.encode())
        assert _received(client, len(CONTINUE)) == CONTINUE
        client.sendall(beacon)
        assert _received(client, 12) == b"HTTP/1.1 204"


def test_a_body_that_came_is_not_asked_for(origin: GuardedOrigin) -> None:
    head = b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    with closing(origin.connect()) as client:
        assert ask(client, POST + head + b"hello").body == b"5"
        assert ask(client, PAGE).status == 200


def test_nothing_is_expected_in_http_1_0(origin: GuardedOrigin) -> None:
    head = b"POST /read HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    with closing(origin.connect()) as client:
        assert ask(client, head + b"hello").body == b"5"


@pytest.mark.parametrize(
    ("target", "status"), [("/leave", 200), ("/healthz", 405), ("/nothing/there", 404)]
)
def test_a_body_that_nobody_reads_is_not_asked_for(
    origin: GuardedOrigin, target: str, status: int
) -> None:
    """Whether it comes now or not, nobody can tell it from a request: it is the last."""
    head = (
        f"POST {target} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 27\r\n\r\n"
    )
    with closing(origin.connect()) as client:
        refused = ask(client, head.encode())
        assert (refused.status, refused.headers["connection"]) == (status, "close")
        client.sendall(PAGE)
        assert is_closed(client)


@pytest.mark.parametrize(
    "chunks", [b"zz\r\n", b"5\nhello", b"5\r\nhelloX\r\n", b"0\r\nA : b\r\n\r\n", b"-1\r\n"]
)
def test_a_broken_body_is_the_fault_of_its_request(origin: GuardedOrigin, chunks: bytes) -> None:
    head = POST + b"Transfer-Encoding: chunked\r\n\r\n"
    for pieces in ([head + chunks], [head, chunks], [head + b"5\r\nhello\r\n", chunks]):
        with closing(origin.connect()) as client:
            for piece in pieces:
                client.sendall(piece)
            refused = answer(client)
            assert (refused.status, refused.problem["code"]) == (400, "bad_request")
            assert refused.headers["connection"] == "close"
            assert is_closed(client)


@pytest.mark.parametrize("coding", [b"gzip", b"zstd", b"none"])
def test_a_body_comes_as_it_was_sent(origin: GuardedOrigin, coding: bytes) -> None:
    """Whoever reads it decodes it, if at all: a few bytes can become more than memory holds."""
    body = gzip.compress(bytes(100_000))
    head = POST + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (coding, len(body))
    with closing(origin.connect()) as client:
        assert ask(client, head + body).body == b"%d" % len(body)
        assert ask(client, PAGE).status == 200


def test_trailers_are_not_fields_of_the_next_request(origin: GuardedOrigin) -> None:
    """As aiohttp's parser would have it, for the client behind a proxy that sends both."""
    chunked = POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"
    for trailer in (b"Range: bytes=0-0", b"If-None-Match: *", b"Host: y", b"Expect: x"):
        with closing(origin.connect()) as client:
            assert ask(client, chunked + trailer + b"\r\n\r\n").body == b"5"
            assert ask(client, PAGE).status == 200


@pytest.mark.parametrize("refused", [b"BREW / HTTP/1.1\r\n\r\n", get("/", "A : b")])
def test_who_sends_on_hears_what_was_wrong(origin: GuardedOrigin, refused: bytes) -> None:
    """The end comes in stages (RFC 9112 §9.6): no reset takes the answer away."""
    with closing(origin.connect()) as client:
        client.sendall(refused)
        assert client.recv(1, socket.MSG_PEEK)  # it is there, unread
        for _ in range(3):
            client.sendall(PAGE * 100)
        assert answer(client).status in {400, 501}
        assert is_closed(client)


@pytest.mark.parametrize(
    ("fields", "connection"),
    [
        ((), "close"),
        (("Connection: close",), "close"),
        (("Connection: keep-alive",), "keep-alive"),
        (("Connection: keep-alive, close",), "close"),
    ],
)
def test_answers_to_http_1_0_are_of_ours(
    origin: GuardedOrigin, fields: tuple[str, ...], connection: str
) -> None:
    """RFC 9110 §2.5, RFC 9112 §9.3."""
    request = get("/healthz", *fields).replace(b"HTTP/1.1", b"HTTP/1.0")
    with closing(origin.connect()) as client:
        client.sendall(request)
        assert client.recv(15, socket.MSG_PEEK) == b"HTTP/1.1 200 OK"
        assert answer(client).headers["connection"] == connection
        if connection == "close":
            assert is_closed(client)
        else:
            assert ask(client, request).status == 200

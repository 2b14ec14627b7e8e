"""Heads that are too large, and requests that are none: problem documents that repeat nothing."""

from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from obstore.store import MemoryStore

from origin.app import create_app
from origin.defence.guard import Guard
from tests.functional.asking import PAGE, answer, ask, is_closed
from tests.servers.guarded import GuardedOrigin, guarded

BEGUN = b"GET / HTTP/1.1\r\nHost: x\r\n"
SECRET = b"0123secret"


@pytest.fixture(scope="module")
def origin() -> Iterator[GuardedOrigin]:
    with guarded(create_app(MemoryStore()), Guard()) as origin:
        yield origin


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"GET /" + SECRET * 900 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
        (b"GET /?a=" + SECRET * 900 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
        (b"GET /" + SECRET * 900, 414, "uri_too_long"),
        (BEGUN + b"A: " + SECRET * 900 + b"\r\n\r\n", 431, "request_header_fields_too_large"),
        (BEGUN + SECRET * 900 + b": a\r\n\r\n", 431, "request_header_fields_too_large"),
        (BEGUN + b"A: " + SECRET * 900, 431, "request_header_fields_too_large"),
        (BEGUN + b"A: secret\r\n" * 101 + b"\r\n", 431, "request_header_fields_too_large"),
        # None is too long, nor are they too many, but all of them together are too much.
        (
            BEGUN + (b"A: " + SECRET * 700 + b"\r\n") * 5 + b"\r\n",
            431,
            "request_header_fields_too_large",
        ),
        (BEGUN + b"Secret : a\r\n\r\n", 400, "bad_request"),
        (BEGUN + b"A: secret\x00\r\n\r\n", 400, "bad_request"),
        (BEGUN + b"Transfer-Encoding: secret\r\nContent-Length: 3\r\n\r\n", 400, "bad_request"),
        (b"GET http://[secret HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
        (b"SECRET / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "not_implemented"),
        (SECRET * 900 + b" / HTTP/1.1\r\nHost: x\r\n\r\n", 501, "not_implemented"),
        (b"GET / SECRET/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
        (b"GET /secret HTTP/2.0\r\nHost: x\r\n\r\n", 505, "http_version_not_supported"),
        (BEGUN + b"Expect: secret\r\n\r\n", 417, "expectation_failed"),
        (BEGUN + b"Transfer-Encoding: secret, chunked\r\n\r\n", 501, "not_implemented"),
        (b"GET / HTTP/1.1\r\nHost: secret@\r\n\r\n", 400, "bad_request"),
        (b"\x16\x03\x01secret\r\n\r\n", 400, "bad_request"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_repeated(
    origin: GuardedOrigin, request_bytes: bytes, status: int, code: str
) -> None:
    with closing(origin.connect()) as client:
        refused = ask(client, request_bytes)
        assert (refused.status, refused.problem["code"]) == (status, code)
        assert "secret" not in str(refused).lower()
        assert refused.headers["server"] == "soundbridge"
        assert refused.headers["x-content-type-options"] == "nosniff"
        assert refused.headers["cache-status"] == "soundbridge; fwd=bypass"
        assert refused.headers["cache-control"] == "no-store"
        assert refused.headers["connection"] == "close"
        assert is_closed(client)


@pytest.mark.parametrize("pieces", [1, 9])
def test_a_flood_of_fields_in_pieces(origin: GuardedOrigin, pieces: int) -> None:
    """No end ever comes: it is refused when it is too much."""
    field = b"A: " + 7_000 * b"a" + b"\r\n"
    with closing(origin.connect()) as client:
        client.sendall(BEGUN)
        with suppress(BrokenPipeError, ConnectionResetError):  # it need not read them all
            for _ in range(pieces):
                client.sendall(field * (9 // pieces))
        assert answer(client).status == 431
        assert is_closed(client)


def test_what_is_large_but_not_too_large(origin: GuardedOrigin) -> None:
    fields = (b"A: " + 5_000 * b"a" + b"\r\n") * 5 + b"B: b\r\n" * 90
    with closing(origin.connect()) as client:
        for _ in range(3):  # what came before is not counted again
            assert ask(client, BEGUN + fields + b"\r\n").status == 200


def test_many_requests_in_one_piece_are_not_one_that_is_too_large(origin: GuardedOrigin) -> None:
    request = BEGUN + b"A: " + 5_000 * b"a" + b"\r\n\r\n"
    with closing(origin.connect()) as client:
        client.sendall(request * 20)
        assert {answer_of.status for answer_of in [answer(client) for _ in range(20)]} == {200}


def test_a_flood_behind_a_request(origin: GuardedOrigin) -> None:
    """That one has its own answer, and the flood another."""
    with closing(origin.connect()) as client:
        client.sendall(PAGE + BEGUN + (b"A: " + 7_000 * b"a" + b"\r\n") * 9)
        assert answer(client).status == 200
        assert answer(client).status == 431
        assert is_closed(client)

"""First lines of requests: how they are read, and which are none."""

import pytest

from origin.defence.request_line import TARGET_BYTES_MAX, asked_in, read_line, require_begun
from origin.delivery.errors import (
    ApiError,
    BadRequest,
    TargetTooLong,
    Unimplemented,
    VersionUnsupported,
)


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.1", b"GET /a?b HTTP/1.0", b"HEAD //a HTTP/1.1", b"OPTIONS * HTTP/1.1",
        b"POST http://a/b?c HTTP/1.1", b"GET HTTPS://[::1]:443/ HTTP/1.1", b"TRACE / HTTP/1.1",
        b"GET /" + (TARGET_BYTES_MAX - 1) * b"a" + b" HTTP/1.1",
    ],
)  # fmt: skip
def test_a_plain_line_stays_as_it_is(line: bytes) -> None:
    assert read_line(line) == line


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"GET / HTTP/1.2", b"GET / HTTP/1.1"),
        (b"GET / HTTP/1.9", b"GET / HTTP/1.1"),
        (b"GET http://a HTTP/1.1", b"GET http://a/ HTTP/1.1"),
        (b"GET http://a?b HTTP/1.1", b"GET http://a/?b HTTP/1.1"),
        (b"OPTIONS http://a HTTP/1.1", b"OPTIONS * HTTP/1.1"),
        (b"OPTIONS http://a?b HTTP/1.1", b"OPTIONS http://a/?b HTTP/1.1"),
    ],
)
def test_what_means_the_same_is_read_as_the_same(line: bytes, read: bytes) -> None:
    """RFC 9110 §2.5, §4.2.3; RFC 9112 §3.2.4."""
    assert read_line(line) == read


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"", BadRequest),
        (b"GET", BadRequest),
        (b"GET  / HTTP/1.1", BadRequest),
        (b"GET / HTTP/1.1\r", BadRequest),
        (b"GET / HTTP/1.1\n", BadRequest),
        (b"GET /\x80 HTTP/1.1", BadRequest),
        (b"GET / RTSP/1.0", BadRequest),
        (b"GET * HTTP/1.1", BadRequest),
        (b"GET /#a HTTP/1.1", BadRequest),
        (b"GET http://a/#b HTTP/1.1", BadRequest),
        (b"GET http://a@b/ HTTP/1.1", BadRequest),
        (b"GET http:///b HTTP/1.1", BadRequest),
        (b"GET ftp://a/ HTTP/1.1", BadRequest),
        (b"GET / HTTP/2.0", VersionUnsupported),
        (b"GET /", VersionUnsupported),
        (b"BREW / HTTP/1.1", Unimplemented),
        (b"CONNECT a:1 HTTP/1.1", Unimplemented),
        (9_000 * b"A" + b" / HTTP/1.1", Unimplemented),
        (b"GET /" + TARGET_BYTES_MAX * b"a" + b" HTTP/1.1", TargetTooLong),
        (b"GET " + 9_000 * b" ", TargetTooLong),
    ],
)
def test_what_is_none(line: bytes, error: type[ApiError]) -> None:
    with pytest.raises(error):
        read_line(line)


def test_every_beginning_of_a_good_line_may_go_on() -> None:
    line = b"OPTIONS http://[::1]:80/a?b=%20~{} HTTP/1.1\r"
    for length in range(1, len(line) + 1):
        require_begun(line[:length])
    require_begun(b"\r")  # of an empty line


@pytest.mark.parametrize(
    "begun", [b"\x16\x03\x01", b" ", b"\r\r", b"GET\r", b"GET  ", b"GET /\t", b"GET /  ", b"\xff"]
)
def test_what_cannot_become_one_is_refused_at_once(begun: bytes) -> None:
    with pytest.raises(BadRequest):
        require_begun(begun)


@pytest.mark.parametrize(
    ("line", "method", "path"),
    [
        (b"HEAD /a?b#c HTTP/2.0\r\n", "HEAD", "/a"),
        (b"GET //a/b#c HTTP/1.1\r\n", "GET", "//a/b"),
        (b"DELETE /a\r\n", "DELETE", "/a"),
        (b"secret /a HTTP/1.1\r\n", None, None),
        (b"GET /a b HTTP/1.1\r\n", "GET", "/a"),
        (b"GET http://u:p@h/a?b HTTP/1.1\r\n", "GET", "/a"),
        (b"GET http://u:p@h HTTP/1.1\r\n", "GET", None),
        (b"OPTIONS * HTTP/9.9\r\n", "OPTIONS", None),
        (b"HEAD  / HTTP/1.1\r\n", "HEAD", None),
        (b"HEAD /a\xe9b HTTP/1.1\r\n", "HEAD", None),
        (b"HEAD /a", "HEAD", None),
        (b"HEAD ", "HEAD", None),
        (b"HEAD", None, None),
        (b"G(T / HTTP/1.1\r\n", None, None),
        (b"", None, None),
    ],
)
def test_what_is_refused_says_what_it_was(
    line: bytes, method: str | None, path: str | None
) -> None:
    assert asked_in(line)[:2] == (method, path)


@pytest.mark.parametrize(
    ("line", "protocol"),
    [
        (b"GET / HTTP/2.0\r\n", "HTTP/2.0"),
        (b"GET / HTTP/2.0", None),
        (b"GET / secret\r\n", None),
        (b"GET / HTTP/1.1 secret\r\n", None),
        (b"GET /\r\n", None),
    ],
)
def test_what_is_refused_says_of_which_protocol_it_was(line: bytes, protocol: str | None) -> None:
    assert asked_in(line).protocol == protocol

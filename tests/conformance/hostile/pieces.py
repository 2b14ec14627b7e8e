"""What comes in pieces of which one could be taken for a request."""

from tests.conformance.hostile.head_method import HEAD
from tests.conformance.hostile.request import (
    BEGUN,
    CHUNKED,
    PAGE,
    WEBSOCKET,
    Hostile,
    answered,
    last,
    line,
    other_version,
    page,
    refused,
    to,
    unimplemented,
)

IN_PIECES = [
    *answered.in_pieces(BEGUN + b"AB", b": c\r\n\r\n"),
    *answered.in_pieces(BEGUN, b"\r\n"),
    *answered.in_pieces(BEGUN + b"\r", b"\n"),
    *refused.in_pieces(BEGUN + b"A: b\r\n", b" folded\r\n\r\n"),
    *refused.in_pieces(BEGUN, b"\r\n".replace(b"\r", b"")),
    # What looks like a request is the body of another, or half of that.
    *answered.in_pieces(page(b"Content-Length: 27"), PAGE),
    *refused.in_pieces(page(b"Content-Length: 18446744073709551615"), PAGE, PAGE),
    *refused.in_pieces(
        line(b"POST /none HTTP/1.1", b"Host: x\r\nContent-Length: 18446744073709551615\r\n"), PAGE
    ),
    *to(200, 200).in_pieces(page(b"Content-Length: 27"), PAGE, PAGE),
    *answered.in_pieces(page(b"Content-Length: 54"), PAGE, PAGE),
    *answered.in_pieces(page(b"Content-Length: 33"), b"ab\r\n\r\n", PAGE),
    *to(405).in_pieces(line(b"POST / HTTP/1.1", b"Host: x\r\nContent-Length: 27\r\n"), PAGE),
    *answered.in_pieces(CHUNKED, b"1b\r\n" + PAGE, b"\r\n0\r\n\r\n"),
    *to(200, 200).in_pieces(CHUNKED, b"1b\r\n", PAGE, b"\r\n0\r\n\r\n", PAGE),
    *to(200, 200).in_pieces(CHUNKED, b"0\r\nA: b\r\n\r\n", PAGE),
    *to(200, 200).in_pieces(CHUNKED, b"0\r\n", b"\r\n" + PAGE),
    *to(200, 400, stays=False).in_pieces(CHUNKED, b"0\r\n", b"\r\nBAD\r\n\r\n"),
    *to(200, 400, stays=False).in_pieces(BEGUN, b"\r\nBAD\r\n\r\n"),
    *to(200, 501, stays=False).in_pieces(BEGUN, b"\r\n" + line(b"BREW / HTTP/1.1")),
    Hostile((CHUNKED, b"zz\r\n", PAGE), (200,), stays=False, says_so=False),
    # A body that is not asked for may come or not, so the connection ends (RFC 9110 §10.1.1).
    *last.in_pieces(page(b"Expect: 100-continue", b"Content-Length: 27"), PAGE, PAGE),
    *to(405, stays=False).in_pieces(
        line(b"POST / HTTP/1.1", b"Host: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n")
    ),
    *to(200, 200, 200).in_pieces(BEGUN + WEBSOCKET + b"\r\n", PAGE, PAGE),
    *unimplemented.in_pieces(line(b"CONNECT x:1 HTTP/1.1"), PAGE),
    *refused.in_pieces(line(b"GET / RTSP/1.1"), PAGE),
    # Empty lines before, between and after.
    *answered.in_pieces(b"\r\n\r\n", PAGE),
    *answered.in_pieces(b"\r", b"\n" + PAGE),
    *to(200, 200).in_pieces(PAGE, b"\r\n\r\n", PAGE),
    *to(200, 200).in_pieces(b"\n\n", PAGE, PAGE),
    *to(200, 200, 200).in_pieces(
        b"GET / HT", b"TP/1.1\r\nHost: x\r\n\r\n" + PAGE[:20], PAGE[20:], PAGE
    ),
    *to(200, 400, stays=False).in_pieces(PAGE, page(b"A : b"), PAGE),
    *refused.in_pieces(HEAD[:3], HEAD[3:9], HEAD[9:], b"Host: x\r\nA", b" : b\r\n\r\n"),
    *other_version.in_pieces(HEAD[:3], b"D /a?b HT", b"TP/2.0\r\n", PAGE),
    *to(200, 400, stays=False).in_pieces(PAGE + BEGUN, b"A", b" : b\r\n\r\n", PAGE),
]

"""One request in two, two in one, and pieces of others (RFC 9112 §2)."""

from tests.conformance.hostile.request import (
    BEGUN,
    CHUNKED,
    H2C,
    PAGE,
    WEBSOCKET,
    answered,
    line,
    page,
    refused,
    to,
)

MESSAGES = [
    # One request in two, two in one, and pieces of others.
    *to(200, 200)(PAGE + PAGE, PAGE + b"\r\n\r\n" + PAGE, PAGE + b"\n" + PAGE),
    *to(*9 * [200])(PAGE * 9), *to(*150 * [200])(PAGE * 150),
    *answered(b"\r\n" + PAGE, b"\n\n" + PAGE, PAGE + b"\r\n", 90 * b"\r\n" + PAGE),
    *refused(200 * b"\n" + PAGE),
    *refused(PAGE[:-2], b"\r" + PAGE, b"\r\r\n" + PAGE, b"\0" + PAGE, b"\x16\x03\x01\x02\x00"),
    # What is good is answered, whatever is behind it, and nothing behind what is not.
    *to(200, 400, stays=False)(
        PAGE + b"\0", PAGE + b"BAD\r\n\r\n" + PAGE, PAGE + page(b"A : b") + PAGE,
        page(*H2C.split(b"\r\n")[:-1]) + page(b"A : b"),
        page(*WEBSOCKET.split(b"\r\n")[:-1]) + page(b"A : b"),
        page(b"Content-Length: 5") + b"hello" + page(b"A : b"),
        CHUNKED + b"0\r\n\r\n" + page(b"A : b"),
    ),
    *to(200, 200, 400, stays=False)(PAGE + PAGE + page(b"A : b")),
    *to(*40 * [200], 400, stays=False)(PAGE * 40 + page(b"A : b") + PAGE),
    *to(200, 501, stays=False)(PAGE + b"GET", PAGE + line(b"BREW / HTTP/1.1")),
    *to(200, 431, stays=False)(PAGE + page(b"A: " + 9_000 * b"b")),
    *to(*40 * [200], 431, stays=False)(PAGE * 40 + page(*5 * [b"A: " + 7_000 * b"b"])),
    # Line ends.
    *refused(
        PAGE.replace(b"\r\n", b"\n"), PAGE.replace(b"\r\n", b"\r"), BEGUN + b"\n",
        BEGUN + b"\r\r\n", BEGUN + b"A: b\n\r\n", BEGUN + b"A: b\nHost: y\r\n\r\n",
        BEGUN + b"A: b\r\rC: d\r\n\r\n", b"GET / HTTP/1.1\nHost: x\r\n\r\n",
    ),
]  # fmt: skip

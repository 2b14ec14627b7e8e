"""Methods, targets and versions (RFC 9112 §3, RFC 9110 §4.2)."""

from tests.conformance.hostile.request import (
    BEGUN,
    H2C,
    PAGE,
    WEBSOCKET,
    answered,
    last,
    line,
    not_found,
    other_version,
    page,
    refused,
    to,
    unimplemented,
)

TARGETS = [
    # RFC 9112 §3.2, RFC 9110 §4.2.
    *answered(
        *(
            line(b"GET " + target + b" HTTP/1.1")
            for target in (
                b"http://x/", b"http://y/", b"http://y", b"http://y?a", b"HTTP://y:80/?a", b"https://y/",
                b"http://[::1]:80", b"/?%zz", b"/?" + 3_000 * b"a", b'/?a{}|\\^`<>"',
            )
        ),
    ),
    *not_found(
        *(
            line(b"GET " + target + b" HTTP/1.1")
            for target in (
                b"//", b"//x/", b"/.", b"/..", b"/%2e", b"/%2F", b"/%00", b"/%zz", b"/;a", b"http://y//",
            )
        ),
    ),
    *refused(
        *(
            line(b"GET " + target + b" HTTP/1.1")
            for target in (
                b"*", b"x", b"/#a", b"/?#a", b"/?\xe9", b"/?a b", b"/\x00", b"/\x7f", b"\\", b"?a",
                b"x:80", b"http:", b"http:/x", b"http://", b"http:///", b"http://?a", b"http://:80/",
                b"http://a b/", b"http://user@a/", b"http://user:b@a/", b"http://a:b/", b"http://a:65536",
                b"http://a, b/", b"http://[::1/", b"http://x/#a", b"ftp://x/", b"file:///etc/passwd",
                b"gopher://x", b"httpx://x/", b"http//x/",
            )
        ),
        line(b"OPTIONS *a HTTP/1.1"), line(b"OPTIONS ** HTTP/1.1"),
    ),
    *to(414, stays=False)(
        line(b"GET /" + 9_000 * b"a" + b" HTTP/1.1"), line(b"GET /?" + 9_000 * b"a" + b" HTTP/1.1"),
        b"GET /" + 9_000 * b"a", line(b"GET /" + 40_000 * b"a" + b" HTTP/1.1"),
        b"GET /" + 60_000 * b"a",
    ),
]  # fmt: skip

LINES = [
    *refused(
        line(b"GET  / HTTP/1.1"), line(b"GET /  HTTP/1.1"), line(b"GET\t/ HTTP/1.1"),
        line(b" GET / HTTP/1.1"), line(b"GET / HTTP/1.1 "), line(b"GET /\tHTTP/1.1"),
        line(b"GET / HTTP/1.1 a"), line(b"GET"), line(b"GET /  "), line(b"G(T / HTTP/1.1"),
        # Versions (RFC 9112 §2.3).
        *(
            line(b"GET / " + version)
            for version in (
                b"http/1.1", b"HTTP/1.10", b"HTTP/01.1", b"HTTP/1", b"HTTP/1.", b"HTTP/.1",
                b"HTTP/1,1", b"RTSP/1.1", b"RTSP/1.0", b"ICE/1.0", b"HTTPS/1.1", b"HTTP/1.1\x00",
                b"1.1", b"HTTP 1.1",
            )
        ),
    ),
    *other_version(
        line(b"GET / HTTP/2.0"), line(b"GET / HTTP/0.9"), line(b"GET / HTTP/3.0"),
        line(b"GET / HTTP/9.9"), line(b"GET /"), b"GET /\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        line(b"BREW / HTTP/2.0"),
    ),
    # A later minor version is read as ours (RFC 9110 §2.5).
    *answered(
        line(b"GET / HTTP/1.2"),
        line(b"GET / HTTP/1.9"),
        line(b"GET / HTTP/1.0", b"Connection: keep-alive\r\n"),
        line(b"GET / HTTP/1.0", b"Connection: a, Keep-Alive\r\n"),
    ),
    *last(
        line(b"GET / HTTP/1.0"), line(b"GET / HTTP/1.0", b""),
        line(b"GET / HTTP/1.0", b"Host:\r\n"),
        # Close counts more (RFC 9112 §9.3), and nothing behind it is read (§9.6).
        line(b"GET / HTTP/1.0", b"Connection: keep-alive, close\r\n"),
        line(b"GET / HTTP/1.0", b"Connection: keep-alive\r\nConnection: close\r\n"),
        page(b"Connection: keep-alive, close"), page(b"Connection: a , CLOSE"),
        page(b"Connection: close") + PAGE, page(b"Connection: close") + b"BAD\r\n\r\n",
        page(b"Connection: close", b"Content-Length: 5") + b"hello" + PAGE,
    ),
    *answered(page(b'Connection: "close"'), page(b"Connection: closed"), page(b"Connection: ,")),
    # Methods (RFC 9110 §9.1, §15.6.2).
    *answered(line(b"HEAD / HTTP/1.1")),
    *to(204)(
        line(b"OPTIONS / HTTP/1.1"), line(b"OPTIONS * HTTP/1.1"),
        line(b"OPTIONS http://x HTTP/1.1"),
    ),
    *to(405)(
        *(
            line(method + b" / HTTP/1.1")
            for method in (b"POST", b"PUT", b"PATCH", b"DELETE", b"TRACE", b"QUERY")
        ),
    ),
    *unimplemented(
        *(
            line(method + b" / HTTP/1.1")
            for method in (
                b"get", b"Get", b"BREW", b"GETT", b"PROPFIND", b"PURGE", b"SOURCE",
                b"M-SEARCH", b"DESCRIBE", 99 * b"A", b"CONNECT",
            )
        ),
        line(b"CONNECT x:443 HTTP/1.1"), line(b"PRI * HTTP/1.1"), 9_000 * b"A",
    ),
    # No protocol is changed, and nothing is lost by the offer (RFC 9110 §7.8).
    *to(200, 200)(
        BEGUN + WEBSOCKET + b"\r\n" + PAGE, BEGUN + H2C + b"\r\n" + PAGE,
        BEGUN + H2C + b"Content-Length: 5\r\n\r\nhello" + PAGE,
        BEGUN + WEBSOCKET + b"Content-Length: 5\r\n\r\nhello" + PAGE,
        BEGUN + H2C + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + PAGE,
    ),
    *answered(BEGUN + H2C + b"\r\n", BEGUN + WEBSOCKET + b"\r\n"),
    # Expectations (RFC 9110 §10.1.1).
    *answered(
        page(b"Expect: 100-continue"), page(b"Expect: 100-Continue"), page(b"Expect:"),
        page(b"Expect: 100-continue", b"Expect: 100-continue"),
        line(b"GET / HTTP/1.0", b"Connection: keep-alive\r\nExpect: x\r\n"),
    ),
    *to(417, stays=False)(page(b"Expect: x"), page(b"Expect: 100-continue, x")),
]  # fmt: skip

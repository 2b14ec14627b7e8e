"""Requests that parsers read differently, or that are not what they seem."""

from tests.conformance.both_paths import LAST

PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
BEGUN = b"GET / HTTP/1.1\r\nHost: x\r\n"

HOSTILE = [
    # One request in two, two in one, and pieces of others.
    PAGE + PAGE, PAGE * 9, PAGE * 150, PAGE + LAST, PAGE[:-2], b"\r\n" + PAGE, PAGE + b"\r\n",
    PAGE + b"GET", PAGE + b"\0", PAGE + b"\r\n\r\n" + PAGE,
    # Line ends.
    PAGE.replace(b"\r\n", b"\n"), PAGE.replace(b"\r\n", b"\r"), BEGUN + b"\n", BEGUN + b"\r\r\n",
    BEGUN + b"A: b\n\r\n", BEGUN + b"A: b\nHost: y\r\n\r\n", BEGUN + b"A: b\r\rC: d\r\n\r\n",
    # Folded lines, odd white space, odd names.
    BEGUN + b" folded\r\n\r\n", BEGUN + b"A: b\r\n c\r\n\r\n", BEGUN + b"A: b\r\n\tc\r\n\r\n",
    BEGUN + b"A : b\r\n\r\n", BEGUN + b"A\t: b\r\n\r\n", BEGUN + b" A: b\r\n\r\n",
    BEGUN + b"A:b\r\nC:\t d \t\r\n\r\n", BEGUN + b"A: b\x0bc\r\n\r\n",
    BEGUN + b"A: b\x00c\r\n\r\n",
    BEGUN + b"A: \xe9\r\n\r\n", BEGUN + b"\xe9: a\r\n\r\n", BEGUN + b"A\r\n\r\n",
    BEGUN + b": a\r\n\r\n",
    b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /  HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", b" GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
    # What comes twice, or contradicts itself.
    BEGUN + b"Host: y\r\n\r\n", BEGUN + b"hOST: x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost:\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    BEGUN + b"Content-Length: 0\r\n\r\n", BEGUN + b"Content-Length: 5\r\n\r\nhello",
    BEGUN + b"Content-Length: 5\r\n\r\n" + PAGE, BEGUN + b"Content-Length: +5\r\n\r\nhello",
    BEGUN + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    BEGUN + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    BEGUN + b"Content-Length: 5, 5\r\n\r\nhello", BEGUN + b"Content-Length: \r\n\r\n",
    BEGUN + b"Content-Length: 0x5\r\n\r\nhello",
    BEGUN + b"Content-Length: 99999999999999999999\r\n\r\n",
    BEGUN + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    BEGUN + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + PAGE,
    BEGUN + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
    BEGUN + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    BEGUN + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    BEGUN + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    BEGUN + b"Transfer-Encoding: identity\r\n\r\n",
    BEGUN + b"Transfer-Encoding: xchunked\r\n\r\n",
    BEGUN + b"Transfer-Encoding:\x0bchunked\r\n\r\n",
    BEGUN + b"Transfer-Encoding: chunked, chunked\r\n\r\n",
    BEGUN + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    BEGUN + b"Transfer_Encoding: chunked\r\n\r\n", BEGUN + b"Content_Length: 5\r\n\r\n",
    # Other forms of target.
    b"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", b"GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", b"GET x HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET // HTTP/1.1\r\nHost: x\r\n\r\n", b"GET //x/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /. HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /.. HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%2e HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%2F HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /#a HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /?#a HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /?%zz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /?\xe9 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /?a b HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /;a HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET \\ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /" + 9_000 * b"a" + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /?" + 3_000 * b"a" + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /?" + 9_000 * b"a" + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    # Other methods, versions and manners.
    b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.0\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
    b"GET / HTTP/1.2\r\nHost: x\r\n\r\n", b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", b"GET /\r\n\r\n",
    b"GET / http/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.10\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00",
    BEGUN + b"Connection: close\r\n\r\n" + PAGE, BEGUN + b"Connection: keep-alive, close\r\n\r\n",
    BEGUN + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + PAGE,

    BEGUN + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n\r\n",
    BEGUN + b"Expect: 100-continue\r\n\r\n", BEGUN + b"Expect: x\r\n\r\n",
    BEGUN + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    BEGUN + 200 * b"A: b\r\n" + b"\r\n",
    BEGUN + b"A: " + 9_000 * b"b" + b"\r\n\r\n", BEGUN + b"Accept-Encoding: *;q=0\r\n\r\n",
    # Conditions and ranges.
    BEGUN + b"If-None-Match: *\r\n\r\n", BEGUN + b'If-None-Match: "x"\r\n\r\n',
    BEGUN + b"If-Match: *\r\n\r\n", BEGUN + b'If-Match: "x"\r\n\r\n',
    BEGUN + b'Range: bytes=0-\r\nIf-Range: "x"\r\n\r\n', BEGUN + b"Range: bytes=0-1\r\n\r\n",
    BEGUN + b"Range: bytes=0-\r\nRange: bytes=0-\r\n\r\n", BEGUN + b"Range: bytes=-0\r\n\r\n",
    BEGUN + b"Range: BYTES=0-\r\n\r\n", BEGUN + b"Range: bytes=00-\r\n\r\n",
    BEGUN + b"Accept-Encoding: gzip\r\nAccept-Encoding: identity;q=0\r\n\r\n",
]  # fmt: skip

IN_PIECES = [
    [BEGUN + b"AB", b": c\r\n\r\n"],
    [BEGUN, b"\r\n"],
    [BEGUN + b"\r", b"\n"],
    [BEGUN + b"A: b\r\n", b" folded\r\n\r\n"],
    # What looks like a request is the body of another, or half of that.
    [BEGUN + b"Content-Length: 37\r\n\r\n", PAGE],
    [BEGUN + b"Content-Length: 50\r\n\r\n", PAGE, PAGE],
    [BEGUN + b"Content-Length: 12\r\n\r\n", b"ab\r\n\r\n", PAGE],
    [b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 37\r\n\r\n", PAGE],
    [BEGUN + b"Transfer-Encoding: chunked\r\n\r\n", b"25\r\n" + PAGE, b"\r\n0\r\n\r\n"],
    [BEGUN + b"Transfer-Encoding: chunked\r\n\r\n", b"25\r\n", PAGE, b"\r\n0\r\n\r\n", PAGE],
    [BEGUN + b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\nA: b\r\n\r\n", PAGE],
    [BEGUN + b"Expect: 100-continue\r\nContent-Length: 37\r\n\r\n", PAGE, PAGE],
    [BEGUN + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", PAGE, PAGE],
    [b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", PAGE],
    # Empty lines before, between and after.
    [b"\r\n\r\n", PAGE],
    [PAGE, b"\r\n\r\n", PAGE],
    [b"\n\n", PAGE, PAGE],
    [b"GET / HT", b"TP/1.1\r\nHost: x\r\n\r\n" + PAGE[:20], PAGE[20:], PAGE],
]
"""What comes in pieces of which one could be taken for a request."""

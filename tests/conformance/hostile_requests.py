"""Requests that parsers read differently, or that are not what they seem, and what is said to them.

Each has the statuses of its answers, in order, by RFC 9110 and RFC 9112, and whether the connection
then takes another request.
"""

from dataclasses import dataclass

PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
BEGUN = b"GET / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = BEGUN + b"Transfer-Encoding: chunked\r\n\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n"
WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"


@dataclass(frozen=True)
class Hostile:
    """Pieces of data, of which most are one; ``stays`` says that a request behind is answered.

    ``says_so`` is whether the last answer can know that it is the last.
    """

    pieces: tuple[bytes, ...]
    statuses: tuple[int, ...]
    stays: bool = True
    says_so: bool = True

    @property
    def is_head(self) -> bool:
        """Whether what is refused is a HEAD."""
        return b"HEAD " in b"".join(self.pieces)

    def __str__(self) -> str:
        return f"{b' | '.join(self.pieces)!r}"[:120]


def page(*fields: bytes) -> bytes:
    """Return a request for the page with more fields."""
    return BEGUN + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def line(first: bytes, host: bytes = b"Host: x\r\n") -> bytes:
    """Return a request with another first line."""
    return first + b"\r\n" + host + b"\r\n"


def to(*statuses: int, stays: bool = True) -> "_Said":
    return _Said(statuses, stays)


@dataclass(frozen=True)
class _Said:
    statuses: tuple[int, ...]
    stays: bool

    def __call__(self, *requests: bytes) -> list[Hostile]:
        """Return one case for each request."""
        return [Hostile((request,), self.statuses, self.stays) for request in requests]

    def in_pieces(self, *pieces: bytes) -> list[Hostile]:
        """Return one case of several pieces."""
        return [Hostile(pieces, self.statuses, self.stays)]


answered, not_found, last = to(200), to(404), to(200, stays=False)
refused, unimplemented = to(400, stays=False), to(501, stays=False)
other_version = to(505, stays=False)

MESSAGES = [
    # One request in two, two in one, and pieces of others.
    *to(200, 200)(PAGE + PAGE, PAGE + b"\r\n\r\n" + PAGE, PAGE + b"\n" + PAGE),
    *to(*9 * [200])(PAGE * 9), *to(*150 * [200])(PAGE * 150),
    *answered(b"\r\n" + PAGE, b"\n\n" + PAGE, PAGE + b"\r\n"),
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

FIELDS = [
    # Folded lines, odd white space, odd names.
    *refused(
        BEGUN + b" folded\r\n\r\n", page(b"A: b", b" c"), page(b"A: b", b"\tc"), page(b"A : b"),
        page(b"A\t: b"), page(b" A: b"), page(b"A: b\x0bc"), page(b"A: b\x00c"), page(b"\xe9: a"),
        page(b"A"), page(b": a"), page(b"A(: b"),
    ),
    *answered(page(b"A:b", b"C:\t d \t"), page(b"A: \xe9"), page(b"A:")),
    *to(431, stays=False)(
        page(*200 * [b"A: b"]), page(b"A: " + 9_000 * b"b"), page(*5 * [b"A: " + 7_000 * b"b"]),
    ),
    # Hosts: RFC 9112 §3.2, RFC 3986 §3.2.2.
    *refused(
        line(b"GET / HTTP/1.1", b""), page(b"Host: y"), page(b"hOST: x"),
        *(
            line(b"GET / HTTP/1.1", b"Host: " + host + b"\r\n")
            for host in (
                b"", b"a b", b"user@a", b"a, b", b"a:999999", b"a:65536", b"a:b", b":80",
                b"a:80:80", b"http://a", b"a/b", b"a?", b"a#", b"a\\b", b"[::1", b"::1", b"[::1]a",
                b"[:::]", b"[fe80::1%25eth0]", b"[127.0.0.1]", b"%zz", b"%4", b"\xe9", b"a\tb",
                b"<a>", b"a:" + 5_000 * b"1",
            )
        ),
        line(b"GET / HTTP/1.0", b"Host: a b\r\n"), line(b"OPTIONS * HTTP/1.1", b"Host:\r\n"),
        line(b"GET http://x/ HTTP/1.1", b"Host: a b\r\n"),
    ),
    *answered(
        *(
            line(b"GET / HTTP/1.1", b"Host: " + host + b"\r\n")
            for host in (
                b"a", b"A.example.", b"a_b", b"%41", b"a:", b"a:80", b"a:65535", b"a:000080",
                b"127.0.0.1", b"999.1.1.1:1", b"[::1]", b"[2001:db8::1]:80", b"[::ffff:1.2.3.4]:",
                b"[v1.a:b]", b"a,b", b"a!$&'()*+,;=~", b"  a\t",
            )
        ),
        line(b"GET http://x/ HTTP/1.1", b"Host:\r\n"),
    ),
]  # fmt: skip

FRAMING = [
    # What comes twice, or contradicts itself.
    *answered(
        page(b"Content-Length: 0"), page(b"Content-Length: 5") + b"hello",
        page(b"Content-Length: 05") + b"hello", page(b"Content-Length: 5 ") + b"hello",
        page(b"Transfer_Encoding: chunked"), page(b"Content_Length: 5"),
    ),
    *to(200, 400, stays=False)(page(b"Content-Length: 5") + PAGE),
    *refused(
        *(
            page(b"Content-Length: " + length) + b"hello"
            for length in (
                b"+5", b"-5", b"5, 5", b"5 5", b"", b"0x5", b"5;", b"5\x00", b"5.0", 25 * b"9",
            )
        ),
        page(b"Content-Length: 5", b"Content-Length: 5") + b"hello",
        page(b"Content-Length: 5", b"Content-Length: 6") + b"hello!",
        page(b"Transfer-Encoding: chunked", b"Content-Length: 5") + b"0\r\n\r\n",
        page(b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
        page(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity") + b"0\r\n\r\n",
        # The length of these cannot be known (RFC 9112 §6.3).
        *(
            page(b"Transfer-Encoding:" + codings) + b"0\r\n\r\n"
            for codings in (
                b"", b" identity", b" xchunked", b" gzip", b"\x0bchunked", b" chunked, chunked",
                b" chunked, gzip", b" chunked;a=b", b' "chunked"', b" chunked\x00",
            )
        ),
        # HTTP/1.0 has no transfer codings (§6.1).
        line(b"GET / HTTP/1.0", b"Transfer-Encoding: chunked\r\n") + b"0\r\n\r\n",
        line(b"GET / HTTP/1.0", b"Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n"),
        line(b"GET / HTTP/1.0", b"Transfer-Encoding: identity\r\nContent-Length: 0\r\n"),
    ),
    # We know one coding (§6.1).
    *unimplemented(
        page(b"Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n",
        page(b"Transfer-Encoding: identity, chunked") + b"0\r\n\r\n",
    ),
    # Chunks (§7.1): what is not one ends the connection; the request has its answer.
    *answered(
        *(
            CHUNKED + chunks
            for chunks in (
                b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"5\r\nhello\r\n0\r\nA: b\r\n\r\n",
                b"5;a=b\r\nhello\r\n0;c\r\n\r\n", 9 * b"0" + b"5\r\nhello\r\n000\r\n\r\n",
                b"A\r\n\r\n\r\n\r\n\r\n\r\n\r\n0\r\n\r\n",
            )
        ),
        page(b"Transfer-Encoding: CHUNKED") + b"0\r\n\r\n",
        page(b"Transfer-Encoding: , chunked") + b"0\r\n\r\n",
    ),
    *last(
        *(
            CHUNKED + chunks + b"\r\n0\r\n\r\n"
            for chunks in (
                b"5 ;a\r\nhello", b"5 \r\nhello", b" 5\r\nhello", b"+5\r\nhello", b"-5\r\nhello",
                b"0x5\r\nhello", b"5\nhello", b"5\rhello", b"5\r\nhello\n", b"5\r\nhelloX",
                b"4\r\nhello", b"5\r\nhello\r\n", b"\r\n5\r\nhello", b";\r\n", b"zz\r\n",
                17 * b"f" + b"\r\n", b"5;" + 5_000 * b"a" + b"\r\nhello",
                b'5;a="\r\n"\r\nhello', b"5;a\nb\r\nhello", b"5;a\rb\r\nhello",
            )
        ),
        page(b"Content-Encoding: gzip", b"Content-Length: 5") + b"hello",
        # A trailer section is no place for these (RFC 9110 §6.5.1), nor for what is no field.
        *(
            CHUNKED + b"0\r\n" + trailer + b"\r\n\r\n"
            for trailer in (
                b"Content-Length: 9", b"Transfer-Encoding: chunked", b"A b", b" folded", b"A : b",
                b"A: b\nC: d",
            )
        ),
    ),
    # Trailers are for nobody, least of all for the next request.
    *to(200, 200)(
        *(
            CHUNKED + b"0\r\n" + trailer + b"\r\n\r\n" + PAGE
            for trailer in (
                b"Host: y", b"If-None-Match: *", b"Range: bytes=0-1", b"A: b\r\nIf-Match: a",
                b"Accept-Encoding: *;q=0", b"Content-Encoding: gzip", b"Expect: x",
            )
        ),
    ),
]  # fmt: skip

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
        b"GET /" + 9_000 * b"a",
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
            for method in (b"POST", b"PUT", b"PATCH", b"DELETE", b"TRACE")
        ),
    ),
    *unimplemented(
        *(
            line(method + b" / HTTP/1.1")
            for method in (
                b"get", b"Get", b"BREW", b"GETT", b"PROPFIND", b"PURGE", b"SOURCE", b"QUERY",
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
        line(b"GET / HTTP/1.0", b"Connection: keep-alive\r\nExpect: x\r\n"),
    ),
    *to(417, stays=False)(page(b"Expect: x"), page(b"Expect: 100-continue, x")),
]  # fmt: skip

HEAD = b"HEAD / HTTP/1.1\r\n"
HEADS = [
    # No answer to HEAD has a body, and one that refuses it is one (RFC 9110 §9.3.2).
    *to(417, stays=False)(line(HEAD[:-2], b"Host: x\r\nExpect: x\r\n")),
    *to(431, stays=False)(line(HEAD[:-2], b"Host: x\r\nA: " + 9_000 * b"b" + b"\r\n")),
    *to(414, stays=False)(
        line(b"HEAD /" + 9_000 * b"a" + b" HTTP/1.1"), b"HEAD /" + 9_000 * b"a",
    ),
    *refused(
        line(HEAD[:-2], b""), line(HEAD[:-2], b"Host: a b\r\n"), line(b"HEAD  / HTTP/1.1"),
        line(b"HEAD /a b HTTP/1.1"), HEAD + b"Host: x\r\nA : b\r\n\r\n",
        HEAD[:-1] + b"a: b\r\n\r\n", HEAD + b"Host: x\r\nContent-Length: a\r\n\r\n",
    ),
    *unimplemented(
        line(HEAD[:-2], b"Host: x\r\nTransfer-Encoding: gzip, chunked\r\n") + b"0\r\n\r\n",
    ),
    *other_version(line(b"HEAD / HTTP/2.0"), line(b"HEAD /")),
    *to(200, 400, stays=False)(PAGE + line(HEAD[:-2], b"Host: a b\r\n") + PAGE),
]  # fmt: skip

CONDITIONS = [
    *to(406)(page(b"Accept-Encoding: *;q=0")), *to(304)(page(b"If-None-Match: *")),
    *to(412)(page(b'If-Match: "x"')), *to(416)(page(b"Range: bytes=-0")),
    *to(206)(page(b"Range: bytes=0-1"), page(b"Range: BYTES=0-"), page(b"Range: bytes=00-")),
    *answered(
        page(b'If-None-Match: "x"'), page(b"If-Match: *"),
        page(b"Range: bytes=0-", b'If-Range: "x"'), page(b"Range: bytes=0-", b"Range: bytes=0-"),
        page(b"Accept-Encoding: gzip", b"Accept-Encoding: identity;q=0"),
    ),
]  # fmt: skip

HOSTILE = [*MESSAGES, *FIELDS, *FRAMING, *TARGETS, *LINES, *HEADS, *CONDITIONS]

IN_PIECES = [
    *answered.in_pieces(BEGUN + b"AB", b": c\r\n\r\n"),
    *answered.in_pieces(BEGUN, b"\r\n"),
    *answered.in_pieces(BEGUN + b"\r", b"\n"),
    *refused.in_pieces(BEGUN + b"A: b\r\n", b" folded\r\n\r\n"),
    *refused.in_pieces(BEGUN, b"\r\n".replace(b"\r", b"")),
    # What looks like a request is the body of another, or half of that.
    *answered.in_pieces(page(b"Content-Length: 27"), PAGE),
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
"""What comes in pieces of which one could be taken for a request."""

"""How long a body is, and who is behind it (RFC 9112 §6 and §7)."""

from tests.conformance.hostile.request import (
    CHUNKED,
    PAGE,
    answered,
    last,
    line,
    page,
    refused,
    to,
    unimplemented,
)

FRAMING = [
    # What comes twice, or contradicts itself.
    *answered(
        page(b"Content-Length: 0"), page(b"Content-Length: 5") + b"hello",
        page(b"Content-Length: 05") + b"hello", page(b"Content-Length: 5 ") + b"hello",
        page(b"Transfer_Encoding: chunked"), page(b"Content_Length: 5"),
        # Whoever reads a body decodes it; here, nobody does.
        page(b"Content-Encoding: gzip", b"Content-Length: 5") + b"hello",
        page(b"Content-Encoding: zstd", b"Content-Length: 5") + b"hello",
    ),
    *to(200, 400, stays=False)(page(b"Content-Length: 5") + PAGE),
    *refused(
        *(
            page(b"Content-Length: " + length) + b"hello"
            for length in (
                b"+5", b"-5", b"5, 5", b"5 5", b"", b"0x5", b"5;", b"5\x00", b"5.0", 25 * b"9",
                # What is too much for 64 bits, for 63, or for them but one: no body is so large.
                *(str(size).encode() for size in (2**64, 2**64 - 1, 2**64 - 2, 2**63, 10**18)),
                18 * b"0" + b"5", 5_000 * b"0" + b"5",
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

"""Field lines, and which host is meant (RFC 9112 §5, RFC 9110 §7.2)."""

from tests.conformance.hostile.request import BEGUN, answered, line, page, refused, to

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

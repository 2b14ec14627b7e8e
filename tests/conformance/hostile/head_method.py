"""HEAD, whose answers have no body (RFC 9110 §9.3.2)."""

from tests.conformance.hostile.request import PAGE, line, other_version, refused, to, unimplemented

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

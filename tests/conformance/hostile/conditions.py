"""What is asked for in part, or if (RFC 9110 §12 to §14)."""

from tests.conformance.hostile.request import answered, page, to

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

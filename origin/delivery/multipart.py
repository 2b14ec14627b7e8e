"""The body of an answer in several parts: multipart/byteranges (RFC 9110 §14.6). Pure.

The boundary is derived from the entity tag and the parts, so the same request has the same answer
on every machine; it cannot occur in content by accident, being a digest.
"""

import hashlib
from collections.abc import Sequence

from origin.delivery.range import ByteSpan, content_range


def boundary(etag: str, spans: Sequence[ByteSpan]) -> str:
    """Return the text that separates the parts."""
    asked = ",".join(f"{span.start}-{span.stop}" for span in spans)
    return hashlib.sha256(f"{etag} {asked}".encode()).hexdigest()[:32]


def content_type(separator: str) -> str:
    """Return the Content-Type of the whole answer."""
    return f"multipart/byteranges; boundary={separator}"


def pieces(
    parts: Sequence[tuple[ByteSpan, memoryview]],
    *,
    separator: str,
    media_type: str,
    size_bytes: int,
) -> list[bytes | memoryview]:
    """Return what the body is made of: each part has its own type and place.

    RFC 9110 §15.3.7.2.
    """
    made: list[bytes | memoryview] = []
    before = ""
    for span, content in parts:
        head = (
            f"{before}--{separator}\r\n"
            f"Content-Type: {media_type}\r\n"
            f"Content-Range: {content_range(span, size_bytes)}\r\n\r\n"
        )
        made += [head.encode(), content]
        before = "\r\n"
    return [*made, f"{before}--{separator}--\r\n".encode()]

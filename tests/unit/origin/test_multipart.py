from email import message_from_bytes
from email.message import Message

from origin.delivery.multipart import boundary, content_type, pieces
from origin.delivery.range import ByteSpan

SPANS = (ByteSpan(0, 3), ByteSpan(10, 12))


def test_a_mail_parser_reads_the_parts_back() -> None:
    separator = boundary('"tag"', SPANS)
    body = b"".join(
        pieces(
            [(SPANS[0], memoryview(b"abc")), (SPANS[1], memoryview(b"\r\n"))],
            separator=separator,
            media_type="video/iso.segment",
            size_bytes=100,
        )
    )
    head = f"Content-Type: {content_type(separator)}\r\n\r\n".encode()
    parts = [part for part in message_from_bytes(head + body).walk() if not part.is_multipart()]
    assert [(part.get_content_type(), part["Content-Range"]) for part in parts] == [
        ("video/iso.segment", "bytes 0-2/100"),
        ("video/iso.segment", "bytes 10-11/100"),
    ]
    assert [_content(part) for part in parts] == [b"abc", b"\r\n"]


def test_the_boundary_depends_on_content_and_parts_alone() -> None:
    assert boundary('"tag"', SPANS) == boundary('"tag"', list(SPANS))
    assert (
        len({boundary('"tag"', SPANS), boundary('"tag"', SPANS[:1]), boundary('"x"', SPANS)}) == 3
    )


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content

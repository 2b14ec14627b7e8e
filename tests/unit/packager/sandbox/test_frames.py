import io
import struct

import pytest

from packager.sandbox.frames import MOST_BODY_BYTES, MOST_HEADER_BYTES, frame, read_message
from packager.sandbox.messages import Failure
from packager.sandbox.values import Misfit


class Source(io.BytesIO):
    """Bytes of which exactly as many have to be there as are asked for."""

    def take(self, size_bytes: int) -> bytes:
        data = self.read(size_bytes)
        if len(data) < size_bytes:
            raise EOFError
        return data


def raw(header: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">II", len(header), len(body)) + header + body


def test_frames_follow_each_other() -> None:
    failures = [Failure("a", "é\n\udc80", ""), Failure("b", "", "trace")]
    source = Source(b"".join(frame("failure", failure) for failure in failures))
    messages = [read_message(source.take) for _ in failures]
    assert [message.kind for message in messages] == ["failure", "failure"]
    assert [message.read_as(Failure) for message in messages] == failures
    with pytest.raises(EOFError):
        read_message(source.take)


@pytest.mark.parametrize(
    "data",
    [
        raw(b""),
        raw(b"[]"),
        raw(b"{}"),
        raw(b'{"kind":1,"value":1}'),
        raw(b'{"kind":"a"}'),
        raw(b'{"kind":"a","value":1,"more":1}'),
        raw(b'{"kind":"a","value":NaN}'),
        raw(b'{"kind":"a","value":-Infinity}'),
        raw(b"\xff"),
        raw(b"[" * 100_000),
        raw(b'{"kind":"a","value":' + b"9" * 5_000 + b"}"),
        struct.pack(">II", MOST_HEADER_BYTES + 1, 0),
        struct.pack(">II", 2, MOST_BODY_BYTES + 1),
    ],
)
def test_what_is_no_message(data: bytes) -> None:
    with pytest.raises(Misfit):
        read_message(Source(data).take)

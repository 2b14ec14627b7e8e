"""Where fields and bodies end, in whatever pieces they come."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.defence.request_part import ChunkedPart, FieldsPart, SizedPart
from origin.delivery.errors import BadRequest

BEHIND = b"GET / HTTP/1.1\r\n\r\n"
_CHUNKS = st.lists(st.binary(min_size=1, max_size=20).map(lambda data: data + b"\r\n\r\n"))


def _taken(part: FieldsPart | SizedPart | ChunkedPart, data: bytes, cuts: list[int]) -> bytes:
    """Return what belongs to a part of data that comes in pieces."""
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    taken = b""
    for start, end in pairwise(edges):
        if part.is_over:
            break
        taken += data[start:end][: part.end_in(data[start:end], 0)]
    return taken


@given(st.lists(st.integers(0, 1000), max_size=8))
@pytest.mark.parametrize("fields", [b"\r\n", b"A: b\r\n\r\n", b"A: b\r\nC: d\r\n\r\n"])
def test_fields(fields: bytes, cuts: list[int]) -> None:
    part = FieldsPart()
    assert _taken(part, fields + BEHIND, cuts) == fields
    assert part.is_over


@given(st.binary(min_size=1, max_size=40), st.lists(st.integers(0, 1000), max_size=8))
def test_a_body_of_a_size(body: bytes, cuts: list[int]) -> None:
    part = SizedPart(len(body))
    assert _taken(part, body + BEHIND, cuts) == body
    assert part.is_over


@given(_CHUNKS, st.sampled_from([b"", b"A: b\r\n"]), st.lists(st.integers(0, 1000), max_size=8))
def test_a_chunked_body(chunks: list[bytes], trailer: bytes, cuts: list[int]) -> None:
    """Empty lines in it are none of its end."""
    body = b"".join(b"%X;a=b\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    body += b"00\r\n" + trailer + b"\r\n"
    part = ChunkedPart()
    assert _taken(part, body + BEHIND, cuts) == body
    assert part.is_over


@pytest.mark.parametrize("cut", range(4))
@pytest.mark.parametrize(
    "data",
    [
        b"\r\n", b";a\r\n", b" 5\r\n", b"5 \r\n", b"5 ;a\r\n", b"+5\r\n", b"-5\r\n", b"0x5\r\n",
        b"5\n", b"5\r\r\n", b"5;a\rb\r\n", b"g\r\n", 16 * b"f" + b"\r\n", b"5;" + 5_000 * b"a",
    ],
)  # fmt: skip
def test_what_is_no_chunk(data: bytes, cut: int) -> None:
    part = ChunkedPart()
    with pytest.raises(BadRequest):
        _taken(part, data, [cut])

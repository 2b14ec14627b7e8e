"""Which header fields are plainly safe."""

import tracemalloc

import pytest

from cdn.policy.coding import Coding
from origin.delivery.head import KnownHeads, PlainHead, number_of

WHOLE = number_of(Coding.IDENTITY, in_part=False)
ALL_OF_IT = number_of(Coding.IDENTITY, in_part=True)
BROTLI = number_of(Coding.BROTLI, in_part=False)
COMPRESSED = number_of(Coding.GZIP, in_part=False)


def read_head(fields: bytes) -> PlainHead | None:
    return KnownHeads().read(fields)


def head(*lines: str) -> PlainHead | None:
    return read_head("\r\n".join([*lines, "", ""]).encode("latin-1"))


@pytest.mark.parametrize(
    "host", ["x", "a-b.example:8080", "127.0.0.1:1", "[::1]", "[2001:db8::1]:80", "a_b:"]
)
def test_a_host_is_all_that_is_needed(host: str) -> None:
    assert head(f"Host: {host}") == PlainHead(WHOLE, WHOLE, None, host=host)


@pytest.mark.parametrize(
    "host", ["", "a b", "a, b", "user@x", "x/", "x:y", "x:65536", "x:999999", "[::1", "[:::]", "%4"]
)
def test_a_host_that_is_none(host: str) -> None:
    assert head(f"Host: {host}") is None


@pytest.mark.parametrize(
    ("lines", "plain", "compressible"),
    [
        (["Accept-Encoding: gzip, deflate"], WHOLE, COMPRESSED),
        (["Accept-Encoding: gzip, deflate, br, zstd"], WHOLE, BROTLI),
        (["accept-encoding:gzip;q=0"], WHOLE, WHOLE),
        (["Accept-Encoding: identity;q=0, gzip"], None, COMPRESSED),
        (["Accept-Encoding: *;q=0"], None, None),
        (["Range: bytes=0-"], ALL_OF_IT, ALL_OF_IT),
        (["Range: bytes=0-", "Accept-Encoding: gzip"], ALL_OF_IT, COMPRESSED + 1),
        (["Connection: keep-alive"], WHOLE, WHOLE),
        (["Connection: Keep-Alive \t"], WHOLE, WHOLE),
        (["DNT:"], WHOLE, WHOLE),
    ],
)
def test_what_is_asked_for(lines: list[str], plain: int | None, compressible: int | None) -> None:
    assert head("Host: x", *lines) == PlainHead(plain, compressible, None, host="x")


@pytest.mark.parametrize(
    ("line", "has_credentials", "has_origin"),
    [
        ("Cookie: a=b", True, False),
        ("authorization: Basic eA==", True, False),
        ("Origin: null", False, True),
        ("Referer: http://x/", False, False),
    ],
)
def test_by_what_they_may_be_known(line: str, has_credentials: bool, has_origin: bool) -> None:  # noqa: FBT001
    assert head("Host: x", line) == PlainHead(
        WHOLE, WHOLE, None, host="x", has_credentials=has_credentials, has_origin=has_origin
    )


def test_who_asks() -> None:
    found = head("Host: x", "User-Agent: AppleCoreMedia/1.0 (iPhone; U)")
    assert found is not None
    assert found.user_agent == "AppleCoreMedia/1.0 (iPhone; U)"
    assert found.forwarded_for is None


def test_for_whom_a_proxy_asks_where_that_is_said_in_another_field() -> None:
    lines = b"Host: x\r\nX-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.2\r\n\r\n"
    found = KnownHeads(address_field="Forwarded").read(lines)
    assert found is not None
    assert found.forwarded_for == "for=192.0.2.2"
    assert KnownHeads().read(lines) == read_head(lines)


def test_for_whom_a_proxy_asks() -> None:
    found = head("Host: x", "X-Forwarded-For: 2001:db8::1, 192.0.2.1")
    assert found is not None
    assert found.forwarded_for == "2001:db8::1, 192.0.2.1"


@pytest.mark.parametrize(
    "line",
    [
        "Host: x", "host: y",  # twice
        "Content-Length: 0", "Content-Length: 5", "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity", "Connection: close", "Connection: keep-alive, close",
        "Connection: upgrade", "Upgrade: websocket", "Upgrade: h2c", "HTTP2-Settings: AAA",
        "Expect: 100-continue", "TE: trailers", "Trailer: x", "Keep-Alive: timeout=5",
        'If-None-Match: "x"', 'If-Match: "x"', "If-Modified-Since: x", "If-Unmodified-Since: x",
        'If-Range: "x"', "Range: bytes=0-1", "Range: bytes=1-", "Range: Bytes=0-",
        "Range: bytes=0-,", "Range: bytes= 0-", "Range:", "Content-Type: text/plain",
        " folded", "\tfolded", "name : value", "na me: value", ": value", "value", "",
        "X: a\x00b", "X: a\x0bb", "X: a\rb", "X: a\nb", "X: \xe9", "X\xe9: a", "X(: a",
    ],
)  # fmt: skip
def test_what_is_not_plain(line: str) -> None:
    assert head("Host: x", line) is None


@pytest.mark.parametrize("name", ["Accept-Encoding", "User-Agent", "X", "Range", "Connection"])
def test_nothing_comes_twice(name: str) -> None:
    assert head("Host: x", f"{name}: keep-alive", f"{name.lower()}: keep-alive") is None


def test_no_host() -> None:
    assert head("Accept: */*") is None
    assert read_head(b"") is None
    assert read_head(b"\r\n") is None


@pytest.mark.parametrize("cut", range(1, 15))
def test_no_empty_line_at_the_end(cut: int) -> None:
    assert read_head(b"Host: x\r\nA: b\r\n\r\n"[:-cut]) is None


def test_something_behind_the_empty_line() -> None:
    assert read_head(b"Host: x\r\n\r\nA: b\r\n\r\n") is None


def test_more_fields_than_anybody_sends() -> None:
    assert head("Host: x", *(f"X{number}: a" for number in range(63))) is not None
    assert head("Host: x", *(f"X{number}: a" for number in range(64))) is None


def test_what_is_known_is_as_it_was_read_and_no_more_than_so_much() -> None:
    heads = KnownHeads(bytes_max=10_000)
    for _ in range(4):
        assert heads.read(b"Host: x\r\n\r\n") == head("Host: x")
        assert heads.read(b"Host: x\r\nHost: x\r\n\r\n") is None
        for number in range(100):
            assert heads.read(b"Host: %d\r\n\r\n" % number) is not None
    assert 0 < len(heads) <= 10_000 / 400


def test_what_comes_once_is_not_kept() -> None:
    heads = KnownHeads()
    read = [heads.read(b"Host: x\r\nCF-Ray: %d\r\n\r\n" % number) for number in range(100)]
    assert len(heads) == 0
    assert all(each is read[0] for each in read), "they ask for the same, and so does the next"
    for _ in range(3):
        assert heads.read(b"Host: x\r\nCF-Ray: 1\r\n\r\n") is read[0]
    assert len(heads) == 1


def test_what_is_kept_of_hostile_heads_has_a_bound() -> None:
    heads = KnownHeads()
    tracemalloc.start()
    try:
        for number in range(4_000):
            for _ in range(3):
                heads.read(b"Host: x\r\nUser-Agent: %s%d\r\n\r\n" % (b"a" * 3_900, number))
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 1_000_000 < taken < 12_000_000

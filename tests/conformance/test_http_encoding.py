"""RFC 9110 §12.5.3: Accept-Encoding decides between codings and nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.policy.coding import CODED, PLAIN, Coding
from origin.delivery.encoding import negotiate

GZIP, BROTLI, ZSTD, IDENTITY = Coding.GZIP, Coding.BROTLI, Coding.ZSTD, Coding.IDENTITY


@pytest.mark.parametrize(
    ("accept_encoding", "coding"),
    [
        pytest.param(None, IDENTITY, id="no header"),
        pytest.param("", IDENTITY, id="empty header"),
        pytest.param("gzip", GZIP, id="gzip"),
        pytest.param("gzip, deflate, br, zstd", BROTLI, id="browser"),
        pytest.param("gzip, zstd", ZSTD, id="zstd before gzip among equals"),
        pytest.param("br;q=0.5, gzip;q=0.8", GZIP, id="weights before our order"),
        pytest.param("br;q=0, *", ZSTD, id="anything but br"),
        pytest.param("GZip", GZIP, id="case"),
        pytest.param("x-gzip", GZIP, id="§8.4.1.3 alias"),
        pytest.param("gzip;q=0", IDENTITY, id="gzip refused"),
        pytest.param("gzip;q=0.000", IDENTITY, id="gzip refused with decimals"),
        pytest.param("gzip;q=0.001", GZIP, id="gzip barely"),
        pytest.param("gzip ; q=0.5", GZIP, id="identity not mentioned comes last"),
        pytest.param("gzip;q=0.5, identity", IDENTITY, id="identity preferred"),
        pytest.param("gzip;q=0.5, identity;q=0.5", GZIP, id="equal weights"),
        pytest.param("identity;q=1, *;q=0", IDENTITY, id="Chromium for media"),
        pytest.param("*", BROTLI, id="anything"),
        pytest.param("*;q=0.5, gzip;q=0", BROTLI, id="anything but gzip"),
        pytest.param("deflate, compress", IDENTITY, id="nothing that is offered"),
        pytest.param("identity;q=0", None, id="nothing left"),
        pytest.param("*;q=0", None, id="nothing at all"),
        pytest.param("identity;q=0, gzip", GZIP, id="only compressed"),
        pytest.param("*;q=0, gzip", GZIP, id="only gzip"),
        pytest.param("gzip;q=2", IDENTITY, id="weight out of range"),
        pytest.param("gzip;q=0.1234", IDENTITY, id="weight with too many digits"),
        pytest.param("gzip;level=9", IDENTITY, id="unknown parameter"),
        pytest.param("gzip;Q=1.000", GZIP, id="weight in capitals"),
        pytest.param(",, gzip ,", GZIP, id="empty elements"),
    ],
)
def test_negotiation(accept_encoding: str | None, coding: Coding | None) -> None:
    assert negotiate(accept_encoding, CODED) is coding


def test_what_is_not_offered_is_not_chosen() -> None:
    assert negotiate("gzip", PLAIN) is IDENTITY
    assert negotiate("gzip, identity;q=0", PLAIN) is None


@given(st.text(alphabet="gzipdentitybrs*;q=01. ,") | st.text())
def test_any_header_gets_an_answer(accept_encoding: str) -> None:
    assert negotiate(accept_encoding, CODED) in {*CODED, None}

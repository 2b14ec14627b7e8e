"""What objects tell of themselves, as RFC 8941 writes it."""

import pytest

from cdn.cmcd.cmsd import HLS, ON_DEMAND, static
from cdn.cmcd.parse import parse_fields
from cdn.cmcd.report import ObjectType, Report

WHOLE = 'br=133,d=5991,nor="00001.m4s",ot=a,sf=h,st=v'


def test_what_is_known_is_told_in_one_order() -> None:
    said = static(
        ObjectType.AUDIO,
        bitrate_bps=132_871,
        duration_ms=5991,
        next_object="00001.m4s",
        streaming_format=HLS,
        stream_type=ON_DEMAND,
    )
    assert said == WHOLE
    assert static(ObjectType.INIT) == "ot=i"


def test_it_is_read_as_a_dictionary() -> None:
    told = parse_fields([WHOLE.encode()])
    assert told == Report(
        br_kbps=133, d_ms=5991, nor="00001.m4s", ot=ObjectType.AUDIO, sf="h", st="v"
    )


@pytest.mark.parametrize("url", ['"', "a\r\nb", "a b", "é", ""])
def test_nothing_that_needs_an_escape_gets_in(url: str) -> None:
    with pytest.raises(ValueError, match="needs an escape"):
        static(ObjectType.AUDIO, next_object=url)

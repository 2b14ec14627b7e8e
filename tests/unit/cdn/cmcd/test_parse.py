"""Any bytes give a report or none, and both transports give the same."""

import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.cmcd.parse import BYTES_MAX, KEYS_MAX, fields_in, parse_fields, parse_query
from cdn.cmcd.report import ObjectType, Report

SID = "6e2fb550-c457-11e9-bb97-0800200c9a66"
OF_HLS_JS = (
    'bl=21300,br=133,d=5991,dl=21300,mtp=2500,nor="00004.m4s",ot=a,rtp=700,sf=h,'
    f'sid="{SID}",st=v,su,tb=329'
)
"""A segment's, as hls.js 1.7 writes it."""
WHOLE = Report(
    bl_ms=21300, br_kbps=133, d_ms=5991, dl_ms=21300, mtp_kbps=2500, nor="00004.m4s",
    ot=ObjectType.AUDIO, rtp_kbps=700, sf="h", sid=SID, st="v", su=True, tb_kbps=329,
)  # fmt: skip
OF_VERSION_2 = (
    f'v=2,br=(133;a),bl=(21300),mtp=(2500 900),nor=("00004.m4s";r="0-99" "x"),ot=a,sid="{SID}",'
    'sta=p,ts=1700000000000,com.example-k="a,b=1",su=?1,bs=?0'
)
WORDS = st.sampled_from(
    [
        "br", "bl", "bs", "cid", "d", "mtp", "nor", "ot", "pr", "sid", "su", "v", "x-y", "=", ",",
        '"', "(", ")", ";", " ", "\\", "1", "-1", "1e999", "nan", "h", "%", "é", "\0", "true",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(WORDS).map("".join))


def in_query(text: str) -> Report | None:
    return parse_query(b"CMCD=" + quote(text, safe="").encode())


def test_what_hls_js_sends_is_read_whole() -> None:
    assert in_query(OF_HLS_JS) == WHOLE


def test_version_2_gives_the_first_of_each_list() -> None:
    report = in_query(OF_VERSION_2)
    assert report is not None
    assert (report.v, report.br_kbps, report.bl_ms, report.mtp_kbps) == (2, 133, 21300, 2500)
    assert (report.nor, report.sid, report.su, report.bs) == ("00004.m4s", SID, True, False)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("br=many,d=5991", Report(d_ms=5991)),
        ("br=-1,bl=1e99,d=5991", Report(d_ms=5991)),
        ("mtp=2500.4", Report(mtp_kbps=2500)),
        ("ot=zz,sf=h", Report(sf="h")),
        ("bs=5,su", Report(su=True)),
        ("bs,bs=false", Report()),
        ("d=1,d=2", Report(d_ms=2)),
        ("d=1,d=x", Report()),
        (f'sid="{65 * "x"}"', Report()),
        ('sid="a\\"b\\\\c"', Report(sid='a"b\\c')),
        ('sid="never ends,d=1', Report(d_ms=1)),
        (",, ,d=1,,", Report(d_ms=1)),
        ("d = 1,bl=2", Report(bl_ms=2)),
        ("pr=1.25", Report(pr=1.25)),
        ("d=(),bl=(", Report()),
        ("future=1", Report()),
    ],
)
def test_wrong_types_are_dropped_one_by_one(written: str, told: Report) -> None:
    assert in_query(written) == told


@pytest.mark.parametrize("query", [b"", b"CMCD=", b"CMCD", b"cmcd=d%3D1", b"a=CMCD=d", b"CMCD=%2C"])
def test_nothing_is_told_by_nothing(query: bytes) -> None:
    assert parse_query(query) is None


def test_the_parameter_may_be_among_others_and_come_twice() -> None:
    query = b"_HLS_msn=3&CMCD=d%3D1%2Cbl%3D5&x=%FF&CMCD=d%3D2"
    assert parse_query(query) == Report(bl_ms=5, d_ms=2)


def test_what_a_log_has_encoded_once_more_is_read() -> None:
    once = quote(OF_HLS_JS, safe="")
    assert parse_query(f"CMCD={once.replace('%', '%25')}&x=1".encode()) == WHOLE
    assert in_query('nor="..%2Fa%2C",bs') == Report(nor="..%2Fa%2C", bs=True)


@pytest.mark.parametrize(
    "written",
    [
        b"a=" + BYTES_MAX * b" " + b'"',
        BYTES_MAX * b" ",
        b'a="' + BYTES_MAX * b"\\",
        b'a="' + BYTES_MAX * b"x" + b'" x',
        b"a=(" + BYTES_MAX * b" ",
        b'a="";' + BYTES_MAX * b" ",
    ],
)
def test_nothing_takes_long_to_refuse(written: bytes) -> None:
    began_s = time.thread_time()
    for kept in (written[:BYTES_MAX], written[: BYTES_MAX - 1] + written[-1:]):
        parse_fields([kept])
    assert time.thread_time() - began_s < 0.05  # which was 0.15 for the first


def test_the_number_of_keys_and_bytes_is_bounded() -> None:
    many = ",".join(f"k{number}=1" for number in range(KEYS_MAX))
    assert in_query(f"{many},d=1") == Report()
    assert in_query(f"d=1,{many}") == Report(d_ms=1)
    assert parse_query(b"CMCD=d%3D1%2C" + BYTES_MAX * b"x") is None
    assert parse_fields([b"d=1," + BYTES_MAX * b"x"]) is None


def test_fields_are_found_in_a_head_in_any_case() -> None:
    head = (
        b'GET /x HTTP/1.1\r\nHost: x\r\nCMCD-Object: d=1\r\ncmcd-session:sid="a"\r\n'
        b"X-CMCD-Object: d=9\r\nCMCD-Other: d=8\r\nCmcd-Status: \tbs \r\n\r\n"
    )
    assert fields_in(head) == [b"d=1", b'sid="a"', b"bs"]
    assert parse_fields(fields_in(head)) == Report(d_ms=1, sid="a", bs=True)


@given(TEXTS)
def test_both_transports_give_the_same(text: str) -> None:
    assert in_query(text) == parse_fields([text.encode("utf-8", "surrogatepass")])


@given(st.binary())
def test_any_bytes_give_a_report_or_none(written: bytes) -> None:
    for report in (parse_query(written), parse_query(b"CMCD=" + written), parse_fields([written])):
        assert report is None or isinstance(report, Report)


@given(st.integers(0, len(OF_HLS_JS)), st.binary(max_size=40))
def test_what_stands_before_damage_is_kept(at: int, damage: bytes) -> None:
    kept = OF_HLS_JS[:at].rpartition(",")[0]
    report = parse_fields([kept.encode() + b"," + damage.replace(b"=", b"-")])
    expected = parse_fields([kept.encode()]) or Report()
    flags = {"bs", "su"} & {word.strip() for word in damage.decode("latin-1").split(",")}
    if report is not None and not flags and b"-" not in damage.replace(b"=", b"-"):
        for name in ("bl_ms", "br_kbps", "d_ms"):
            assert getattr(report, name) in {getattr(expected, name), None}

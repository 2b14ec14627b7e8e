import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from types import FrameType
from typing import Any

import pytest

from manifests.attribute_values import (
    BYTES,
    DECIMAL,
    INTEGER,
    IV,
    QUOTED,
    QUOTED_DATE,
    QUOTED_LIST,
    RESOLUTION,
    SIGNED_DECIMAL,
    TOKEN,
    YES_NO,
    Resolution,
    Syntax,
    Value,
    enumerated,
)
from manifests.attributes import parse_attributes, read_attributes
from manifests.errors import ManifestError
from manifests.media import MediaType
from manifests.start import Start


def plain(text: str) -> Value:
    return Value(text, quoted=False)


def quoted(text: str) -> Value:
    return Value(text, quoted=True)


def test_names_and_values_are_told_apart() -> None:
    found = parse_attributes('A=1,B-2="x,y=z", C=YES ,X-COM.EXAMPLE_a="",D=')

    assert found == {
        "A": plain("1"),
        "B-2": quoted("x,y=z"),
        "C": plain("YES"),
        "X-COM.EXAMPLE_a": quoted(""),
        "D": plain(""),
    }


@pytest.mark.parametrize(
    "text", ["", "A", "=1", "A=1,", "A=1,,B=2", 'A="1', 'A="1"2', "A=1 2", 'A=1"2"', "Ä=1"]
)
def test_what_is_no_attribute_list_is_refused(text: str) -> None:
    with pytest.raises(ManifestError, match="no NAME=value"):
        parse_attributes(text)


def test_a_name_that_appears_twice_is_refused() -> None:
    with pytest.raises(ManifestError, match="attribute A appears twice"):
        parse_attributes("A=1,B=2,A=1")


@pytest.mark.parametrize(
    ("syntax", "value", "meaning", "spelt"),
    [
        (INTEGER, plain("0"), 0, "0"),
        (INTEGER, plain("18446744073709551615"), (1 << 64) - 1, "18446744073709551615"),
        (INTEGER, plain("007"), 7, "7"),
        (DECIMAL, plain("29.970"), Decimal("29.97"), "29.970"),
        (DECIMAL, plain("6"), Decimal(6), "6"),
        (DECIMAL, plain("6."), Decimal(6), "6"),
        (DECIMAL, plain(".5"), Decimal("0.5"), "0.5"),
        (SIGNED_DECIMAL, plain("-1.5"), Decimal("-1.5"), "-1.5"),
        (SIGNED_DECIMAL, plain("1.5"), Decimal("1.5"), "1.5"),
        (QUOTED, quoted(""), "", '""'),
        (QUOTED, quoted("Ångström, 1"), "Ångström, 1", '"Ångström, 1"'),
        (QUOTED_LIST, quoted("a, b"), ("a", "b"), '"a,b"'),
        (QUOTED_DATE, quoted("2024-02-29T12:00:00Z"), datetime(2024, 2, 29, 12, tzinfo=UTC), None),
        (TOKEN, plain("TYPE-0"), "TYPE-0", "TYPE-0"),
        (BYTES, plain("0xfC3"), b"\x0f\xc3", "0x0FC3"),
        (IV, plain("0X1"), bytes(15) + b"\x01", "0x00000000000000000000000000000001"),
        (YES_NO, plain("YES"), True, "YES"),
        (YES_NO, plain("NO"), False, "NO"),
        (RESOLUTION, plain("1280x720"), Resolution(1280, 720), "1280x720"),
        (enumerated(MediaType), plain("AUDIO"), MediaType.AUDIO, "AUDIO"),
    ],
)
def test_values_are_read_and_written(
    syntax: Syntax, value: Value, meaning: Any, spelt: str | None
) -> None:
    assert syntax.read(value) == meaning
    assert spelt is None or syntax.write(syntax.read(value)) == spelt


@pytest.mark.parametrize(
    ("syntax", "value"),
    [
        (INTEGER, plain("")),
        (INTEGER, plain("-1")),
        (INTEGER, plain("1.0")),
        (INTEGER, plain("\u0661")),
        (INTEGER, plain("18446744073709551616")),
        (INTEGER, plain("9" * 5000)),
        (INTEGER, quoted("1")),
        (DECIMAL, plain("1e3")),
        (DECIMAL, plain("NaN")),
        (DECIMAL, plain(".")),
        (DECIMAL, plain("-1")),
        (DECIMAL, plain("1" * 21)),
        (SIGNED_DECIMAL, plain("--1")),
        (SIGNED_DECIMAL, plain("+1")),
        (QUOTED, plain("x")),
        (QUOTED_LIST, plain("a")),
        (QUOTED_DATE, quoted("yesterday")),
        (QUOTED_DATE, plain("2024-02-29T12:00:00Z")),
        (TOKEN, quoted("TYPE-0")),
        (BYTES, plain("FC")),
        (BYTES, plain("0x")),
        (BYTES, plain("0xG0")),
        (IV, plain("0x" + "0" * 33)),
        (YES_NO, plain("yes")),
        (YES_NO, plain("TRUE")),
        (RESOLUTION, plain("1280")),
        (RESOLUTION, plain("1280X720")),
        (enumerated(MediaType), plain("SMELL")),
    ],
)
def test_values_of_another_type_are_refused(syntax: Syntax, value: Value) -> None:
    with pytest.raises(ManifestError):
        syntax.read(value)


@pytest.mark.parametrize(
    ("syntax", "value"),
    [
        (INTEGER, -1),
        (INTEGER, 1 << 64),
        (DECIMAL, Decimal("-0.1")),
        (DECIMAL, Decimal("NaN")),
        (DECIMAL, Decimal("Infinity")),
        (DECIMAL, Decimal("1e30")),
        (SIGNED_DECIMAL, Decimal("-Infinity")),
        (QUOTED, 'a"b'),
        (QUOTED, "a\nb"),
        (QUOTED, "\ud800"),
        (QUOTED_LIST, ("a,b",)),
        (QUOTED_LIST, (" a",)),
        (TOKEN, "a b"),
        (TOKEN, ""),
        (BYTES, b""),
        (IV, b"short"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(syntax: Syntax, value: Any) -> None:
    with pytest.raises(ManifestError):
        syntax.write(value)


def test_dates_are_written_to_the_millisecond_or_finer() -> None:
    noon = datetime(2024, 2, 29, 12, tzinfo=UTC)

    assert QUOTED_DATE.write(noon) == '"2024-02-29T12:00:00.000Z"'
    assert QUOTED_DATE.write(noon.replace(microsecond=7)) == '"2024-02-29T12:00:00.000007Z"'


def test_a_missing_attribute_is_named() -> None:
    with pytest.raises(ManifestError, match="the attribute TIME-OFFSET is missing"):
        read_attributes(Start, "PRECISE=YES")


def test_a_bad_attribute_is_named_with_the_rule() -> None:
    with pytest.raises(ManifestError, match=r"the attribute PRECISE: 'MAYBE' .*\(RFC 8216 §4\.2\)"):
        read_attributes(Start, "TIME-OFFSET=1,PRECISE=MAYBE")


def test_unknown_attributes_are_ignored() -> None:
    assert read_attributes(Start, 'TIME-OFFSET=1,X="y",Z=3') == Start(Decimal(1))


def calls_made(work: Callable[[], object]) -> int:
    count = 0

    def on_event(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(on_event)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_the_work_grows_as_the_list_does() -> None:
    small, large = (",".join(f'A{n}="x"' for n in range(size)) for size in (500, 1000))

    single = calls_made(lambda: parse_attributes(small))

    assert calls_made(lambda: parse_attributes(large)) < 2.1 * single

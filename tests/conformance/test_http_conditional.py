"""RFC 9110 §13 and §8.8: conditions and the validators that they compare."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.delivery.conditional import (
    Conditions,
    Validators,
    Verdict,
    evaluate,
    range_applies,
)
from origin.delivery.entity_tag import EntityTag, parse_tag, parse_tags
from origin.delivery.http_date import format_http_date, parse_http_date

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
MODIFIED = datetime(2026, 2, 1, 12, 0, 0, tzinfo=UTC)
BEFORE, AT, AFTER = (
    format_http_date(MODIFIED + timedelta(seconds=offset_s)) for offset_s in (-1, 0, 1)
)
DATED = Validators(EntityTag("now"), MODIFIED)
UNDATED = Validators(EntityTag("now"))

OK, NOT_MODIFIED, FAILED = Verdict.PROCEED, Verdict.NOT_MODIFIED, Verdict.PRECONDITION_FAILED

CASES = [
    ("§13.2.1 no condition", Conditions(), OK),
    ("§13.1.1 If-Match, same", Conditions(if_match='"now"'), OK),
    ("§13.1.1 If-Match, in a list", Conditions(if_match='"old" , "now"'), OK),
    ("§13.1.1 If-Match, any", Conditions(if_match="*"), OK),
    ("§13.1.1 If-Match, other", Conditions(if_match='"old"'), FAILED),
    ("§13.1.1 If-Match is strong", Conditions(if_match='W/"now"'), FAILED),
    ("§13.1.1 If-Match, not a list of tags", Conditions(if_match="now"), FAILED),
    ("§13.1.4 unmodified since", Conditions(if_unmodified_since=AT), OK),
    ("§13.1.4 modified since", Conditions(if_unmodified_since=BEFORE), FAILED),
    ("§13.1.4 no date", Conditions(if_unmodified_since="yesterday"), OK),
    ("§13.1.4 If-Match wins", Conditions(if_match='"now"', if_unmodified_since=BEFORE), OK),
    ("§13.1.2 If-None-Match, same", Conditions(if_none_match='"now"'), NOT_MODIFIED),
    ("§13.1.2 If-None-Match is weak", Conditions(if_none_match='W/"now"'), NOT_MODIFIED),
    ("§13.1.2 If-None-Match, in a list", Conditions(if_none_match='"a",W/"now","b"'), NOT_MODIFIED),
    ("§13.1.2 If-None-Match, any", Conditions(if_none_match=" * "), NOT_MODIFIED),
    ("§13.1.2 If-None-Match, other", Conditions(if_none_match='"old"'), OK),
    ("§13.1.2 If-None-Match, no tags", Conditions(if_none_match="now"), OK),
    ("§13.1.3 modified since", Conditions(if_modified_since=BEFORE), OK),
    ("§13.1.3 same date", Conditions(if_modified_since=AT), NOT_MODIFIED),
    ("§13.1.3 older than asked", Conditions(if_modified_since=AFTER), NOT_MODIFIED),
    ("§13.1.3 no date", Conditions(if_modified_since="0"), OK),
    ("§13.1.3 two dates", Conditions(if_modified_since=f"{AFTER}, {AFTER}"), OK),
    ("§13.1.4 two dates", Conditions(if_unmodified_since=f"{BEFORE}, {BEFORE}"), OK),
    (
        "§13.1.3 If-None-Match wins",
        Conditions(if_none_match='"old"', if_modified_since=AFTER),
        OK,
    ),
    (
        "§13.2.2 If-Match comes before If-None-Match",
        Conditions(if_match='"old"', if_none_match='"now"'),
        FAILED,
    ),
    (
        "§13.2.2 both true",
        Conditions(if_match='"now"', if_none_match='"now"'),
        NOT_MODIFIED,
    ),
]


@pytest.mark.parametrize(
    ("conditions", "verdict"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_conditions(conditions: Conditions, verdict: Verdict) -> None:
    assert evaluate(conditions, DATED, NOW) is verdict


@pytest.mark.parametrize(
    "conditions",
    [Conditions(if_modified_since=AFTER), Conditions(if_unmodified_since=BEFORE)],
    ids=["§13.1.3", "§13.1.4"],
)
def test_dates_are_no_condition_without_a_modification_date(conditions: Conditions) -> None:
    assert evaluate(conditions, UNDATED, NOW) is Verdict.PROCEED


@pytest.mark.parametrize(
    ("if_range", "validators", "applies"),
    [
        pytest.param(None, DATED, True, id="§14.2 absent"),
        pytest.param('"now"', DATED, True, id="§13.1.5 same tag"),
        pytest.param('"old"', DATED, False, id="§13.1.5 stale tag"),
        pytest.param('W/"now"', DATED, False, id="§13.1.5 weak tag"),
        pytest.param('"now", "old"', DATED, False, id="§13.1.5 a list is no tag"),
        pytest.param(AT, DATED, True, id="§13.1.5 exact date"),
        pytest.param(AFTER, DATED, False, id="§13.1.5 later date is no match"),
        pytest.param(BEFORE, DATED, False, id="§13.1.5 earlier date"),
        pytest.param(AT, UNDATED, False, id="§13.1.5 no date of ours"),
        pytest.param("soon", DATED, False, id="§13.1.5 neither tag nor date"),
    ],
)
def test_if_range(if_range: str | None, validators: Validators, *, applies: bool) -> None:
    assert range_applies(if_range, validators, NOW) is applies


def test_a_date_of_the_last_minute_is_too_weak_for_if_range() -> None:
    assert not range_applies(AT, DATED, MODIFIED + timedelta(seconds=59))
    assert range_applies(AT, DATED, MODIFIED + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", ()),
        (" , ,", ()),
        ('""', (EntityTag(""),)),
        ('"a,b" ,W/"c"', (EntityTag("a,b"), EntityTag("c", weak=True))),
        (', "a",, "b" ,', (EntityTag("a"), EntityTag("b"))),
        ('"a" "b"', ()),
        ('"a', ()),
        ('w/"a"', ()),
        ('"a b"', ()),
        ('"\u00e9"', (EntityTag("\u00e9"),)),
    ],
)
def test_entity_tag_lists(text: str, tags: tuple[EntityTag, ...]) -> None:
    assert parse_tags(text) == tags


@given(st.text(alphabet='"W/, \tab'))
def test_any_text_is_a_list_of_tags_or_of_none(text: str) -> None:
    tags = parse_tags(text)
    assert parse_tags(", ".join(map(str, tags))) == tags
    tag = parse_tag(text)
    assert tag is None or parse_tags(text) == (tag,)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-94 08:49:37 GMT", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sun Nov  6 08:49:37 1994", datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-76 08:49:37 GMT", datetime(2076, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sunday, 06-Nov-77 08:49:37 GMT", datetime(1977, 11, 6, 8, 49, 37, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:60 GMT", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Sat, 31 Dec 2016 23:59:61 GMT", None),
        ("Sun, 06 Nov 1994 08:49:75 GMT", None),
        ("Xyz, 06 Nov 1994 08:49:37 GMT", None),
        ("Someday, 06-Nov-94 08:49:37 GMT", None),
        ("Xyz Nov  6 08:49:37 1994", None),
        ("Sun, 31 Feb 2026 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 24:00:00 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 CET", None),
        ("Sun, 6 Nov 1994 08:49:37 GMT", None),
        ("sun, 06 nov 1994 08:49:37 gmt", None),
        ("1994-11-06T08:49:37Z", None),
        ("", None),
    ],
)
def test_http_dates(text: str, moment: datetime | None) -> None:
    """RFC 9110 §5.6.7."""
    assert parse_http_date(text, NOW) == moment


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001 -- hypothesis takes naive bounds
def test_what_is_sent_can_be_read(naive: datetime) -> None:
    moment = naive.replace(tzinfo=UTC)
    assert parse_http_date(format_http_date(moment), NOW) == moment.replace(microsecond=0)

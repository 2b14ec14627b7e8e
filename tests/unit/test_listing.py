"""Days and stretches of days: cut so that no day is lost and none is there twice."""

from hypothesis import given
from hypothesis import strategies as st

from origin.companion.catalogue import listing

DAYS = st.integers(listing.BEGINNING_DAY, listing.BEGINNING_DAY + 40 * 365)


@given(DAYS, st.integers(0, 40 * 365))
def test_spans_hold_each_day_once(first: int, more: int) -> None:
    last = first + more
    spans = listing.spans(first, last)
    held = list(spans.days)
    for stretch in spans.stretches:
        held += range(stretch * listing.STRETCH_DAYS, (stretch + 1) * listing.STRETCH_DAYS)
    assert held[: more + 1] == list(range(first, last + 1))
    assert all(day > last for day in held[more + 1 :])


@given(DAYS, st.integers(0, 10 * 365))
def test_ten_years_are_few_spans(first: int, more: int) -> None:
    spans = listing.spans(first, first + more)
    assert len(spans.days) < listing.STRETCH_DAYS
    assert len(spans.days) + len(spans.stretches) <= 49 + 76


def test_days_that_are_to_come_are_no_spans() -> None:
    spans = listing.spans(21_000, 20_999)
    assert (list(spans.days), list(spans.stretches)) == ([], [])


@given(st.floats(0, 4e9))
def test_columns_are_of_the_day_and_its_stretch(since_s: float) -> None:
    columns = listing.columns(since_s)
    day = columns["listed_day"]
    assert day == since_s // 86_400
    assert columns["listed_stretch"] == day // listing.STRETCH_DAYS


def test_what_was_public_once_keeps_its_time() -> None:
    assert listing.published_s(None, is_public=False, now_s=5.0) is None
    assert listing.published_s(None, is_public=True, now_s=5.0) == 5.0
    assert listing.published_s(3.0, is_public=True, now_s=5.0) == 3.0
    assert listing.published_s(3.0, is_public=False, now_s=5.0) == 3.0

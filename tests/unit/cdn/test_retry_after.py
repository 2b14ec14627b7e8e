"""For how long an answer asks to be left alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.retry_after import asked_pause_s

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_WORDS = (
    "Fri,",
    "31",
    "Feb",
    "02-Jan-26",
    "0001",
    "03:05:05",
    "24:61:61",
    "GMT",
    "-2359",
    "9" * 21,
)


@pytest.mark.parametrize(
    ("said", "pause_s"),
    [
        (None, 0), ("12", 12), (" 12 ", 12), ("-1", 0), ("soon", 0), ("", 0), ("1.5", 0), ("٣", 0),
        ("9" * 400, 999_999_999),
        ("Fri, 02 Jan 2026 03:05:05 GMT", 60), ("Fri, 02 Jan 2026 03:00:00 GMT", 0),
        ("Friday, 02-Jan-26 03:05:05 GMT", 60), ("Fri Jan  2 03:05:05 2026", 60),
        ("31 Feb 03:05:05 999999999999", 0),
    ],
)  # fmt: skip
def test_how_long_it_asks_to_be_left_alone(said: str | None, pause_s: float) -> None:
    assert asked_pause_s(said, NOW) == pause_s


@given(st.text() | st.lists(st.sampled_from(_WORDS)).map(" ".join))
def test_whatever_it_says_is_a_pause(said: str) -> None:
    assert asked_pause_s(said, NOW) >= 0

from dataclasses import astuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from origin.memory_shares import LEAST, USUAL, shares_of

MB = 1_000_000
LEAST_BYTES, USUAL_BYTES = 16 * MB, 250 * MB


def test_the_usual_holds_100_mb_of_objects() -> None:
    assert shares_of(USUAL_BYTES) == USUAL
    assert USUAL.objects == 100 * MB


def test_the_least_is_what_each_part_needs() -> None:
    assert shares_of(LEAST_BYTES) == LEAST
    assert shares_of(1) == LEAST


@pytest.mark.parametrize("memory_mb", [250, 300, 1000, 100_000])
def test_objects_get_the_most_and_nine_tenths_of_what_is_more(memory_mb: int) -> None:
    shares = shares_of(memory_mb * MB)
    assert shares.objects == max(astuple(shares))
    expected = 100 * MB + 0.9 * (memory_mb * MB - USUAL_BYTES)
    assert shares.objects == pytest.approx(expected, abs=10)


@given(st.integers(LEAST_BYTES, 10**12), st.integers(0, 10**10))
@example(memory_bytes=999_999_999_997, more=4)
def test_all_is_divided_and_nobody_gets_less_of_more(memory_bytes: int, more: int) -> None:
    shares, others = shares_of(memory_bytes), shares_of(memory_bytes + more)
    assert shares.all_together == memory_bytes
    assert all(a <= b + 1 for a, b in zip(astuple(shares), astuple(others), strict=True))

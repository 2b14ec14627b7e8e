from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manifests.extinf import extinf_durations, least_target_duration_s, rounded_s

MICROSECOND = Fraction(1, 1_000_000)


def test_boundaries_become_durations() -> None:
    assert extinf_durations([0, 262_144, 526_336], 44_100) == [
        Decimal("5.944308"),
        Decimal("5.990749"),
    ]
    assert extinf_durations([0], 44_100) == []


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 10**12), min_size=2, max_size=30).map(sorted),
    st.sampled_from([8_000, 44_100, 48_000, 192_000]),
    st.data(),
)
def test_the_sum_over_any_run_is_within_a_microsecond(
    boundaries: list[int], rate_hz: int, data: st.DataObject
) -> None:
    durations = extinf_durations(boundaries, rate_hz)
    first = data.draw(st.integers(0, len(durations) - 1))
    end = data.draw(st.integers(first + 1, len(durations)))

    truth = Fraction(boundaries[end] - boundaries[first], rate_hz)
    assert abs(sum(map(Fraction, durations[first:end])) - truth) <= MICROSECOND
    assert min(durations) >= 0


@pytest.mark.parametrize(
    ("duration_s", "counts_as"),
    [("6.499999", 6), ("6.5", 7), ("5.5", 6), ("6", 6), ("6.6", 7), ("0.01", 0)],
)
def test_halves_round_up_against_the_target_duration(duration_s: str, counts_as: int) -> None:
    assert rounded_s(Decimal(duration_s)) == counts_as


def test_the_least_target_duration_allows_the_longest_and_is_never_zero() -> None:
    assert least_target_duration_s([Decimal("5.99"), Decimal("6.5")]) == 7
    assert least_target_duration_s([Decimal("0.01")]) == 1
    assert least_target_duration_s([]) == 1

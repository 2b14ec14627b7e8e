import time
from decimal import Decimal
from fractions import Fraction
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from manifests.bandwidth import SizedDuration, average_bandwidth_bps, peak_bandwidth_bps

MILLISECONDS = st.integers(0, 9_000) | st.integers(0, 50)
SEGMENTS = st.lists(
    st.tuples(st.integers(0, 10_000), MILLISECONDS.map(lambda ms: Decimal(ms) / 1000)), max_size=12
)


def by_trying_every_run(segments: list[tuple[int, Decimal]], target_duration_s: int) -> int:
    half = Decimal(target_duration_s) / 2
    best = Fraction(0)
    for first in range(len(segments)):
        for end in range(first + 1, len(segments) + 1):
            run = segments[first:end]
            lasting = sum(duration for _, duration in run)
            if half <= lasting <= 3 * half or (len(run) == 1 and lasting > 3 * half):
                bits = 8 * sum(size for size, _ in run)
                best = max(best, Fraction(bits) / Fraction(lasting))
    return ceil(best) or average_bandwidth_bps(segments)


@settings(deadline=None)
@given(SEGMENTS, st.integers(1, 6))
def test_the_peak_is_that_of_the_densest_run(
    segments: list[tuple[int, Decimal]], target_duration_s: int
) -> None:
    peak = peak_bandwidth_bps(segments, target_duration_s)
    assert peak == by_trying_every_run(segments, target_duration_s)


def test_a_short_last_segment_counts_with_its_neighbour() -> None:
    tail = (50_000, Decimal(1))
    assert peak_bandwidth_bps([(96_000, Decimal(6)), tail], 6) == ceil(146_000 * 8 / 7)


def test_a_track_shorter_than_half_a_target_duration_is_one_run() -> None:
    segments: list[SizedDuration] = [(1_000, Fraction(441, 44_100))]
    assert peak_bandwidth_bps(segments, 6) == average_bandwidth_bps(segments) == 800_000


def test_a_segment_longer_than_the_standard_allows_is_a_run_of_its_own() -> None:
    assert peak_bandwidth_bps([(1_000, 10.0), (10, 1.0)], 1) == 800


def test_rates_are_rounded_up() -> None:
    assert average_bandwidth_bps([(1, Decimal(3))]) == 3
    assert peak_bandwidth_bps([(1, Decimal(3))], 3) == 3


def test_without_duration_or_size_there_is_no_rate() -> None:
    assert average_bandwidth_bps([]) == peak_bandwidth_bps([], 6) == 0
    assert average_bandwidth_bps([(1, Decimal(0))]) == peak_bandwidth_bps([(1, Decimal(0))], 6) == 0
    assert peak_bandwidth_bps([(0, Decimal(6))], 6) == 0
    assert peak_bandwidth_bps([(1_000, Decimal(0))], 0) == 0


def test_a_hundred_thousand_tiny_segments_are_no_trouble() -> None:
    segments = [(n * 7919 % 1000, Decimal("0.001")) for n in range(100_000)]
    before = time.process_time()

    assert peak_bandwidth_bps(segments, 10) > average_bandwidth_bps(segments)
    assert time.process_time() - before < 20  # under a second; every run would be a billion

"""Whatever comes when, nobody sends more than the vendor's bucket has, nor waits needlessly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.purge import limits
from cdn.purge.rate import Rate, turn
from tests.servers.purged.bucket import Bucket

rates = st.builds(Rate, st.floats(0.05, 1_000), st.floats(1, 3_000))


@given(rates, st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1)), max_size=60))
def test_the_vendors_bucket_always_has_what_is_taken(
    rate: Rate, some: list[tuple[float, float]]
) -> None:
    now = [1_000.0]
    bucket = Bucket(rate.per_s, rate.burst, lambda: now[0])
    full_s = 0.0
    for pause_s, share in some:
        now[0] += pause_s
        cost = share * rate.burst
        its = turn(rate, full_s, now[0], cost)
        assert 0 <= its.wait_s <= rate.burst / rate.per_s + 1e-6
        now[0], full_s = now[0] + its.wait_s, its.full_s
        assert bucket.take(cost * (1 - 1e-9))


@given(rates)
def test_a_whole_burst_goes_at_once_after_a_pause(rate: Rate) -> None:
    assert turn(rate, 0.0, 1e6, rate.burst).wait_s == pytest.approx(0, abs=1e-6)


def test_a_clock_that_was_set_back_stops_nobody_for_long() -> None:
    assert turn(Rate(1, 5), 1e9, 1_000.0, 1).wait_s <= 1


def test_a_plan_of_cloudflare() -> None:
    rate, full_s, now_s, waits = limits.CLOUDFLARE["free"].rate, 0.0, 0.0, []
    for _ in range(30):
        its = turn(rate, full_s, now_s, 1)
        full_s, now_s = its.full_s, now_s + its.wait_s
        waits.append(round(its.wait_s, 6))
    assert waits == [0] * 25 + [12] * 5, "a burst of 25, then five a minute"


def test_no_hour_of_fastlys_has_more_than_it_publishes() -> None:
    rate = limits.FASTLY.rate
    assert rate.burst + 3_600 * rate.per_s == pytest.approx(100_000)

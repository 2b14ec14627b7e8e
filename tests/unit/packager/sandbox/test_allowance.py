"""When a child is stopped, told by clocks that are numbers."""

import pytest

from packager.errors import SourceStalled, SourceTooDemanding
from packager.limits import Limits
from packager.sandbox.allowance import Allowance, Watch, allowance

ALLOWED = Allowance(memory_bytes=1, cpu_s=1_000, quiet_cpu_s=10, idle_s=5, waiting_s=100)


def test_more_workers_and_longer_sounds_may_take_more() -> None:
    least = allowance(Limits(duration_s=60), 1)
    assert allowance(Limits(duration_s=60), 2).memory_bytes > least.memory_bytes
    longer = allowance(Limits(duration_s=36_000), 1)
    assert longer.cpu_s > least.cpu_s
    assert longer.waiting_s > least.waiting_s
    assert longer.memory_bytes == least.memory_bytes


def test_what_waits_and_takes_no_time_is_stopped() -> None:
    watch = Watch(ALLOWED)
    watch.begin(1000, 3)
    watch.check(1004.9, 3.01)
    with pytest.raises(SourceStalled):
        watch.check(1005.1, 3.02)


def test_what_works_slowly_is_not() -> None:
    watch = Watch(ALLOWED)
    watch.begin(0, 0)
    for second in range(1, 90):
        watch.check(second, second / 10)


def test_what_works_and_says_nothing_is_stopped() -> None:
    watch = Watch(ALLOWED)
    watch.begin(0, 50)
    watch.check(6, 59.9)
    with pytest.raises(SourceStalled):
        watch.check(7, 60.1)


def test_a_message_begins_anew() -> None:
    watch = Watch(ALLOWED)
    for second in range(0, 80, 8):
        watch.begin(second, second)
        watch.check(second + 4, second + 8)


def test_a_long_sound_may_pass_without_a_message() -> None:
    watch = Watch(ALLOWED)
    watch.expect_sound_of(3_600)
    watch.begin(0, 0)
    watch.check(1, 80)
    with pytest.raises(SourceStalled):
        watch.check(2, 83)


def test_a_short_sound_takes_no_longer_than_it_should_though_a_long_one_might() -> None:
    allowed = allowance(Limits(duration_s=36_000), 1)
    watch = Watch(allowed)
    watch.begin(0, 0)
    watch.check(1, 65)
    watch.expect_sound_of(180)
    for second in range(1, 85):
        watch.begin(second, 64 + second)
        watch.check(second + 1, 65 + second)
    with pytest.raises(SourceTooDemanding):
        watch.check(86, 151)


def test_waiting_for_a_short_sound_is_bounded_by_its_length() -> None:
    watch = Watch(allowance(Limits(duration_s=36_000), 1))
    watch.expect_sound_of(180)
    watch.begin(0, 0)
    for second in range(0, 3_600, 50):
        watch.check(second, second / 50)
    with pytest.raises(SourceStalled):
        watch.check(3_601, 73)


def test_waiting_is_bounded_in_all_and_the_rest_does_not_count() -> None:
    watch = Watch(ALLOWED)
    for turn in range(33):
        watch.begin(turn * 1000, turn)
        watch.check(turn * 1000 + 3, turn + 1)
    watch.begin(40_000, 40)
    with pytest.raises(SourceStalled):
        watch.check(40_004, 41)

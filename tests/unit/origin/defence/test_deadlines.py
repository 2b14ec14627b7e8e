"""What is too slow."""

from origin.defence.deadlines import Deadlines, Pace

DEADLINES = Deadlines(window_s=10.0, least_rate_bytes_per_s=100)


def test_nothing_is_judged_before_a_window_is_over() -> None:
    pace = Pace(0.0, 5_000)
    assert not pace.is_too_slow(9.9, 5_000, DEADLINES)
    assert pace.is_too_slow(10.0, 5_000, DEADLINES)


def test_whatever_moves_enough_in_every_window_goes_on() -> None:
    for step_bytes in (1_000, -1_000):
        pace = Pace(0.0, 100_000)
        verdicts = [
            pace.is_too_slow(float(at_s), 100_000 + at_s * step_bytes // 10, DEADLINES)
            for at_s in range(100)
        ]
        assert not any(verdicts)


def test_a_byte_now_and_then_is_not_enough() -> None:
    pace = Pace(0.0, 0)
    verdicts = [pace.is_too_slow(float(at_s), at_s * 99, DEADLINES) for at_s in range(11)]
    assert verdicts == [False] * 10 + [True]

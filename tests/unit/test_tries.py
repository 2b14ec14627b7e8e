"""A bound holds if it does so once, and fails if it does so each time."""

import time

import pytest

from tests.tries import TRIES, tries


def test_what_is_quick_is_done_once() -> None:
    assert len(list(tries(60.0))) == 1


def test_what_was_slow_once_is_tried_again() -> None:
    begun = 0
    for _ in tries(0.5):
        begun += 1
        time.sleep(0.6 if begun == 1 else 0)
    assert begun > 1


def test_what_is_slow_each_time_fails() -> None:
    trying = tries(0.01)
    for _ in range(TRIES):
        next(trying)
        time.sleep(0.02)
    with pytest.raises(AssertionError, match="longer than"):
        next(trying)


def test_what_comes_before_is_not_measured() -> None:
    for watch in tries(0.5):
        time.sleep(0.6)
        watch.begin()

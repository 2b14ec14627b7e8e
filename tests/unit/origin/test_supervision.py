from itertools import product

import pytest

from origin.supervision.assignment import assigned
from origin.supervision.restarts import LONGEST_DELAY_S, STABLE_S, delay_s, failures_after


def test_each_worker_accepts_from_its_own_socket() -> None:
    assert assigned([True, True, True]) == [{0}, {1}, {2}]


def test_an_orphan_goes_to_the_worker_before_it() -> None:
    assert assigned([True, False, True]) == [{0, 1}, set(), {2}]
    assert assigned([False, False, True]) == [set(), set(), {0, 1, 2}]


@pytest.mark.parametrize("ready", list(product((False, True), repeat=4)))
def test_every_socket_has_exactly_one_worker_if_there_is_any(ready: tuple[bool, ...]) -> None:
    accepts = assigned(ready)
    taken = sorted(slot for slots in accepts for slot in slots)
    assert taken == (list(range(len(ready))) if any(ready) else [])
    assert all(slot in accepts[slot] for slot, is_ready in enumerate(ready) if is_ready)
    assert not any(slots for slots, is_ready in zip(accepts, ready, strict=True) if not is_ready)


def test_a_worker_that_ends_again_and_again_is_started_ever_later() -> None:
    assert [delay_s(failures) for failures in range(1, 6)] == [0.0, 0.5, 1.0, 2.0, 4.0]
    assert delay_s(10_000) == LONGEST_DELAY_S


def test_one_that_served_for_a_while_begins_anew() -> None:
    assert failures_after(7, STABLE_S) == 1
    assert failures_after(7, STABLE_S / 2) == 8

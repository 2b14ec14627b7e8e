"""When a server that has failed is asked again."""

import pytest

from origin.circuit import FAILURES_MAX, PAUSE_MAX_S, PAUSE_MIN_S, Circuit
from tests.unit.origin.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def circuit(clock: Clock) -> Circuit:
    return Circuit(clock)


def fail(circuit: Circuit, times: int = FAILURES_MAX) -> list[bool]:
    return [circuit.failed() for _ in range(times)]


def test_some_failures_in_a_row_open_it(circuit: Circuit) -> None:
    assert not any(fail(circuit, FAILURES_MAX - 1))
    assert not circuit.succeeded()
    assert fail(circuit) == [False] * (FAILURES_MAX - 1) + [True]
    assert circuit.is_open
    assert not circuit.admits()


def test_one_may_ask_after_a_pause_and_an_answer_closes_it(circuit: Circuit, clock: Clock) -> None:
    fail(circuit)
    clock.now_s += PAUSE_MIN_S
    assert [circuit.admits() for _ in range(3)] == [True, False, False]
    assert circuit.succeeded()
    assert circuit.admits()
    assert not circuit.is_open


def test_each_probe_that_fails_doubles_the_pause_up_to_a_bound(
    circuit: Circuit, clock: Clock
) -> None:
    fail(circuit)
    pauses_s = []
    for _ in range(8):
        before_s = clock.now_s
        while not circuit.admits():
            clock.now_s += PAUSE_MIN_S
        pauses_s.append(clock.now_s - before_s)
        circuit.failed()
    assert pauses_s == [1, 2, 4, 8, 16, *[PAUSE_MAX_S] * 3]


def test_who_asked_before_it_opened_does_not_make_the_pause_longer(
    circuit: Circuit, clock: Clock
) -> None:
    fail(circuit, 16)
    clock.now_s += PAUSE_MIN_S
    assert circuit.admits()


def test_a_probe_that_nobody_waited_for_is_made_again(circuit: Circuit, clock: Clock) -> None:
    fail(circuit)
    for _ in range(3):
        clock.now_s += PAUSE_MIN_S
        assert circuit.admits()

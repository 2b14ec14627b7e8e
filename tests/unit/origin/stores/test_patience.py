"""How long a store is waited for that fails, and one that answers again."""

from contextlib import ExitStack, suppress

import pytest

from origin.circuit import FAILURES_MAX, PAUSE_MIN_S
from origin.delivery.errors import Cause, NotFound, StoreUnavailable
from origin.stores.patience import HURRIED_S, WaningPatience


@pytest.fixture
def now_s() -> list[float]:
    return [0.0]


@pytest.fixture
def patience(now_s: list[float]) -> WaningPatience:
    return WaningPatience(10.0, lambda: now_s[0])


def read(patience: WaningPatience, error: Exception | None = None) -> None:
    with suppress(NotFound, StoreUnavailable), patience.noting():
        if error is not None:
            raise error


def late() -> StoreUnavailable:
    return StoreUnavailable("late", Cause.LATE)


def test_a_store_that_fails_is_not_waited_for_long(patience: WaningPatience) -> None:
    for _ in range(FAILURES_MAX):
        assert patience.allowed_s() == 10.0
        read(patience, late())
    assert [patience.allowed_s() for _ in range(3)] == [HURRIED_S] * 3


def test_now_and_then_one_has_all_of_the_time(patience: WaningPatience, now_s: list[float]) -> None:
    for _ in range(FAILURES_MAX):
        read(patience, late())
    now_s[0] += PAUSE_MIN_S
    assert [patience.allowed_s() for _ in range(3)] == [10.0, HURRIED_S, HURRIED_S]


@pytest.mark.parametrize("said", [None, NotFound("not there")])
def test_an_answer_ends_it(patience: WaningPatience, said: Exception | None) -> None:
    for _ in range(FAILURES_MAX):
        read(patience, late())
    read(patience, said)
    assert patience.allowed_s() == 10.0


def test_what_had_little_time_says_nothing_by_its_failure(
    patience: WaningPatience, now_s: list[float]
) -> None:
    """A store that is back and takes two seconds is known by the one read that has all the time."""
    for _ in range(FAILURES_MAX):
        read(patience, late())
    now_s[0] += PAUSE_MIN_S
    under_way = [ExitStack() for _ in range(FAILURES_MAX)]
    with patience.noting() as probe_s:
        assert probe_s == 10.0
        for each in under_way:
            read(patience, late())
            assert each.enter_context(patience.noting()) == HURRIED_S
    for each in under_way:
        with suppress(StoreUnavailable), each:
            raise late()
    assert patience.allowed_s() == 10.0


def test_who_refuses_at_once_is_not_hurried(patience: WaningPatience) -> None:
    for _ in range(2 * FAILURES_MAX):
        read(patience, StoreUnavailable("denied", Cause.DENIED))
    assert patience.allowed_s() == 10.0


def test_a_short_time_stays_as_it_is() -> None:
    patience = WaningPatience(0.3, lambda: 0.0)
    for _ in range(FAILURES_MAX):
        read(patience, late())
    assert patience.allowed_s() == 0.3

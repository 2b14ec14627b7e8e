"""When a store is asked a second time."""

from origin.stores.hedging import Hedging


def known(took_s: list[float]) -> Hedging:
    hedging = Hedging()
    for each in took_s:
        hedging.note(each)
    return hedging


def test_nothing_is_known_before_there_were_some() -> None:
    assert known([0.1] * 19).after_s is None
    assert known([0.1] * 20).after_s == 0.1


def test_it_is_what_most_reads_stay_below() -> None:
    assert known([0.02] * 95 + [3.0] * 5).after_s == 0.02
    assert known([0.02] * 80 + [3.0] * 20).after_s == 3.0


def test_a_store_that_has_become_slow_is_soon_taken_for_that() -> None:
    assert known([0.02] * 1_000 + [0.5] * 200).after_s == 0.5


def test_what_is_fast_enough_needs_no_second_request() -> None:
    assert known([0.0001] * 100).after_s == 0.005


def test_few_are_made_and_the_last_ones_for_what_is_stuck() -> None:
    hedging = known([0.1] * 55)
    assert [hedging.takes_second(is_stuck=False) for _ in range(3)] == [True, True, False]
    assert [hedging.takes_second(is_stuck=True) for _ in range(4)] == [True, True, True, False]
    for _ in range(4):
        hedging.note(0.1)
    assert not hedging.takes_second(is_stuck=True)
    for _ in range(2):
        hedging.note(0.1)
    assert not hedging.takes_second(is_stuck=False)
    assert hedging.takes_second(is_stuck=True)


def test_many_reads_save_up_for_no_more_than_a_few() -> None:
    hedging = known([0.1] * 10_000)
    assert sum(hedging.takes_second(is_stuck=True) for _ in range(100)) == 10

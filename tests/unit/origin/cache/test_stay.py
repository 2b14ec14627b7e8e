"""How long what is given to Redis stays there, by what it has parted with."""

import pytest

from origin.cache.stay import LOOK_S, Stay


class Looking:
    """A stay that is looked at again and again, as seldom as in earnest."""

    def __init__(self) -> None:
        self.stay = Stay()
        self.now_s = 0.0

    def __call__(self, *evicted: int, keys: int = 10_000, every_s: float = LOOK_S) -> float:
        for number in evicted:
            self.now_s += every_s
            self.stay.note(keys, number, self.now_s)
        return self.stay.seconds


@pytest.fixture
def looked() -> Looking:
    return Looking()


def test_while_nothing_goes_everything_is_worth_giving(looked: Looking) -> None:
    looked(*[0] * 10)
    assert looked.stay.lasts(1e9)


def test_what_goes_tells_how_long_things_stay(looked: Looking) -> None:
    """By Little's law: 10,000 are there, and 2,000 go in ten seconds."""
    assert looked(*range(0, 200_000, 2_000)) == pytest.approx(50, rel=0.05)
    assert looked.stay.lasts(40)
    assert not looked.stay.lasts(70)


def test_after_a_silence_what_went_is_of_all_of_it(looked: Looking) -> None:
    before_s = looked(*range(0, 200_000, 2_000))
    assert looked(210_000, every_s=6 * LOOK_S) == pytest.approx(before_s, rel=0.05)


def test_once_nothing_goes_any_more_everything_is_given_again(looked: Looking) -> None:
    assert looked(*range(0, 100_000, 5_000)) < 100
    looked(*[95_000] * 30)
    assert looked.stay.lasts(1e9)


def test_a_server_that_began_anew_tells_nothing_yet(looked: Looking) -> None:
    before_s = looked(0, 5_000)
    assert looked(10) == before_s
    assert looked(5_010) < before_s


def test_it_is_bounded_whatever_is_told(looked: Looking) -> None:
    assert looked(*range(0, 10**9, 10**7), keys=0) == pytest.approx(1.0)


def test_what_is_forgotten_is_given_everything(looked: Looking) -> None:
    looked(*range(0, 100_000, 5_000))
    looked.stay.forget()
    assert looked.stay.lasts(1e9)
    assert looked(5, 10**6) < 3_600

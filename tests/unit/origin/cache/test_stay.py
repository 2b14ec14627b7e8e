"""How long what is given to Redis stays there, by what it has parted with."""

import pytest

from origin.cache.stay import LOOK_S, Stay


def looked(stay: Stay, *evicted: int, keys: int = 10_000) -> float:
    for number in evicted:
        stay.note(keys, number, LOOK_S)
    return stay.seconds


def test_while_nothing_goes_everything_is_worth_giving() -> None:
    stay = Stay()
    looked(stay, *[0] * 10)
    assert stay.lasts(1e9)


def test_what_goes_tells_how_long_things_stay() -> None:
    """By Little's law: 10,000 are there, and 2,000 go in ten seconds."""
    stay = Stay()
    assert looked(stay, *range(0, 200_000, 2_000)) == pytest.approx(50, rel=0.5)
    assert looked(stay, *range(200_000, 300_000, 2_000)) == pytest.approx(50, rel=0.05)
    assert stay.lasts(40)
    assert not stay.lasts(70)


def test_once_nothing_goes_any_more_everything_is_given_again() -> None:
    stay = Stay()
    assert looked(stay, *range(0, 100_000, 5_000)) < 100
    looked(stay, *[95_000] * 30)
    assert stay.lasts(1e9)


def test_a_server_that_began_anew_tells_nothing_yet() -> None:
    stay = Stay()
    before_s = looked(stay, 0, 5_000)
    assert looked(stay, 10) == before_s
    assert looked(stay, 5_010) < before_s


def test_it_is_bounded_whatever_is_told() -> None:
    stay = Stay()
    assert looked(stay, *range(0, 10**9, 10**7), keys=0) == pytest.approx(1.0)

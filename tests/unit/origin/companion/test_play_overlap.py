"""What one listener can have heard in the time that has passed."""

import random

import pytest

from origin.companion.plays.overlap import ALLOWANCE_S, Heard, Overlaps, excess_s

DAY = 20_000
NOON_S = 1_800_014_400.0


def counted(plays: list[Heard], overlaps: Overlaps | None = None) -> int:
    """Return how many count of what comes in an order."""
    overlaps = overlaps or Overlaps()
    number = 0
    for play in plays:
        if overlaps.has_time(DAY, "ann", play):
            overlaps.add(DAY, "ann", play)
            number += 1
    return number


def one_after_another(count: int, every_s: float, needed_s: float = 30.0) -> list[Heard]:
    return [Heard(NOON_S + number * every_s, needed_s) for number in range(count)]


@pytest.mark.parametrize(
    ("plays", "most_s"),
    [
        ([], 30),
        (one_after_another(1, 0), 60),
        ([Heard(NOON_S - 20, 30)], 40),
        ([Heard(NOON_S + 20, 30)], 40),
        ([Heard(NOON_S - 3600, 30), Heard(NOON_S + 3600, 30)], 30),
        ([Heard(NOON_S - 10, 30), Heard(NOON_S + 10, 30)], 70),
        ([Heard(NOON_S - 100, 30), Heard(NOON_S - 90, 30), Heard(NOON_S - 10, 30)], 50),
        ([Heard(NOON_S - 100, 90), Heard(NOON_S - 99, 90)], 110),
    ],
)
def test_the_fullest_stretch_around_a_play(plays: list[Heard], most_s: float) -> None:
    assert excess_s(Heard(NOON_S, 30), plays) == pytest.approx(most_s)


def test_so_many_at_once_and_then_one_after_another() -> None:
    overlaps = Overlaps()
    assert counted(one_after_another(50, 0), overlaps) == ALLOWANCE_S / 30
    later = [Heard(play.begun_s + 30, 30) for play in one_after_another(100, 10)]
    assert counted(later, overlaps) == pytest.approx(100 / 3, abs=1)


@pytest.mark.parametrize("order", ["as they began", "backwards", "shuffled"])
def test_an_honest_day_counts_in_whatever_order_it_comes(order: str) -> None:
    plays = one_after_another(600, 30)
    if order == "backwards":
        plays.reverse()
    if order == "shuffled":
        random.Random(7).shuffle(plays)  # noqa: S311 no secret
    assert counted(plays) == 600


def test_a_crossfade_and_a_few_tabs_count() -> None:
    assert counted(one_after_another(200, 29)) == 200
    tabs = sorted(one_after_another(60, 180) * 6)
    assert counted(tabs) == len(tabs)


def test_listeners_and_days_are_apart_and_as_many_as_there_is_room_for() -> None:
    overlaps = Overlaps(allowance_s=30, kept_max=2)
    play = Heard(NOON_S, 30)
    overlaps.add(DAY, "ann", play)
    assert not overlaps.has_time(DAY, "ann", play)
    assert overlaps.has_time(DAY, "bob", play)
    assert overlaps.has_time(DAY + 1, "ann", play)
    overlaps.add(DAY, "bob", play)
    overlaps.add(DAY, "cem", play)
    assert overlaps.has_time(DAY, "ann", play)
    assert not overlaps.has_time(DAY, "bob", play)

"""What requests for segments foretell."""

from itertools import pairwise

import pytest

from origin.cache.foresight import AT_ONCE, LOST_AFTER_S, MEMORY_S, NEVER_S, Foresight, Rendition

KEY = "media/song/r1/128k/{:05d}.m4s"


def test_a_listener_foretells_all_that_follows() -> None:
    rendition = Rendition()
    rendition.note(5, 100.0)
    assert [rendition.wait_s(number, 100.0) for number in (6, 7, 10)] == [6, 12, 30]
    assert rendition.wait_s(7, 104.0) == 8
    assert rendition.wait_s(6, 110.0) == 0, "overdue"


def test_nobody_foretells_what_is_behind_or_at_a_listener() -> None:
    rendition = Rendition()
    rendition.note(5, 100.0)
    assert rendition.wait_s(5, 100.0) > NEVER_S
    assert rendition.wait_s(0, 100.0) == NEVER_S


def test_the_nearest_listener_counts() -> None:
    rendition = Rendition()
    for number in (2, 9, 5):
        rendition.note(number, 100.0)
    assert [rendition.wait_s(number, 100.0) for number in (4, 7, 12)] == [12, 12, 18]


def test_a_listener_goes_on() -> None:
    rendition = Rendition()
    rendition.note(5, 100.0)
    rendition.note(6, 106.0)
    assert rendition.wait_s(6, 106.0) > NEVER_S
    assert rendition.wait_s(8, 106.0) == 12
    rendition.note(6, 107.0)  # another one, who was not known
    rendition.note(5, 107.0)
    assert rendition.wait_s(6, 107.0) == 6


def test_who_does_not_go_on_is_forgotten() -> None:
    rendition = Rendition()
    rendition.note(2, 100.0)
    rendition.note(5, 101.0)
    late_s = 101.0 + LOST_AFTER_S
    rendition.note(3, late_s)
    assert rendition.wait_s(7, late_s) == 24
    assert rendition.wait_s(7, late_s + LOST_AFTER_S) > NEVER_S


def test_what_is_begun_often_is_begun_soon() -> None:
    often, seldom = Rendition(), Rendition()
    for second in range(100):
        often.note(0, float(second))
    seldom.note(0, 99.0)
    assert often.wait_s(0, 99.0) == pytest.approx(MEMORY_S / 100, rel=0.05)
    assert seldom.wait_s(0, 99.0) == MEMORY_S
    waits_s = [often.wait_s(0, 99.0 + hours * 3600) for hours in range(20)]
    assert all(earlier < later for earlier, later in pairwise(waits_s) if later < NEVER_S)
    assert max(waits_s) <= NEVER_S


def test_players_take_the_first_segments_at_once() -> None:
    rendition = Rendition()
    rendition.note(0, 0.0)
    late_s = LOST_AFTER_S
    first = rendition.wait_s(0, late_s)
    assert {rendition.wait_s(number, late_s) for number in range(AT_ONCE)} == {first}
    assert rendition.wait_s(AT_ONCE + 1, late_s) == first + 12


def test_listeners_are_no_more_than_so_many() -> None:
    rendition = Rendition()
    for number in range(1, 10_000, 2):
        rendition.note(number, 0.0)
    assert rendition.wait_s(10_001, 0.0) == 12
    assert rendition.wait_s(8, 0.0) > NEVER_S, "the first ones went"


def test_where_objects_are() -> None:
    foresight = Foresight(10)
    third, fourth = foresight.place_of(KEY.format(3)), foresight.place_of(KEY.format(4))
    assert (third.number, fourth.number) == (3, 4)
    assert third.rendition is fourth.rendition
    packed = foresight.place_of("media/song/r1/128k/00003.aac")
    assert (packed.rendition, packed.number) == (third.rendition, 3)
    for key in ("entry/song.json", "media/song/r1/128k/init.mp4", "media/song/r1/256k/00003.m4s"):
        place = foresight.place_of(key)
        assert place.rendition is not third.rendition
        assert place.number == (3 if key.endswith("m4s") else 0)


def test_renditions_are_no_more_than_so_many() -> None:
    foresight = Foresight(2)
    first = foresight.place_of(KEY.format(0)).rendition
    for name in ("a", "b"):
        foresight.place_of(name)
    assert foresight.place_of(KEY.format(0)).rendition is not first

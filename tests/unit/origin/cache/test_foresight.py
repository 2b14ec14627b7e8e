"""What requests for segments foretell."""

import gc
import tracemalloc
from itertools import pairwise

import pytest

from origin.cache.foresight import (
    AT_ONCE,
    LISTENERS_MAX,
    LOST_AFTER_S,
    MEMORY_S,
    NEVER_S,
    Foresight,
    Rendition,
)

KEY = "media/song/r1/128k/{:05d}.m4s"


def test_a_listener_foretells_all_that_follows() -> None:
    rendition = Rendition(0.0)
    rendition.note(5, 100.0)
    assert [rendition.wait_s(number, 100.0) for number in (6, 7, 10)] == [6, 12, 30]
    assert rendition.wait_s(7, 104.0) == 8
    assert rendition.wait_s(6, 106.0) == 0
    assert rendition.wait_s(6, 110.0) == 4, "who is late may be gone"


def test_nobody_foretells_what_is_behind_or_at_a_listener() -> None:
    rendition = Rendition(0.0)
    rendition.note(5, 100.0)
    assert rendition.wait_s(5, 100.0) > NEVER_S
    assert rendition.wait_s(0, 100.0) == NEVER_S


def test_two_at_the_same_segment_are_two() -> None:
    rendition = Rendition(0.0)
    rendition.note(5, 100.0)
    rendition.note(5, 102.0)
    assert rendition.wait_s(6, 102.0) == 4
    rendition.note(6, 106.0)  # the first of them
    assert rendition.wait_s(6, 106.0) == 2
    assert rendition.wait_s(7, 106.0) == 6
    rendition.note(6, 108.0)
    assert rendition.wait_s(6, 108.0) > NEVER_S
    assert rendition.wait_s(7, 108.0) == 4


def test_the_nearest_listener_counts() -> None:
    rendition = Rendition(0.0)
    for number in (12, 19, 15):
        rendition.note(number, 100.0)
    assert [rendition.wait_s(number, 100.0) for number in (14, 17, 22)] == [12, 12, 18]


def test_who_is_late_hides_nobody() -> None:
    rendition = Rendition(0.0)
    rendition.note(15, 100.0)
    rendition.note(15, 108.0)
    assert rendition.wait_s(16, 113.0) == 1, "at the same segment"
    rendition.note(14, 102.0)
    rendition.note(16, 114.0)  # the second of them
    assert rendition.wait_s(16, 113.0) == 1, "at the segment before"


def test_who_asks_is_the_one_most_nearly_due() -> None:
    rendition = Rendition(0.0)
    rendition.note(15, 100.0)  # is not heard of again
    rendition.note(15, 108.0)
    rendition.note(16, 114.0)
    assert rendition.wait_s(16, 116.0) == 10, "it was the second"


def test_who_begins_takes_the_first_segments_in_a_row() -> None:
    rendition = Rendition(0.0)
    rendition.note(0, 92.0)  # is not heard of again
    for number in range(AT_ONCE):
        rendition.note(number, 100.0)
    assert rendition.wait_s(1, 100.0) == 8, "the one who is late"


def test_a_listener_goes_on() -> None:
    rendition = Rendition(0.0)
    rendition.note(5, 100.0)
    rendition.note(6, 106.0)
    assert rendition.wait_s(6, 106.0) > NEVER_S
    assert rendition.wait_s(8, 106.0) == 12
    rendition.note(6, 107.0)  # another one, who was not known
    rendition.note(5, 107.0)
    assert rendition.wait_s(6, 107.0) == 6


def test_who_does_not_go_on_is_forgotten() -> None:
    rendition = Rendition(0.0)
    rendition.note(12, 100.0)
    rendition.note(15, 101.0)
    late_s = 101.0 + LOST_AFTER_S
    rendition.note(13, late_s)
    assert rendition.wait_s(17, late_s) == 24
    assert rendition.wait_s(17, late_s + LOST_AFTER_S) > NEVER_S


def test_what_is_begun_often_is_begun_soon() -> None:
    often, seldom = Rendition(0.0), Rendition(0.0)
    for second in range(1_000):
        often.note(0, float(second))
    seldom.note(0, 999.0)
    assert often.wait_s(0, 999.0) == pytest.approx(1, rel=0.05)
    assert seldom.wait_s(0, 999.0) == pytest.approx(1_000, rel=0.05)
    waits_s = [often.wait_s(0, 999.0 + days * 86_400) for days in range(20)]
    assert all(earlier < later for earlier, later in pairwise(waits_s) if later < NEVER_S)
    assert max(waits_s) <= NEVER_S


def test_how_often_is_known_before_long() -> None:
    rendition = Rendition(50_000.0)
    for time_s in range(0, 2 * int(MEMORY_S), 60):
        rendition.note(0, 50_000.0 + time_s)
        assert time_s < 600 or rendition.wait_s(0, 50_000.0 + time_s) == pytest.approx(60, rel=0.1)


def test_players_take_the_first_segments_at_once() -> None:
    rendition = Rendition(0.0)
    rendition.note(0, 0.0)
    late_s = LOST_AFTER_S
    first = rendition.wait_s(0, late_s)
    assert {rendition.wait_s(number, late_s) for number in range(AT_ONCE)} == {first}
    assert rendition.wait_s(AT_ONCE + 1, late_s) == first + 12


def test_listeners_are_no_more_than_so_many() -> None:
    rendition = Rendition(0.0)
    for number in range(1, 10_000, 2):
        rendition.note(number, 0.0)
    last = 2 * LISTENERS_MAX - 1
    assert rendition.wait_s(last + 1, 0.0) == 6
    assert rendition.wait_s(10_001, 0.0) == (10_001 - last) * 6, "the others found no room"
    rendition.note(9_000, LOST_AFTER_S)
    assert rendition.wait_s(9_001, LOST_AFTER_S) == 6, "until the first were lost"


def test_listeners_of_all_renditions_are_no_more_than_so_many() -> None:
    foresight = Foresight(10, 0.0, listeners_max=2)
    first, second = (foresight.place_of(name).rendition for name in ("a", "b"))
    first.note(5, 100.0)
    first.note(9, 100.0)
    second.note(5, 100.0)
    assert second.wait_s(6, 100.0) > NEVER_S, "there is no room"
    first.note(6, 106.0)
    assert first.wait_s(7, 106.0) == 6, "who is known takes none"


def test_whoever_is_lost_or_forgotten_makes_room_in_all_renditions() -> None:
    foresight = Foresight(1, 0.0, listeners_max=2)
    lost, gone = (foresight.place_of(name).rendition for name in ("a", "b"))
    lost.note(5, 100.0)  # and nobody looks at it again
    gone.note(5, 100.0 + LOST_AFTER_S)
    del gone
    third = foresight.place_of("c").rendition
    gc.collect()
    for number in (5, 25):
        third.note(number, 100.0 + LOST_AFTER_S)
        assert third.wait_s(number + 1, 100.0 + LOST_AFTER_S) == 6
    third.note(45, 100.0 + LOST_AFTER_S)
    assert third.wait_s(46, 100.0 + LOST_AFTER_S) > 6, "there were two places"
    assert lost.wait_s(6, 100.0 + LOST_AFTER_S) > NEVER_S


def test_nobody_is_noted_for_long_who_is_lost() -> None:
    rendition = Rendition(0.0)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(0, 200_000, 2):
            rendition.note(number, 3.0 * number)
        assert tracemalloc.get_traced_memory()[0] < 10_000
    finally:
        tracemalloc.stop()


def test_where_objects_are() -> None:
    foresight = Foresight(10, 0.0)
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
    foresight = Foresight(2, 0.0)
    foresight.place_of(KEY.format(0)).rendition.note(0, 0.0)
    for name in ("a", "b"):
        foresight.place_of(name)
    assert foresight.place_of(KEY.format(0)).rendition.wait_s(0, 0.0) == NEVER_S


def test_a_rendition_of_which_something_is_held_stays_known() -> None:
    foresight = Foresight(2, 0.0)
    held = foresight.place_of(KEY.format(0))
    for name in ("a", "b"):
        foresight.place_of(name)
    assert foresight.place_of(KEY.format(1)).rendition is held.rendition

"""How far a copy of the database is behind."""

from origin.companion.freshness import START_S, Freshness, Marks

BEHIND_MAX_S = 10.0


def marks(*noted: tuple[float, int]) -> Marks:
    made = Marks(BEHIND_MAX_S)
    for at_s, number in noted:
        made.add(at_s, number)
    return made


def test_a_copy_is_as_the_primary_was_when_that_came_no_further() -> None:
    noted = marks((1.0, 5), (2.0, 5), (3.0, 8))
    assert [noted.as_of(number) for number in (4, 5, 7, 8, 9)] == [None, 2.0, 2.0, 3.0, 3.0]


def test_what_happened_too_long_ago_is_forgotten_but_for_the_last_of_it() -> None:
    noted = marks((1.0, 1), (2.0, 2), (3.0, 3), (12.5, 4))
    assert [noted.as_of(number) for number in (1, 2, 3, 4)] == [None, 2.0, 3.0, 12.5]


def test_a_primary_that_took_over_with_less_is_not_held_against_the_one_before() -> None:
    noted = marks((1.0, 5), (2.0, 9), (3.0, 7))
    assert noted.as_of(7) == 3.0
    assert noted.as_of(6) == 1.0


def test_it_is_behind_after_the_bound_and_until_it_has_caught_up() -> None:
    copy = Freshness(BEHIND_MAX_S)
    assert [copy.judge(at_s, 100.0) for at_s in (100.0, 110.0)] == [False, False]
    assert copy.judge(110.1, 100.0)
    assert copy.is_behind
    assert not copy.judge(111.0, 100.5)
    assert copy.judge(112.0, 110.0)
    assert not copy.is_behind


def test_one_that_does_not_say_is_taken_to_have_stood_still() -> None:
    copy = Freshness(BEHIND_MAX_S)
    copy.judge(100.0, 100.0)
    assert not copy.judge(110.0, None)
    assert copy.judge(110.1, None)


def test_one_of_which_nothing_is_known_soon_has_to_show_that_it_follows() -> None:
    silent, slow = Freshness(BEHIND_MAX_S), Freshness(BEHIND_MAX_S)
    for copy in (silent, slow):
        assert not copy.judge(100.0, None)
        assert not copy.is_behind
    assert silent.judge(100.1 + START_S, None)
    assert not slow.judge(100.1 + START_S, 100.0)

"""What counts as unchanged: never what has changed, however little is remembered."""

from hypothesis import given
from hypothesis import strategies as st

from origin.companion.caching.generations import Generations
from origin.companion.caching.subjects import content, every, user, with_kinds

SUBJECTS = st.sampled_from([content("a"), content("b"), user("a"), user("b"), every("user")])


@given(st.lists(st.sets(SUBJECTS, max_size=3), max_size=20), st.data())
def test_nothing_stands_that_has_changed(events: list[set[str]], data: st.DataObject) -> None:
    begins = data.draw(st.integers(0, len(events)))
    kept = with_kinds(data.draw(st.sets(SUBJECTS, min_size=1)))
    position = data.draw(st.integers(0, len(events)))
    known = Generations(begins, subjects_max=data.draw(st.integers(0, 5)))
    for number, subjects in enumerate(events, 1):
        if number > begins:
            known.rise(subjects, number)
    has_changed = any(subjects & set(kept) for subjects in events[position:])
    if known.stand(kept, position):
        assert not has_changed
    if not has_changed and position >= known.floor:
        assert known.stand(kept, position)


def test_a_kind_is_about_all_of_it() -> None:
    known = Generations(7)
    kept = with_kinds([content("a"), user("b")])
    assert known.stand(kept, 7)
    known.rise([every("search")], 8)
    assert known.stand(kept, 7)
    known.rise([every("user")], 9)
    assert not known.stand(kept, 7)
    assert known.stand(kept, 9)


def test_numbers_do_not_sink() -> None:
    known = Generations(0)
    known.rise([user("a")], 5)
    known.rise([user("a")], 3)
    assert known.number == 5
    assert not known.stand([user("a")], 4)


def test_what_was_read_before_it_began_does_not_count() -> None:
    assert not Generations(7).stand([user("a")], 6)

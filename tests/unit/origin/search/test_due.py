"""When what happened is written to the index."""

from origin.companion.catalogue.events import Event
from origin.companion.search.due import EVENTS, WAITS_S, Due


def changed(*fields: str) -> Event:
    return Event(1, "track.changed", "t", "u", {"fields": fields}, 0.0)


def test_what_can_be_found_by_other_words_is_written_at_once() -> None:
    assert Due().is_now([changed("title")], 10)


def test_nothing_is_written_where_nothing_happened() -> None:
    assert not Due().is_now([], 10)


def test_another_description_waits_for_a_second() -> None:
    due = Due()
    assert not due.is_now([changed("description")], 10)
    assert not due.is_now([changed("description"), changed("description")], 10 + WAITS_S / 2)
    assert due.is_now([changed("description")], 10 + WAITS_S)


def test_it_goes_with_what_does_not_wait() -> None:
    due = Due()
    assert not due.is_now([changed("description")], 10)
    assert due.is_now([changed("description"), changed("title")], 10.1)


def test_the_next_one_waits_as_long() -> None:
    due = Due()
    assert not due.is_now([changed("description")], 10)
    assert due.is_now([changed("description")], 10 + WAITS_S)
    assert not due.is_now([changed("description")], 10 + WAITS_S + 0.1)
    assert due.is_now([changed("description")], 10 + 2 * WAITS_S + 0.1)


def test_so_many_that_more_must_be_read_do_not_wait() -> None:
    assert Due().is_now([changed("description")] * EVENTS, 10)

"""Which pairs a listener's day makes, what they weigh, and how close tracks are."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.companion.catalogue.events import Event
from origin.companion.catalogue.listing import BEGINNING_DAY
from origin.companion.similar.closeness import (
    KEPT,
    OF_ARTIST_MAX,
    Heard,
    Said,
    closest,
    content,
    listening,
)
from origin.companion.similar.keeping import changed
from origin.companion.similar.pairs import (
    HALF_LIFE_DAYS,
    TRACKS_MAX,
    pairs_of,
    taken,
    weight_at,
    weight_of,
)

TRACK_IDS = st.lists(st.integers(0, 50).map(str), max_size=80)


@given(st.lists(TRACK_IDS, max_size=6))
def test_a_day_makes_the_same_pairs_in_whatever_parts_it_comes(parts: list[list[str]]) -> None:
    before: list[str] = []
    found: dict[tuple[str, str], int] = {}
    for part in parts:
        new = taken(before, part)
        for pair, number in pairs_of(before, new).items():
            found[pair] = found.get(pair, 0) + number
        before += new
    assert len(before) <= TRACKS_MAX
    assert before == list(dict.fromkeys(each for part in parts for each in part))[:TRACKS_MAX]
    assert found == {(one, other): 1 for one in before for other in before}


def test_a_month_halves_and_eighty_years_are_no_trouble() -> None:
    day = BEGINNING_DAY + 700
    assert weight_of(day + HALF_LIFE_DAYS) == pytest.approx(2 * weight_of(day))
    assert weight_at(day * 86_400) == pytest.approx(weight_of(day))
    assert math.isfinite(1e9 * weight_of(BEGINNING_DAY + 80 * 365))


def test_a_day_of_one_listener_is_nothing_and_many_are_more_than_few() -> None:
    assert listening(1.0, Heard(1.0, 1.0)) == 0.0
    assert 0 < listening(2.0, Heard(2.0, 2.0)) < listening(50.0, Heard(50.0, 50.0)) < 1
    assert listening(100.0, Heard(5.0, 10_000.0)) < listening(100.0, Heard(5.0, 20.0))


def said(track_id: str, artist_id: str = "", **rest: object) -> Said:
    fields = {"genre": None, "language": None, "tags": frozenset(), "words": frozenset(), **rest}
    return Said(track_id, artist_id or f"artist-{track_id}", **fields)  # type: ignore[arg-type]


def test_what_is_said_of_both_alike_brings_them_closer() -> None:
    one = said("a", "ann", genre="folk", language="en", tags={"x", "y"}, words={"sea", "song"})
    assert content(one, one) == pytest.approx(1.0)
    assert content(one, said("b")) == 0.0
    for alike in ({"genre": "folk"}, {"tags": {"x"}}, {"words": {"sea"}}, {"language": "en"}):
        assert 0 < content(one, said("b", **alike)) < content(one, said("b", "ann", **alike))
    assert content(one, said("b", tags={"x", "y"})) > content(one, said("b", tags={"x", "z"}))


def test_listeners_decide_before_words_do_and_language_alone_says_nothing() -> None:
    one = said("a", genre="folk", language="en", tags={"x"}, words={"sea"})
    twin = said("twin", one.artist_id, genre="folk", language="en", tags={"x"}, words={"sea"})
    others = [said("c", language="en"), twin, said("b", genre="rock"), said("a", genre="folk")]
    heard = {"b": Heard(20.0, 20.0), "c": Heard(1.0, 1.0)}
    assert closest(one, others, 20.0, heard) == ["b", "twin"]
    assert closest(one, others[::-1], 20.0, heard) == ["b", "twin"]


def test_of_one_artist_there_are_not_too_many_and_of_all_neither() -> None:
    one = said("a", "ann", genre="folk")
    own = [said(f"own-{each:02}", "ann", genre="folk") for each in range(30)]
    others = [said(f"other-{each:02}", genre="folk") for each in range(60)]
    found = closest(one, [*others, *own], 0.0, {})
    assert len(found) == KEPT
    assert found[:OF_ARTIST_MAX] == [each.track_id for each in own[:OF_ARTIST_MAX]]
    assert found[OF_ARTIST_MAX:] == [each.track_id for each in others[: KEPT - OF_ARTIST_MAX]]


def test_events_that_matter() -> None:
    told = [
        Event(1, "track.created", "new", "u", {}, 0.0),
        Event(2, "track.changed", "renamed", "u", {"fields": ["title"]}, 0.0),
        Event(3, "track.changed", "longer", "u", {"fields": ["duration_s"]}, 0.0),
        Event(4, "track.deleted", "gone", "u", {"fields": []}, 0.0),
        Event(5, "asset.ready", "asset", "u", {}, 0.0),
    ]
    assert changed(told) == {"new", "renamed", "gone"}

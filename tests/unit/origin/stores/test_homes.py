"""Which of several stores counts, by what they have said."""

from itertools import product
from math import inf

import pytest

from manifests.layout import Revision
from origin.stores.homes import (
    FAILING_PATIENCE_S,
    LOOKED_FOR_EVERY_S,
    PATIENCE_S,
    Choice,
    Home,
    Homes,
    Said,
    awaited,
    choose,
    patience_s,
    place_of,
)

BY_LETTER = {
    "?": Said.NOTHING_YET,
    "-": Said.ABSENT,
    "!": Said.FAILED,
    "+": Said.PRESENT,
}
REVISION = Revision("a", "r")
ENTRY = "entry/a.json"


def said(letters: str) -> list[Said]:
    return [BY_LETTER[letter] for letter in letters]


@pytest.mark.parametrize(
    ("letters", "known", "choice"),
    [
        ("---", None, Choice(None, is_certain=True)),
        ("-+-", None, Choice(1, is_certain=True)),
        ("++-", None, Choice(0, is_certain=True)),
        ("+??", None, Choice(0, is_certain=True)),
        ("-+?", None, Choice(1, is_certain=True)),
        ("-+!", None, Choice(1, is_certain=True)),
        ("?+-", None, None),
        ("-?-", None, None),
        ("!+-", None, Choice(1, is_certain=False)),
        ("!?-", None, None),
        ("!--", None, Choice(None, is_certain=False)),
        ("!!!", None, Choice(None, is_certain=False)),
        # What was at home in a store that fails now has not gone to one that is trusted less.
        ("!+-", 0, Choice(None, is_certain=False)),
        ("-!+", 1, Choice(None, is_certain=False)),
        ("!-+", 2, Choice(2, is_certain=False)),
        ("+!-", 1, Choice(0, is_certain=True)),
        ("-+-", 0, Choice(1, is_certain=True)),
        ("!?+", 0, Choice(None, is_certain=False)),
    ],
)
def test_the_store_listed_first_counts_and_none_is_taken_for_empty_that_fails(
    letters: str, known: int | None, choice: Choice | None
) -> None:
    assert choose(said(letters), known) == choice


def test_more_answers_never_change_a_choice() -> None:
    for letters in product("?-!+", repeat=3):
        for known in (None, 0, 1, 2):
            chosen = choose(said("".join(letters)), known)
            if chosen is None:
                continue
            for rest in product("-!+", repeat=3):
                later = [new if old == "?" else old for old, new in zip(letters, rest, strict=True)]
                assert choose(said("".join(later)), known) == chosen


def test_who_is_waited_for_and_how_long() -> None:
    healthy, failing = [False] * 3, [True, False, False]
    assert (awaited(said("?-?")), patience_s(said("?-?"), healthy)) == ([0, 2], None)
    assert (awaited(said("?+?")), patience_s(said("?+?"), healthy)) == ([0], PATIENCE_S)
    assert patience_s(said("?+?"), failing) == FAILING_PATIENCE_S
    assert patience_s(said("??+"), failing) == PATIENCE_S


@pytest.mark.parametrize(
    ("letters", "failing", "known", "patience"),
    [
        ("?--", {0}, None, FAILING_PATIENCE_S),
        ("-?-", {1}, None, FAILING_PATIENCE_S),
        ("??-", {0, 1}, None, FAILING_PATIENCE_S),
        ("?-!", {0}, None, FAILING_PATIENCE_S),
        ("?--", {0}, 2, FAILING_PATIENCE_S),
        ("?--", set(), None, None),
        ("??-", {0}, None, None),
        ("?!!", {0, 1, 2}, None, None),
        ("???", {0, 1, 2}, None, None),
        ("?--", {0}, 0, None),
    ],
)
def test_who_fails_is_hardly_waited_for_where_others_have_said_no_and_it_was_not_there(
    letters: str, failing: set[int], known: int | None, patience: float | None
) -> None:
    is_failing = [number in failing for number in range(3)]
    assert patience_s(said(letters), is_failing, known) == patience


@pytest.mark.parametrize(
    ("key", "place"),
    [
        ("media/a/r/index.json", REVISION),
        ("media/a/r/128k/00000.m4s", REVISION),
        ("growing/a/r/128k/playlist.m3u8", REVISION),
        (ENTRY, ENTRY),
        ("media/a/r", "media/a/r"),
        ("sources/a/r/song.wav", "sources/a/r/song.wav"),
    ],
)
def test_a_revision_is_one_place(key: str, place: object) -> None:
    assert place_of(key) == place


def test_only_complete_revisions_stay_where_they_are() -> None:
    homes = Homes()
    assert homes.find(REVISION, 0) is None
    homes.note(REVISION, 1, 100, is_certain=True)
    assert homes.find(REVISION, 1e9) == Home(1, inf, is_growing=False)
    for place, is_certain, is_growing in (
        (ENTRY, True, False),
        (REVISION, False, False),
        (REVISION, True, True),
    ):
        homes.note(place, 2, 100, is_certain=is_certain, is_growing=is_growing)
        assert homes.find(place, 100 + LOOKED_FOR_EVERY_S - 1) is not None
        assert homes.find(place, 100 + LOOKED_FOR_EVERY_S) is None
        assert homes.last(place) == 2


def test_those_used_last_are_remembered() -> None:
    homes = Homes(homes_max=2)
    for name in "abc":
        homes.note(f"entry/{name}.json", 0, 0, is_certain=True)
        homes.find("entry/a.json", 0)
    assert [homes.last(f"entry/{name}.json") for name in "abc"] == [0, None, 0]

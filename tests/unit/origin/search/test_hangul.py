"""Syllables within words."""

from unicodedata import normalize

import pytest

from origin.companion.search.hangul import indexed_pairs, pairs_of, place_in


def apart(text: str) -> str:
    return normalize("NFD", text)


@pytest.mark.parametrize(
    ("word", "pairs"),
    [
        ("방탄소년", ["방탄", "탄소", "소년"]),
        ("한국", ["한국"]),
        ("한", []),
        ("", []),
        ("한a국", []),
        ("abc", []),
        ("ㅎㅏ", []),
    ],
)
def test_pairs_are_neighbouring_syllables(word: str, pairs: list[str]) -> None:
    assert pairs_of(apart(word)) == [apart(each) for each in pairs]


def test_pairs_of_runs_are_apart() -> None:
    words = map(apart, ("bts방탄소", "x", "한", "한국"))
    assert indexed_pairs(words) == apart("방탄 탄소 \x1f 한국")


@pytest.mark.parametrize(
    ("sought", "word", "place"),
    [
        ("소년", "방탄소년", len(apart("방탄"))),
        ("방탄", "방탄소년", None),  # it begins so
        ("소년", "소년", None),
        ("단", "소년단", None),
        ("bc", "abc", None),
    ],
)
def test_places_are_within_words(sought: str, word: str, place: int | None) -> None:
    assert place_in(apart(sought), apart(word)) == place

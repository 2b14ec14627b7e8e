"""Words as they are typed by whoever leaves out what divides them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.companion.search.joining import FORMS_MAX, WORDS_MAX, joined_words, spelled
from origin.companion.search.words import LENGTH_MAX

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("name", "joined"),
    [
        ("AC/DC", ["acdc"]),
        ("R.E.M.", ["rem"]),
        ("24/7", ["247"]),
        ("P!nk", ["pnk", "pink"]),
        ("Ke$ha", ["keha", "kesha"]),
        ("A$AP Rocky", ["aap", "asap"]),
        ("Ty Dolla $ign", ["sign"]),
        ("Joey Bada$$", ["badass"]),
        ("Spider-Man", ["spiderman"]),
        ("Rock’n’Roll", ["rocknroll"]),
        ("AC/DC-Live", ["acdclive", "acdc", "dclive"]),
        ("L’amour d'Édith", ["lamour", "dedith"]),
        ("Love☆Live", ["lovelive"]),
        ("Wow!", []),
        ("Panic! At the Disco", []),
        ("$100 or 100$", []),
        ("Midnight City", []),
        ("don't", []),
        ("東京・大阪", []),
        ("a.b.c.d.e.f.g.h.i.j.k.l.m", []),
        ("x" * 40 + "-" + "y" * 40, []),
    ],
)
def test_words_that_a_sign_divides_are_joined(name: str, joined: list[str]) -> None:
    assert [word.text for word in joined_words(name)] == joined


@given(ANYTHING)
def test_joined_words_are_few_and_where_they_say(text: str) -> None:
    joined = joined_words(text)
    assert len(joined) <= FORMS_MAX
    for word in joined:
        assert 1 < len(word.text) == len(word.ends) <= LENGTH_MAX
        assert not any(character.isspace() for character in word.text)
        assert 0 <= word.start < word.ends[0]
        assert list(word.ends) == sorted(word.ends)
        assert word.ends[-1] <= len(text)


@given(st.text("aé1 !$@-", max_size=200))
def test_signs_become_letters_in_their_place(text: str) -> None:
    as_letters = spelled(text)
    assert len(as_letters) == len(text)
    assert all(a == b or a in "!$@" for a, b in zip(text, as_letters, strict=True))
    assert len(joined_words(text)) <= FORMS_MAX


def test_a_name_of_many_signs_is_bounded() -> None:
    assert len(joined_words("ab-cd " * 100)) == FORMS_MAX
    assert not joined_words("-".join("ab" for _ in range(WORDS_MAX + 1)))

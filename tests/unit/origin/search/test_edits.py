"""How near words are, held against all that an edit can make of them."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from origin.companion.search.edits import are_far_apart, beginning_one_edit_away, is_one_edit
from origin.companion.search.matching import TYPO_LENGTH_MIN

LETTERS = "abc"
"""So few that words are often near."""

TYPED = st.text(LETTERS, min_size=TYPO_LENGTH_MIN, max_size=7)
WORD = st.text(LETTERS, min_size=TYPO_LENGTH_MIN - 1, max_size=9)


def edited(word: str) -> Iterator[str]:
    """Yield a word, and all that one edit makes of it."""
    yield word
    for place in range(len(word) + 1):
        before, behind = word[:place], word[place:]
        yield before + behind[1:]
        yield before + behind[1:2] + behind[:1] + behind[2:]
        for letter in LETTERS:
            yield before + letter + behind
            yield before + letter + behind[1:]


@given(TYPED, WORD)
def test_one_edit_is_one_edit(typed: str, word: str) -> None:
    assert is_one_edit(typed, word) == (word in edited(typed))


@given(TYPED, WORD)
def test_a_beginning_is_of_the_length_that_was_typed_if_it_can_be(typed: str, word: str) -> None:
    near = set(edited(typed))
    lengths = (len(typed), len(typed) - 1, len(typed) + 1)
    fitting = [length for length in lengths if length <= len(word) and word[:length] in near]
    assert beginning_one_edit_away(typed, word) == (fitting or [0])[0]


@given(TYPED, WORD)
def test_what_is_far_apart_is_more_than_one_edit_away(typed: str, word: str) -> None:
    if are_far_apart(typed, word):
        assert not is_one_edit(typed, word)
        assert not beginning_one_edit_away(typed, word)

"""The words of a text, as they are in the index and as they are looked for. Pure.

Scripts that are written without spaces (Han, kana, Thai, ...) have a word for every two characters
that stand together, and the last character by itself, so that whatever begins anywhere is found.
Where a text has no letter at all, as a few titles do, its signs are its words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from origin.companion.search.folding import Folded, fold

LENGTH_MAX: Final = 64
BETWEEN: Final = " \x1f "
"""Between texts in one field of the index: a word that nobody can type, so no phrase is across."""

_UNSPACED: Final = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u1000-\u109f\u1780-\u17dd"
    "\u3005-\u3007\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(rf"([{_UNSPACED}]+)|[^\s{_UNSPACED}]+")
_RUN_OF_UNSPACED: Final = re.compile(rf"[{_UNSPACED}]")
_SIGNS: Final = re.compile(r"[^\s\w\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word; its first ``n`` letters are the original's from ``start`` to ``ends[n - 1]``.

    ``is_tail`` is the last character of a run without spaces, which its predecessor holds, too.
    """

    text: str
    start: int
    ends: tuple[int, ...]
    is_unspaced: bool = False
    is_tail: bool = False


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of a text, in order."""
    return tuple(_words(fold(text))) or tuple(
        Word(match[0][:LENGTH_MAX], match.start(), tuple(range(match.start() + 1, match.end() + 1)))
        for match in _SIGNS.finditer(text)
        if not _is_unseen(match[0])
    )


def is_unspaced(text: str) -> bool:
    """Tell whether a word is of a script that is written without spaces."""
    return _RUN_OF_UNSPACED.match(text) is not None


def indexed(text: str) -> str:
    """Return a text as the index takes it: its words with spaces between them."""
    return " ".join(word.text for word in words_of(text))


def _words(folded: Folded) -> Iterator[Word]:
    for match in _RUN.finditer(folded.text):
        begin, end = match.span()
        if match[1] is None:
            yield _word(folded, begin, min(end, begin + LENGTH_MAX))
            continue
        for place in range(begin, max(end - 1, begin + 1)):
            yield _word(folded, place, min(place + 2, end), is_unspaced=True)
        if end - begin > 1:
            yield _word(folded, end - 1, end, is_unspaced=True, is_tail=True)


def _word(
    folded: Folded, begin: int, end: int, *, is_unspaced: bool = False, is_tail: bool = False
) -> Word:
    ends = tuple(folded.ends[begin:end])
    return Word(folded.text[begin:end], folded.starts[begin], ends, is_unspaced, is_tail)


def _is_unseen(signs: str) -> bool:
    """Tell whether there is nothing to see: marks that stand on nothing, control characters."""
    return not any(sign.isprintable() and fold("a" + sign).text != "a" for sign in signs)

"""Words that are divided by signs alone, joined, as many type them: ``acdc`` for AC/DC. Pure.

Signs that stand for letters are those, too: ``pink`` is P!nk. What is joined tells where it came
from as any word does. However a text is written, few forms are made of it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Final

from origin.companion.search.words import LENGTH_MAX, Word, words_of

FORMS_MAX: Final = 16
"""Of a text."""

WORDS_MAX: Final = 12
"""Of a form: what has more signs is not typed from memory."""

_SIGN: Final = re.compile(r"[^\w\s]|_")
_PART_LENGTH_MIN: Final = 2
_LETTERS: Final = {"!": "i", "¡": "i", "@": "a", "€": "e", "$": "s"}
_LETTER: Final = r"[^\W\d_]"
_STANDS_FOR_A_LETTER: Final = re.compile(
    rf"(?<={_LETTER})[!¡@€](?={_LETTER})|(?<={_LETTER})\$+|\$+(?={_LETTER})"
)


@lru_cache(maxsize=1024)
def joined_words(text: str) -> tuple[Word, ...]:
    """Return the joined forms of a text, without those that are words of it anyway.

    Genres, artists and albums come again and again while an index is made.
    """
    if not _SIGN.search(text):
        return ()
    words = words_of(text)
    there = {(word.text, word.start) for word in words}
    joined: list[Word] = []
    forms = _forms_of(text, words)
    if (as_letters := spelled(text)) != text:
        forms = chain(forms, _forms_of(as_letters, words_of(as_letters)))
    for word in forms:
        if len(joined) < FORMS_MAX and (named := (word.text, word.start)) not in there:
            there.add(named)
            joined.append(word)
    return tuple(joined)


def indexed_joined(*texts: str) -> str:
    """Return the joined forms of some texts as the index takes them."""
    return " ".join(dict.fromkeys(word.text for text in texts for word in joined_words(text)))


def spelled(text: str) -> str:
    """Return a text of the same length with letters where signs stand for some."""
    return _STANDS_FOR_A_LETTER.sub(lambda sign: _LETTERS[sign[0][0]] * len(sign[0]), text)


def join(words: Sequence[Word]) -> Word:
    """Return words as one."""
    ends = tuple(end for word in words for end in word.ends)
    return Word("".join(word.text for word in words), words[0].start, ends)


def _forms_of(text: str, words: Iterable[Word]) -> Iterator[Word]:
    for run in _divided_by_signs(text, words):
        if len(run) > WORDS_MAX or sum(len(word.text) for word in run) > LENGTH_MAX:
            continue
        yield join(run)
        if len(run) > 2:  # noqa: PLR2004 whose only pair is the whole
            yield from _pairs(run)


def _pairs(words: Sequence[Word]) -> Iterator[Word]:
    """Yield neighbours joined, but no initials, of which each two are like much else."""
    for pair in pairwise(words):
        if min(len(word.text) for word in pair) >= _PART_LENGTH_MIN:
            yield join(pair)


def _divided_by_signs(text: str, words: Iterable[Word]) -> Iterator[list[Word]]:
    """Yield runs of words that nothing but signs stands between."""
    run: list[Word] = []
    for word in _spaced(words):
        if run and any(map(str.isspace, text[run[-1].ends[-1] : word.start])):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _spaced(words: Iterable[Word]) -> Iterator[Word]:
    """Yield words that are letters, of scripts that are written with spaces."""
    for word in words:
        if not word.is_unspaced and word.text[0].isalnum():
            yield word

"""What somebody typed, as words and phrases to look for. Pure.

The last word may be unfinished, unless a space is behind it. What is in quotation marks is to be
found as it stands; a quotation mark without another is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from origin.companion.search.words import LENGTH_MAX, is_unspaced, words_of

TYPED_LENGTH_MAX: Final = 200
JOINED_WORDS_MAX: Final = 6
"""So many may be meant as one: ``a c d c``."""

WORDS_MAX: Final = 12
"""Those behind them are not looked for: whoever pastes a sentence is helped by its beginning."""

_PAIR: Final = 2
_QUOTED: Final = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')


@dataclass(frozen=True, slots=True)
class Sought:
    """A word to look for; ``is_open`` where it may be the beginning of one."""

    text: str
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What to look for: all of it."""

    words: tuple[Sought, ...]
    phrases: tuple[tuple[str, ...], ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether there is no word in it."""
        return not (self.words or self.phrases)

    @property
    def all_words(self) -> tuple[Sought, ...]:
        """Those of phrases, too."""
        return (*self.words, *(Sought(word) for phrase in self.phrases for word in phrase))


@dataclass(frozen=True, slots=True)
class Joined:
    """Typed words from ``first`` to ``last``, half-open, that may be meant as one."""

    first: int
    last: int
    word: Sought


def joined_of(typed: Typed) -> list[Joined]:
    """Return the neighbours that may be one word, and all words as one where they are few."""
    ranges = [(first, first + 2) for first in range(len(typed.words) - 1)]
    if _PAIR < len(typed.words) <= JOINED_WORDS_MAX:
        ranges.append((0, len(typed.words)))
    joined = []
    for first, last in ranges:
        words = typed.words[first:last]
        text = "".join(word.text for word in words)
        if len(text) <= LENGTH_MAX and not any(is_unspaced(word.text) for word in words):
            joined.append(Joined(first, last, Sought(text, words[-1].is_open)))
    return joined


def read_typed(text: str) -> Typed:
    """Return what to look for."""
    phrases: list[tuple[str, ...]] = []
    left = WORDS_MAX
    for match in _QUOTED.finditer(text):
        phrase = _phrase(match[1])[:left]
        if phrase:
            phrases.append(phrase)
            left -= len(phrase)
    loose = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    return Typed(tuple(dict.fromkeys(_loose(loose)))[: max(left, 0)], tuple(phrases))


def _phrase(text: str) -> tuple[str, ...]:
    words = words_of(text)
    if words and words[-1].is_tail:
        words = words[:-1]  # the two characters before it say the same
    return tuple(word.text for word in words)


def _loose(text: str) -> Iterator[Sought]:
    words = [word for word in words_of(text) if not word.is_tail]
    for number, word in enumerate(words, 1):
        alone = word.is_unspaced and len(word.text) == 1
        is_last = number == len(words) and not text[-1:].isspace()
        yield Sought(word.text, is_open=alone or is_last)

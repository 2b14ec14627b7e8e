"""Hangul inside words: Korean has spaces, and joins names, and what stands behind them, to a word.

So each two syllables that stand together are indexed beside the words, as those of scripts without
spaces are: ``소년단`` finds 방탄소년단. Folded syllables are taken apart into letters. Pure.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from origin.companion.search.words import BETWEEN

_SYLLABLE: Final = "[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?"
_SYLLABLES: Final = re.compile(_SYLLABLE)
_RUN: Final = re.compile(f"(?:{_SYLLABLE}){{2,}}")


def pairs_of(word: str) -> list[str]:
    """Return each two neighbouring syllables of a folded word that is nothing but syllables."""
    return _pairs(word) if _RUN.fullmatch(word) else []


def indexed_pairs(words: Iterable[str]) -> str:
    """Return the pairs of all runs in folded words, as the index takes them."""
    runs = (run[0] for word in words for run in _RUN.finditer(word))
    return BETWEEN.join(" ".join(_pairs(run)) for run in runs)


def place_in(sought: str, word: str) -> int | None:
    """Return the letter of a word at which what is sought stands within it, None where it does not.

    Both are folded; a word that begins so is met as any word is.
    """
    place = word.find(sought, 1)
    return place if place > 0 and pairs_of(sought) and _SYLLABLES.match(word, place) else None


def _pairs(run: str) -> list[str]:
    return ["".join(pair) for pair in pairwise(_SYLLABLES.findall(run))]

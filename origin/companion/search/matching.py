"""How a word that is sought is met by the words of a text. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import accumulate
from typing import Final

from origin.companion.search.edits import are_far_apart, beginning_one_edit_away, is_one_edit
from origin.companion.search.typed import Sought

TYPO_LENGTH_MIN: Final = 4
"""Of shorter words, too many are one edit apart."""

_RUN_LENGTH_MIN: Final = 3


class Nearness(IntEnum):
    """How near a word is; the greater the nearer."""

    NONE = 0
    BEGINS_LIKE = 1
    LIKE = 2
    BEGINS = 3
    JOINED = 4
    SAME = 5


@dataclass(frozen=True, slots=True)
class Meeting:
    """How near, and how many of the word's letters are what was typed."""

    nearness: Nearness
    letters: int = 0


NOT_MET = Meeting(Nearness.NONE)


def meet(sought: Sought, word: str) -> Meeting:
    """Return how a word meets what is sought."""
    text = sought.text
    if text == word:
        return Meeting(Nearness.SAME, len(word))
    if sought.is_open and word.startswith(text):
        return Meeting(Nearness.BEGINS, len(text))
    is_too_short = len(text) < TYPO_LENGTH_MIN or len(word) < TYPO_LENGTH_MIN - 1
    if is_too_short or are_far_apart(text, word):
        return NOT_MET
    if is_one_edit(text, word):
        return Meeting(Nearness.LIKE, len(word))
    if sought.is_open and (letters := beginning_one_edit_away(text, word)):
        return Meeting(Nearness.BEGINS_LIKE, letters)
    return NOT_MET


def nearest(sought: Sought, words: Sequence[str], joined: Iterable[str] = ()) -> Nearness:
    """Return how near the nearest of some words is, some neighbours, or what is ``joined``."""
    best = _nearest(sought, words)
    if best is Nearness.SAME:
        return best
    best = max(best, min(_nearest(sought, joined), Nearness.JOINED))
    return max([best, *(run.nearness for run in runs(sought, words))])


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring words that are sought as one: from the ``first``, up to a letter of them all."""

    first: int
    end: int
    nearness: Nearness


def runs(sought: Sought, words: Sequence[str]) -> Iterator[Run]:
    """Yield where neighbouring words are what is sought, the last of which may be unfinished."""
    text, letters = sought.text, "".join(words)
    if len(text) < _RUN_LENGTH_MIN or text not in letters:
        return
    ends = list(accumulate(map(len, words)))
    for first, end_of_first in enumerate(ends[:-1]):
        start = end_of_first - len(words[first])
        end = start + len(text)
        if end <= end_of_first or not letters.startswith(text, start):
            continue
        if end in ends:
            yield Run(first, end, Nearness.JOINED)
        elif sought.is_open:
            yield Run(first, end, Nearness.BEGINS)


def _nearest(sought: Sought, words: Iterable[str]) -> Nearness:
    best = Nearness.NONE
    for word in words:
        nearness = meet(sought, word).nearness
        if nearness is Nearness.SAME:
            return nearness
        best = max(best, nearness)
    return best

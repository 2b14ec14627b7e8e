"""Which of the hits come first. Pure.

The engine's order is by text and plays. The best of them are held against what was typed once more:
how near each word is, how much of the title that is, then plays and age. What was typed exactly
comes first, unless what it is like is far more played.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from origin.companion.search.matching import Nearness, meet, nearest
from origin.companion.search.typed import Joined, Sought, Typed, joined_of

RANKED_MAX: Final = 30
"""Of the hits as typed, and as many of those with a typo."""

_CLOSENESS: Final = {
    Nearness.SAME: 1.0,
    Nearness.JOINED: 0.95,
    Nearness.BEGINS: 0.9,
    Nearness.LIKE: 0.7,
    Nearness.BEGINS_LIKE: 0.55,
    Nearness.NONE: 0.4,  # in a tag or the description, then
}
_NONE: Final = Nearness.NONE
_NEARLY_SAME: Final = frozenset({Nearness.SAME, Nearness.LIKE})
"""Not what begins so: of what is being typed, most titles are not the whole yet."""

_BUT_FOR_TYPOS: Final = 0.1
"""Enough to come before the same words in another order, and behind what was typed exactly."""

_WEIGHT_OF_CLOSENESS: Final = 4.0
_WEIGHT_OF_TITLE: Final = 1.0
_WEIGHT_OF_WHOLE_TITLE: Final = 0.5
_WEIGHT_OF_SCORE: Final = 0.5
_WEIGHT_OF_PLAYS: Final = 1.0
_WEIGHT_OF_FRESHNESS: Final = 0.1
_PLAYS_OF_A_HIT: Final = 1_000_000
_FRESH_S: Final = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit; its words are folded, ``score`` is the engine's, of 1 at most among its like.

    ``joined_title`` and ``joined_others`` are words without the signs between them, ``spellings``
    the whole title without what divides it.
    """

    key: str
    title: tuple[str, ...]
    others: tuple[str, ...]
    score: float
    plays: int
    created_s: float
    joined_title: tuple[str, ...] = ()
    joined_others: tuple[str, ...] = ()
    spellings: frozenset[str] = frozenset()


def ranked(typed: Typed, candidates: Sequence[Candidate], *, now_s: float) -> list[str]:
    """Return the keys, the best first."""
    sought = typed.all_words
    as_one = joined_of(typed)
    rated = [(-_rating(sought, as_one, each, now_s), each.key) for each in candidates]
    return [key for _, key in sorted(rated)]


def _rating(
    sought: Sequence[Sought], as_one: Sequence[Joined], candidate: Candidate, now_s: float
) -> float:
    closeness, in_title = 0.0, 0
    near_title = _near(sought, as_one, candidate.title, candidate.joined_title)
    near_others = _near(sought, as_one, candidate.others, candidate.joined_others)
    for of_title, of_others in zip(near_title, near_others, strict=True):
        in_title += of_title is not Nearness.NONE
        closeness += _CLOSENESS[max(of_title, of_others)]
    closeness /= max(len(sought), 1)
    whole = _whole(sought, candidate)
    share = 1.0 if whole == 1.0 else min(in_title / max(len(candidate.title), 1), 1.0)
    plays = min(math.log1p(max(candidate.plays, 0)) / math.log1p(_PLAYS_OF_A_HIT), 1.2)
    freshness = math.exp(-max(now_s - candidate.created_s, 0.0) / _FRESH_S)
    return (
        _WEIGHT_OF_CLOSENESS * closeness
        + _WEIGHT_OF_TITLE * share
        + _WEIGHT_OF_WHOLE_TITLE * whole
        + _WEIGHT_OF_SCORE * candidate.score
        + _WEIGHT_OF_PLAYS * plays
        + _WEIGHT_OF_FRESHNESS * freshness
    )


def _whole(sought: Sequence[Sought], candidate: Candidate) -> float:
    """Return how much what is sought is the whole title: all, but for typos, or not at all."""
    texts = tuple(word.text for word in sought)
    if candidate.title == texts or "".join(texts) in candidate.spellings:
        return 1.0
    if len(candidate.title) != len(texts):
        return 0.0
    near = {meet(*pair).nearness for pair in zip(sought, candidate.title, strict=True)}
    return _BUT_FOR_TYPOS if near <= _NEARLY_SAME else 0.0


def _near(
    sought: Sequence[Sought],
    as_one: Sequence[Joined],
    words: Sequence[str],
    joined: Sequence[str],
) -> list[Nearness]:
    """Return how near each word that is sought is, by itself or with its neighbours."""
    near = [nearest(word, words, joined) for word in sought]
    for each in as_one:
        met = max((meet(each.word, word).nearness for word in (*words, *joined)), default=_NONE)
        if met >= Nearness.BEGINS:
            for place in range(each.first, each.last):
                near[place] = max(near[place], min(met, Nearness.JOINED))
    return near

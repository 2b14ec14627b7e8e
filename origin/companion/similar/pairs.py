"""Which pairs of tracks a listener's day adds, and what each weighs. Pure.

Weights are of forward decay, as in ``plays.trending``: those of later days are larger, and what
there is stays as it is. With a month of half-life they are within what a double holds for 80 years,
so that they can be added up by the database itself.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from origin.companion.catalogue.listing import BEGINNING_DAY, DAY_S

TRACKS_MAX: Final = 30
"""Of so many tracks of a listener's day pairs are made, 900 at most, whatever else is heard."""

HALF_LIFE_DAYS: Final = 30.0

Pair = tuple[str, str]


def weight_of(day: float) -> float:
    """Return what a pair of a day weighs."""
    return float(2.0 ** ((day - BEGINNING_DAY) / HALF_LIFE_DAYS))


def weight_at(now_s: float) -> float:
    """Return what a pair of this moment would weigh: 1, as it is felt now."""
    return weight_of(now_s / DAY_S)


def taken(before: Collection[str], heard: Sequence[str]) -> list[str]:
    """Return which tracks that were heard are taken, beside those that were before."""
    new = [track_id for track_id in dict.fromkeys(heard) if track_id not in before]
    return new[: max(TRACKS_MAX - len(before), 0)]


def pairs_of(before: Collection[str], new: Sequence[str]) -> Counter[Pair]:
    """Return the pairs that tracks which are new make, with themselves, each other and the rest."""
    pairs: Counter[Pair] = Counter()
    there = list(before)
    for track_id in new:
        pairs[track_id, track_id] += 1
        for other_id in there:
            pairs[track_id, other_id] += 1
            pairs[other_id, track_id] += 1
        there.append(track_id)
    return pairs

"""How close two tracks are: by who hears them, and by what is said of them. Pure.

By who hears them, it is the cosine of the two sets of listeners' days, shrunk: few days prove
little. By what is said of them it is less, however much that is, so that it decides where nobody
has heard both yet, and breaks ties where somebody has.
"""

import json
import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

from sqlalchemy import Row

from origin.companion.search.words import words_of

KEPT: Final = 32
"""More than are shown, as some will be hidden by then."""

OF_ARTIST_MAX: Final = 10
_SHRINKAGE: Final = 5.0
_ONE_LISTENER: Final = 1.0
"""What is heard by one listener on one day weighs that at most: it is theirs, and not shown."""

_SHARE_OF_CONTENT: Final = 0.25
_ARTIST, _GENRE, _TAGS, _WORDS, _LANGUAGE = 0.25, 0.3, 0.3, 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a track, as far as others can be like it."""

    track_id: str
    artist_id: str
    genre: str | None
    language: str | None
    tags: AbstractSet[str]
    words: AbstractSet[str]

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Take it from a row."""
        return cls(
            row.id,
            row.artist_id,
            row.genre,
            row.language,
            frozenset(json.loads(row.tags)),
            _words(row.title),
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """How often two were heard on one day by one listener, and the other at all: as of now."""

    together: float
    other: float


def content(one: Said, other: Said) -> float:
    """Return how much the same is said of two tracks: from 0 to 1."""
    return (
        _ARTIST * (one.artist_id == other.artist_id)
        + _GENRE * (one.genre is not None and one.genre == other.genre)
        + _LANGUAGE * (one.language is not None and one.language == other.language)
        + _TAGS * _shared(one.tags, other.tags)
        + _WORDS * _shared(one.words, other.words)
    )


def listening(own: float, heard: Heard) -> float:
    """Return how much two tracks are heard by the same: from 0, where one listener was, to 1."""
    if heard.together <= _ONE_LISTENER:
        return 0.0
    return min(heard.together / (math.sqrt(own * heard.other) + _SHRINKAGE), 1.0)


def closest(one: Said, others: Iterable[Said], own: float, heard: Mapping[str, Heard]) -> list[str]:
    """Return the ids of the closest, which come first, and of one artist not too many."""
    scores = []
    for other in others:
        by_listeners = listening(own, heard[other.track_id]) if other.track_id in heard else 0.0
        score = by_listeners + _SHARE_OF_CONTENT * content(one, other)
        if score > _SHARE_OF_CONTENT * _LANGUAGE and other.track_id != one.track_id:
            scores.append((-score, other.track_id, other.artist_id))
    kept: list[str] = []
    of_artists: dict[str, int] = {}
    for _, track_id, artist_id in sorted(scores):
        of_artists[artist_id] = of_artists.get(artist_id, 0) + 1
        if of_artists[artist_id] <= OF_ARTIST_MAX:
            kept.append(track_id)
    return kept[:KEPT]


@lru_cache(maxsize=4096)
def _words(title: str) -> AbstractSet[str]:
    """Return the words of a title: those that trend, or are new, are looked at for many others."""
    return frozenset(word.text for word in words_of(title))


def _shared(some: AbstractSet[str], others: AbstractSet[str]) -> float:
    both = len(some & others)
    return both / (len(some) + len(others) - both) if both else 0.0

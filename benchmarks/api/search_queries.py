"""What listeners type, each with what they mean: no more than ten things, so that ten can be shown.

What is meant is known by reading the whole catalogue, without our index. Queries come from another
seed than anything that was tuned.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from benchmarks.api.search_catalogue import SCRIPTS, Track

MEANT_MAX: Final = 10
_TYPO_LENGTH_MIN: Final = 5
_CANDIDATES: Final = 12
"""So many are drawn for each that is asked for: of most, more than ten things are meant."""

_VOICING: Final = "\u3099\u309a"
"""What makes か が: another letter, to those who read it."""

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Query:
    """What is typed, and the ids of what may be meant."""

    kind: str
    typed: str
    meant: frozenset[str]


@dataclass(frozen=True)
class _Draft:
    kind: str
    typed: str
    words: tuple[str, ...]


def queries(catalogue: Callable[[], Iterable[Track]], each: int, seed: int) -> list[Query]:
    """Return ``each`` queries of each kind, or as many as there are."""
    random = Random(seed)
    everything = list(catalogue())
    drafts = [
        (draft, track)
        for make in _MAKERS.values()
        for track in random.sample(everything, min(each * _CANDIDATES, len(everything)))
        for draft in make(track, random)
    ]
    holders = _holders(everything, {word for draft, _ in drafts for word in draft.words})
    made: dict[str, list[Query]] = defaultdict(list)
    names: dict[str, set[str]] = defaultdict(set)
    for track in everything:
        names[_plain(track.artist)].add(track.artist_id)
    for draft, track in drafts:
        if draft.kind == "artist":
            meant = names[_plain(track.artist)]
        else:
            meant = set.intersection(*(holders[word] for word in draft.words))
        if 0 < len(meant) <= MEANT_MAX and len(made[draft.kind]) < each:
            same = meant if draft.kind == "artist" else _like(track, meant, everything)
            made[draft.kind].append(Query(draft.kind, draft.typed, frozenset(same)))
    return [query for some in made.values() for query in some]


def _like(track: Track, meant: set[str], everything: Sequence[Track]) -> set[str]:
    """Return those that are called the same and by the same, among what may be meant."""
    numbers = (int(each[1:]) for each in meant)
    same = (everything[number] for number in numbers)
    return {each.id for each in same if (each.title, each.artist) == (track.title, track.artist)}


def _holders(everything: Iterable[Track], wanted: set[str]) -> dict[str, set[str]]:
    """Return who has each word, or one that begins like it where it ends with a star."""
    beginnings = {word[:-1] for word in wanted if word.endswith("*")}
    lengths = {len(beginning) for beginning in beginnings}
    holders: dict[str, set[str]] = defaultdict(set)
    for track in everything:
        for word in _words(f"{track.title} {track.artist}"):
            if word in wanted:
                holders[word].add(track.id)
            for length in lengths:
                if length <= len(word) and word[:length] in beginnings:
                    holders[f"{word[:length]}*"].add(track.id)
    return holders


def _plain(text: str) -> str:
    """Fold as simply as can be: by other code than what is measured."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in apart if not unicodedata.combining(c) or c in _VOICING)
    return unicodedata.normalize("NFC", kept).replace("ø", "o")


def _words(text: str) -> list[str]:
    return _plain(text).split()


def _exact(track: Track, _: Random) -> Iterator[_Draft]:
    if SCRIPTS[track.script].is_spaced:
        words = _words(track.title)
        yield _Draft("exact", track.title, tuple(words))


def _artist(track: Track, _: Random) -> Iterator[_Draft]:
    yield _Draft("artist", track.artist, ())


def _prefix(track: Track, random: Random) -> Iterator[_Draft]:
    words = _words(track.title)
    if not SCRIPTS[track.script].is_spaced or len(words[-1]) < _TYPO_LENGTH_MIN:
        return
    last = words[-1][: random.randint(3, len(words[-1]) - 1)]
    typed = " ".join([*words[:-1], last])
    yield _Draft("prefix", typed, (*words[:-1], f"{last}*"))


def _one_typo(track: Track, random: Random) -> Iterator[_Draft]:
    words = _words(track.title)
    if track.script == 0 and (typed := _mistyped(words, random)):
        yield _Draft("one typo", typed, tuple(words))


def _two_words(track: Track, random: Random) -> Iterator[_Draft]:
    words = [random.choice(_words(track.title)), random.choice(_words(track.artist))]
    if track.script == 0 and len(set(words)) > 1 and (typed := _mistyped(words, random)):
        yield _Draft("two words with a typo", typed, tuple(words))


def _non_ascii(track: Track, random: Random) -> Iterator[_Draft]:
    if track.title.isascii():
        return
    words = _words(track.title)
    typed = random.choice((track.title, _plain(track.title)))
    yield _Draft("non-ASCII", typed, tuple(words))


_MAKERS: Final = {
    "exact": _exact,
    "artist": _artist,
    "prefix": _prefix,
    "one typo": _one_typo,
    "two words": _two_words,
    "non-ASCII": _non_ascii,
}


def _mistyped(words: Sequence[str], random: Random) -> str | None:
    """Return words with one typo, None where all are too short for one."""
    long = [place for place, word in enumerate(words) if len(word) >= _TYPO_LENGTH_MIN]
    if not long:
        return None
    typed, place = list(words), random.choice(long)
    typed[place] = _with_typo(words[place], random)
    return " ".join(typed)


def _with_typo(word: str, random: Random) -> str:
    """Return a word with a letter too many, too few, another, or two that changed places."""
    while True:
        at = random.randrange(1, len(word) - 1)
        letter = random.choice(_LETTERS)
        typed = random.choice(
            (
                word[:at] + letter + word[at:],
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            )
        )
        if typed != word:
            return typed

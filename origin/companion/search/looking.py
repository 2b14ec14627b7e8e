"""Looking in an index: exact first, and for what is like it where that finds little.

Whether something finds little is told without filters: they narrow what is found without them, so
that facets count what filtering gives.

All of this is in the engine, which does not hold the interpreter: it is called in threads.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from tantivy import Query, Searcher

from origin.companion.search.matching import TYPO_LENGTH_MIN
from origin.companion.search.questions import Filters, Questions
from origin.companion.search.respacing import entries_with, respacings
from origin.companion.search.typed import Typed

Asking = Callable[[Filters], Query]
"""Makes a question, whatever its hits have to be beside."""

LITTLE: Final = 3
_RARE_MIN: Final = 3
_RARE_SHARE: Final = 20_000
"""A word that is in one of so many entries may be meant to be another."""

_MOST_OF_MIN: Final = 3
_FACETS_MAX: Final = 20
_COUNT: Final = {"of_all": {"value_count": {"field": "popularity"}}}
"""Each entry has one, and counting them rates none, which a search does."""

_FACETS: Final = ("kind", "genre", "language", "year", "duration")


@dataclass(frozen=True, slots=True)
class Hit:
    """A key, how well the engine likes it, and how popular it is."""

    key: str
    score: float
    popularity: int


@dataclass(frozen=True, slots=True)
class Found:
    """Hits as typed, and those with a typo, which may have the same ones; the best first.

    ``facets`` has counts by value by field.
    """

    exact: list[Hit]
    like: list[Hit]
    total: int
    facets: Mapping[str, Mapping[str, int]]


def look(
    searcher: Searcher,
    questions: Questions,
    typed: Typed,
    filters: Filters,
    *,
    depth: int,
    with_facets: bool,
) -> Found:
    """Return the best ``depth`` hits of each kind."""
    asking: Asking = partial(questions.exact, typed)
    exact, total = _best(searcher, asking(filters), depth)
    everything = total if total >= LITTLE else _of_all(searcher, asking, filters, total)
    like: list[Hit] = []
    hits = exact
    narrower: Asking | None = None
    for wider in _respaced_or_wider(searcher, questions, typed, everything):
        if narrower and _of_all(searcher, narrower, filters, total) > everything:
            break  # that is what is meant, even if nothing more of it fits
        like, like_total = _best(searcher, wider(filters), depth)
        if like_total > total:
            asking, total, hits = wider, like_total, like
            break
        narrower = wider
    if not with_facets:
        return Found(exact, like, total, {})
    # Where all are at hand, nothing needs to be looked for once more, which takes as long again.
    counted = asking(filters) if total > len(hits) else questions.keys([hit.key for hit in hits])
    return Found(exact, like, total, _counted(searcher, counted))


def begun(searcher: Searcher, questions: Questions, typed: Typed, *, depth: int) -> list[str]:
    """Return keys of what begins as somebody types; with a typo, only where nothing else does."""
    found, _ = _best(searcher, questions.exact(typed, Filters()), depth)
    if not found:
        for wider in _respaced_or_wider(searcher, questions, typed, 0):
            found, _ = _best(searcher, wider(Filters()), depth)
            if found:
                break
    return [hit.key for hit in found]


def _respaced_or_wider(
    searcher: Searcher, questions: Questions, typed: Typed, total: int
) -> Iterator[Asking]:
    """Yield wider questions, each also for what was typed with its spaces elsewhere."""
    rare = None if total < LITTLE else max(_RARE_MIN, searcher.num_docs // _RARE_SHARE)
    spaced = [
        partial(questions.respaced, typed, respaced=each)
        for each in respacings(searcher, typed, rare)
    ]
    none_is_wider = True
    for wider in _wider(searcher, questions, typed, total):
        none_is_wider = False
        yield _any_of(questions, [wider, *spaced]) if spaced else wider
    if spaced and none_is_wider:
        yield _any_of(questions, [partial(questions.exact, typed), *spaced])


def _any_of(questions: Questions, some: Sequence[Asking]) -> Asking:
    return lambda filters: questions.any_of([each(filters) for each in some])


def _best(searcher: Searcher, question: Query, depth: int) -> tuple[list[Hit], int]:
    result: Any = searcher.search(question, depth, count=True, weight_by_field="popularity")
    addresses = [address for _, address in result.hits]
    popularities = searcher.fast_field_values("popularity", addresses)
    hits = [
        Hit(searcher.doc(address).get_first("key") or "", score, int(popularity or 0))
        for (score, address), popularity in zip(result.hits, popularities, strict=True)
    ]
    return hits, result.count


def _of_all(searcher: Searcher, asking: Asking, filters: Filters, total: int) -> int:
    """Return how many there are without filters; ``total`` of them fit."""
    if not filters.terms():
        return total
    told = searcher.aggregate(asking(Filters()), _COUNT)
    return int(told["of_all"]["value"])


def _wider(searcher: Searcher, questions: Questions, typed: Typed, total: int) -> Iterator[Asking]:
    """Yield wider and wider questions: few words have a typo, and all that is like each is much."""
    rare = max(_RARE_MIN, searcher.num_docs // _RARE_SHARE)
    doubtful = [
        word
        for word in typed.words
        if len(word.text) >= TYPO_LENGTH_MIN and entries_with(searcher, word) <= rare
    ]
    if doubtful:
        yield partial(questions.like, typed, doubtful=doubtful)
    if total < LITTLE and len(doubtful) < len(typed.words):
        yield partial(questions.like, typed, doubtful=typed.words)
    if not total and len(typed.words) >= _MOST_OF_MIN:
        yield partial(questions.most, typed)


def _counted(searcher: Searcher, question: Query) -> dict[str, dict[str, int]]:
    asked = {field: {"terms": {"field": field, "size": _FACETS_MAX}} for field in _FACETS}
    told = searcher.aggregate(question, asked)
    return {
        field: {_said(each["key"]): each["doc_count"] for each in told[field]["buckets"]}
        for field in _FACETS
    }


def _said(value: str | float) -> str:
    return value if isinstance(value, str) else str(int(value))

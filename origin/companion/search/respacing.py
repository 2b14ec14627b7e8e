"""A space too many or too few: what was typed, with its spaces elsewhere.

Only words that the index has are made of it, which is quickly asked, and few: each is a question.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from tantivy import Searcher

from origin.companion.search.questions import Respaced
from origin.companion.search.typed import Sought, Typed, joined_of
from origin.companion.search.words import is_unspaced

RESPACED_MAX: Final = 12
"""Of one word, or two; the more words were typed, the more each of these asks for."""

_PAIR: Final = 2
SPLIT_WORDS_MAX: Final = 2
SPLIT_LENGTH_MAX: Final = 48
SPLIT_IN_THREE_LENGTH_MAX: Final = 24
"""Of the words that are split: longer ones have too many parts."""

_SPLIT_LENGTH_MIN: Final = 4
_PARTS_MAX: Final = 3
_BEGINNINGS_COUNTED: Final = 20


def respacings(searcher: Searcher, typed: Typed, rare: int | None) -> list[Respaced]:
    """Return what may be meant; with ``rare``, only words that so few entries have are doubted."""
    count = cache(lambda word: entries_with(searcher, word))
    doubted = [rare is None or count(word) <= rare for word in typed.words]
    if not any(doubted):
        return []
    found = list(_joined(typed, doubted, count))
    places = [place for place, is_doubted in enumerate(doubted) if is_doubted]
    for place in sorted(places, key=lambda each: count(typed.words[each]))[:SPLIT_WORDS_MAX]:
        others = (*typed.words[:place], *typed.words[place + 1 :])
        word = typed.words[place]
        found += [Respaced(others, parts, word.is_open) for parts in _splits(searcher, word)]
    return found[: max(RESPACED_MAX * _PAIR // max(len(typed.words), _PAIR), _PAIR)]


def entries_with(searcher: Searcher, word: Sought) -> int:
    """Return about how many entries have a word in a name."""
    return sum(_entries_in(searcher, field, word) for field in ("names", "joined"))


def _entries_in(searcher: Searcher, field: str, word: Sought) -> int:
    if not word.is_open:
        return searcher.doc_freq(field, word.text)
    beginnings = searcher.terms_with_prefix(field, word.text, limit=_BEGINNINGS_COUNTED)
    return sum(count for _, count in beginnings)


def _joined(
    typed: Typed, doubted: list[bool], count: Callable[[Sought], int]
) -> Iterator[Respaced]:
    """Yield neighbours as one word."""
    for each in joined_of(typed):
        if any(doubted[each.first : each.last]) and count(each.word):
            yield Respaced((*typed.words[: each.first], each.word, *typed.words[each.last :]))


def _splits(searcher: Searcher, word: Sought) -> list[tuple[str, ...]]:
    """Return the best ways to part a word in words of names: few parts, none of them rare."""
    if not _SPLIT_LENGTH_MIN <= len(word.text) <= SPLIT_LENGTH_MAX or is_unspaced(word.text):
        return []

    @cache
    def frequency(text: str) -> int:
        return searcher.doc_freq("names", text)

    @cache
    def frequency_of_last(text: str) -> int:
        return _entries_in(searcher, "names", Sought(text, word.is_open))

    def parted(text: str, parts_max: int) -> Iterator[tuple[str, ...]]:
        if frequency_of_last(text):
            yield (text,)
        for place in range(1, len(text) if parts_max > 1 else 0):
            if frequency(text[:place]):
                for rest in parted(text[place:], parts_max - 1):
                    yield text[:place], *rest

    parts_max = _PARTS_MAX if len(word.text) <= SPLIT_IN_THREE_LENGTH_MAX else _PAIR
    ways = [parts for parts in parted(word.text, parts_max) if len(parts) > 1]
    return sorted(
        ways,
        key=lambda parts: (
            len(parts),
            -min(*map(frequency, parts[:-1]), frequency_of_last(parts[-1])),
        ),
    )[:RESPACED_MAX]

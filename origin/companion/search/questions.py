"""From words to what the engine is asked. Nothing that was typed is parsed by the engine.

A word in the title weighs most, then in the names (title, artist, album), also where signs divide
it there, the tags and the description. All words have to be there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from tantivy import Occur, Query, Schema

from origin.companion.search.entries import Duration, Kind, primary_language
from origin.companion.search.hangul import pairs_of
from origin.companion.search.matching import TYPO_LENGTH_MIN
from origin.companion.search.schema import INITIALS_MAX
from origin.companion.search.typed import Sought, Typed

_WEIGHTS: Final = {"title": 3.0, "names": 1.5, "tags": 0.8, "description": 0.3}
_WEIGHT_OF_JOINED: Final = 1.2
_WITH_PHRASES: Final = {"title": 3.0, "names": 1.5, "description": 0.3}
_BEGINS: Final = 6.0
_LIKE: Final = 3.0
"""The engine rates all that begin, or are, like a word alike: about as a usual word's rating."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What hits have to be, beside having the words."""

    kind: Kind | None = None
    genre: str | None = None
    language: str | None = None
    year: int | None = None
    duration: Duration | None = None

    def terms(self) -> dict[str, str | int]:
        """Return each field that is asked for, and its value in the index."""
        asked: dict[str, str | int | None] = {
            "kind": self.kind and self.kind.value,
            "genre": self.genre,
            "language": None if self.language is None else primary_language(self.language),
            "year": self.year,
            "duration": self.duration and self.duration.value,
        }
        return {field: value for field, value in asked.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Respaced:
    """What was typed with its spaces elsewhere: words, and parts of one that are neighbours.

    The last part may be unfinished where it ``is_open``.
    """

    words: tuple[Sought, ...]
    parts: tuple[str, ...] = ()
    is_open: bool = False


class Questions:
    """Makes questions for an index of a schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def exact(self, typed: Typed, filters: Filters) -> Query:
        """Ask for all words as they were typed."""
        return self._all([*map(self._word, typed.words), *self._phrases(typed)], filters)

    def like(self, typed: Typed, filters: Filters, doubtful: Collection[Sought]) -> Query:
        """Ask for all words, or for what is one edit away of doubtful ones.

        Phrases are meant as they are.
        """
        words = [self._like(word) if word in doubtful else self._word(word) for word in typed.words]
        return self._all([*words, *self._phrases(typed)], filters)

    def most(self, typed: Typed, filters: Filters) -> Query:
        """Ask for all words but one, or those that are one edit away."""
        words = [(Occur.Should, self._like(word)) for word in typed.words]
        some = Query.boolean_query(words, minimum_number_should_match=len(words) - 1)
        return self._all([some, *self._phrases(typed)], filters)

    def respaced(self, typed: Typed, filters: Filters, respaced: Respaced) -> Query:
        """Ask for all words with their spaces elsewhere."""
        words = [self._word(word) for word in respaced.words]
        if respaced.parts:
            words.append(self._parts(respaced.parts, is_open=respaced.is_open))
        return self._all([*words, *self._phrases(typed)], filters)

    def keys(self, keys: Sequence[str]) -> Query:
        """Ask for entries by their keys, each of which there is once."""
        some = [Query.term_query(self._schema, "key", key, "basic") for key in keys]
        return Query.boolean_query([(Occur.Should, query) for query in some])

    def any_of(self, questions: Sequence[Query]) -> Query:
        """Ask for what any of the questions finds."""
        return Query.disjunction_max_query(questions)

    def _parts(self, parts: Sequence[str], *, is_open: bool) -> Query:
        words: list[str | tuple[int, str]] = list(parts)
        ways = [Query.phrase_query(self._schema, "names", words)]
        if is_open:
            ways.append(Query.phrase_prefix_query(self._schema, "names", words))
        return Query.disjunction_max_query(ways)

    def _all(self, queries: Sequence[Query], filters: Filters) -> Query:
        only = [
            Query.const_score_query(Query.term_query(self._schema, field, value, "basic"), 0.0)
            for field, value in filters.terms().items()
        ]
        return Query.boolean_query([(Occur.Must, query) for query in (*queries, *only)])

    def _word(self, word: Sought) -> Query:
        return Query.disjunction_max_query(self._as_typed(word))

    def _like(self, word: Sought) -> Query:
        ways = self._as_typed(word)
        if len(word.text) >= TYPO_LENGTH_MIN:
            ways += self._near(word, 1, _LIKE)
        return Query.disjunction_max_query(ways)

    def _as_typed(self, word: Sought) -> list[Query]:
        joined = Query.term_query(self._schema, "joined", word.text)
        ways = [*self._as_written(word.text), Query.boost_query(joined, _WEIGHT_OF_JOINED)]
        if word.is_open and len(word.text) <= INITIALS_MAX:
            ways.append(self._initials(word.text))
        elif word.is_open:
            ways += self._near(word, 0, _BEGINS)
        if pairs := pairs_of(word.text):
            ways.append(self._within(pairs, is_open=word.is_open))
        return ways

    def _within(self, pairs: list[str], *, is_open: bool) -> Query:
        """Ask for pairs of syllables that stand together; the last may be unfinished."""
        if len(pairs) > 1:
            words: list[str | tuple[int, str]] = list(pairs)
            phrase = Query.phrase_prefix_query if is_open else Query.phrase_query
            return phrase(self._schema, "hangul", words)
        if is_open:
            return Query.fuzzy_term_query(self._schema, "hangul", pairs[0], distance=0, prefix=True)
        return Query.term_query(self._schema, "hangul", pairs[0])

    def _initials(self, text: str) -> Query:
        """Ask for what has a word that begins so, whichever it is."""
        asked = Query.term_query(self._schema, "initials", text, "basic")
        return Query.const_score_query(asked, _BEGINS)

    def _as_written(self, text: str) -> list[Query]:
        return [
            Query.boost_query(Query.term_query(self._schema, field, text), weight)
            for field, weight in _WEIGHTS.items()
        ]

    def _near(self, word: Sought, edits: int, weight: float) -> list[Query]:
        """Ask for what is so many edits away, or begins so where it may be a beginning."""
        return [
            Query.boost_query(
                Query.fuzzy_term_query(
                    self._schema, field, word.text, distance=edits, prefix=word.is_open
                ),
                weight,
            )
            for field in ("names", "joined")
        ]

    def _phrases(self, typed: Typed) -> list[Query]:
        return [
            Query.disjunction_max_query(self._as_written(phrase[0]))
            if len(phrase) == 1
            else self._phrase(phrase)
            for phrase in typed.phrases
        ]

    def _phrase(self, phrase: tuple[str, ...]) -> Query:
        return Query.disjunction_max_query(
            [
                Query.boost_query(Query.phrase_query(self._schema, field, list(phrase)), weight)
                for field, weight in _WITH_PHRASES.items()
            ]
        )

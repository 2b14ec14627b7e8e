"""Finding: in the index, then in the rows, then ranked; in the rows alone where there is no index.

A page is cut from one list: the best of both ways of looking, ranked, and behind them all others in
the engine's order. Each key is held against its row before it is shown, so that a page knows
nothing that its reader may not, however old the index is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Row
from tantivy import Searcher

from origin.companion.database import Database
from origin.companion.search import fallback, rows
from origin.companion.search.entries import Kind, duration_of, plays_of, primary_language
from origin.companion.search.errors import IndexMissing
from origin.companion.search.folding import plain
from origin.companion.search.index import Reader
from origin.companion.search.looking import Found, Hit, begun, look
from origin.companion.search.names import begins, name_of
from origin.companion.search.patience import Patience, in_time
from origin.companion.search.questions import Filters, Questions
from origin.companion.search.ranking import RANKED_MAX, Candidate, ranked
from origin.companion.search.suggestions import Suggestions
from origin.companion.search.typed import Typed, read_typed

OFFSET_MAX: Final = 1_000
SUGGESTED: Final = 10
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what was found; ``next_offset`` is None at its end."""

    rows: Sequence[Row[Any]]
    total: int
    next_offset: int | None
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_degraded: bool = False


class Finding:
    """Finds over rows and an index; without a ``reader``, over rows alone."""

    def __init__(
        self,
        database: Database,
        reader: Reader | None = None,
        suggestions: Suggestions | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._database = database
        self._reader = reader
        self._suggestions = suggestions
        self._patience = patience or Patience()

    @property
    def has_index(self) -> bool:
        """Whether there is an index to read now."""
        return self._reader is not None and self._reader.is_open

    async def find(
        self,
        typed: Typed,
        filters: Filters,
        *,
        offset: int,
        limit: int,
        now_s: float,
        with_facets: bool = False,
    ) -> Part:
        """Return the part of what is found that begins at an offset; raises SearchBusy."""
        if typed.is_nothing:
            return Part([], 0, None)
        work = partial(
            look,
            typed=typed,
            filters=filters,
            depth=max(RANKED_MAX, offset + 2 * limit),
            with_facets=with_facets,
        )
        async with in_time(self._patience.whole_s):
            try:
                found = await self._ask_index(work)
            except IndexMissing:
                return await self._find_in_rows(typed, filters, offset, limit, now_s)
            fallback.forget()
            return await self._part(typed, found, offset, limit, now_s)

    async def _ask_index(self, work: Callable[[Searcher, Questions], _T]) -> _T:
        if self._reader is None:
            raise IndexMissing
        return await self._reader.ask(work, self._patience.index_s)

    async def _part(
        self, typed: Typed, found: Found, offset: int, limit: int, now_s: float
    ) -> Part:
        best = _distinct(found.exact[:RANKED_MAX], found.like[:RANKED_MAX])
        others = _distinct(found.exact[RANKED_MAX:], found.like[RANKED_MAX:])
        tail = [key for key in others if key not in best]
        tail_from = max(offset - len(best), 0)
        head = list(best) if offset < len(best) else []
        checked = tail[tail_from : tail_from + 2 * limit]
        there = await self._there([*head, *checked])
        candidates = [_candidate(best[key], there[key]) for key in head if key in there]
        shown = ranked(typed, candidates, now_s=now_s)[offset : offset + limit] if head else []
        position = min(offset + limit, len(best)) if head else offset
        for key in checked:
            if len(shown) == limit:
                break
            position = max(position, len(best)) + 1
            if key in there:
                shown.append(key)
        has_more = position < len(best) + len(tail)
        following = position if has_more and position < OFFSET_MAX else None
        return Part([there[key] for key in shown], found.total, following, found.facets)

    async def _find_in_rows(
        self, typed: Typed, filters: Filters, offset: int, limit: int, now_s: float
    ) -> Part:
        async with self._database.look_now() as connection:
            keys = await fallback.keys(connection, typed, filters.kind)
            there = await rows.hits(connection, keys)
        fitting = {key: row for key, row in there.items() if _fits(row, filters)}
        candidates = [_candidate(Hit(key, 0.0, 0), row) for key, row in fitting.items()]
        order = ranked(typed, candidates, now_s=now_s)
        end = offset + limit
        shown = [fitting[key] for key in order[offset:end]]
        following = end if end < min(len(order), OFFSET_MAX) else None
        return Part(shown, len(order), following, is_degraded=True)

    async def suggest(self, text: str, *, now_s: float) -> Part:
        """Return what begins as somebody types, what is played most first; raises SearchBusy."""
        async with in_time(self._patience.whole_s):
            return await self._suggest(text, now_s)

    async def _suggest(self, text: str, now_s: float) -> Part:
        typed = read_typed(text)
        prefix = plain(text)
        listed = [] if self._suggestions is None else self._suggestions.of(prefix)
        if len(listed) >= SUGGESTED or typed.is_nothing:
            there = await self._there(listed)
            shown = _with_other_names(list(there.values()))
            if len(shown) >= SUGGESTED or typed.is_nothing:
                return Part(shown[:SUGGESTED], len(shown), None)
        first, others, is_degraded = await self._begun(typed, listed, now_s)
        # A track whose artist is called so comes behind the artist.
        by_name = sorted(others, key=lambda row: not begins(row.title, prefix))
        shown = _with_other_names([*first, *by_name])
        return Part(shown[:SUGGESTED], len(shown), None, is_degraded=is_degraded)

    async def _begun(
        self, typed: Typed, listed: Sequence[str], now_s: float
    ) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]], bool]:
        """Return what is listed, what else begins so, and whether that is without an index.

        It is in the engine's order: for each key pressed, that must do. All rows are one look.
        """
        try:
            begun_so = await self._ask_index(partial(begun, typed=typed, depth=2 * SUGGESTED))
        except IndexMissing:
            first = await self._there(listed)
            more = await self._find_in_rows(typed, Filters(), 0, SUGGESTED, now_s)
            return list(first.values()), more.rows, True
        there = await self._there(list(dict.fromkeys((*listed, *begun_so))))
        first = {key: there.pop(key) for key in listed if key in there}
        return list(first.values()), list(there.values()), False

    async def _there(self, keys: Sequence[str]) -> dict[str, Row[Any]]:
        """Return the rows of those that may be found now, in the order of the keys."""
        async with self._database.look_now() as connection:
            found = await rows.hits(connection, keys)
        return {key: found[key] for key in keys if key in found}


def _distinct(exact: Iterable[Hit], like: Iterable[Hit]) -> dict[str, Hit]:
    """Return hits by key, each with its score among its like, 1 at most."""
    found: dict[str, Hit] = {}
    for some in (list(exact), list(like)):
        most = max((hit.score for hit in some), default=0.0) or 1.0
        for hit in some:
            found.setdefault(hit.key, Hit(hit.key, hit.score / most, hit.popularity))
    return found


def _candidate(hit: Hit, row: Row[Any]) -> Candidate:
    title, artist, album = map(name_of, (row.title, row.artist, row.album))
    return Candidate(
        hit.key,
        title.texts,
        artist.texts + album.texts,
        hit.score,
        plays_of(hit.popularity),
        row.created_s,
        title.joined_texts,
        artist.joined_texts + album.joined_texts,
        title.spellings,
    )


def _fits(row: Row[Any], filters: Filters) -> bool:
    said: dict[str, object] = {
        "kind": row.kind,
        "genre": row.genre,
        "language": row.language and primary_language(row.language),
        "year": int(row.released_on[:4]) if row.released_on else None,
        "duration": None if row.duration_s is None else duration_of(row.duration_s).value,
    }
    return all(said[name] == value for name, value in filters.terms().items())


def _with_other_names(some: Sequence[Row[Any]]) -> list[Row[Any]]:
    """Return the first of those that are called the same."""
    named: dict[tuple[Kind, str], Row[Any]] = {}
    for row in some:
        named.setdefault((row.kind, plain(row.title)), row)
    return list(named.values())

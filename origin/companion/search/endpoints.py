"""Search over HTTP."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row

from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody
from origin.companion.caching.policy import by_time
from origin.companion.catalogue.cover import Cover
from origin.companion.catalogue.tracks.given import pictures_of
from origin.companion.search import kept
from origin.companion.search.errors import CursorGone, SearchBusy
from origin.companion.search.finding import OFFSET_MAX, Finding
from origin.companion.search.highlights import marked
from origin.companion.search.models import (
    FacetCount,
    Facets,
    Highlights,
    Named,
    SearchAsked,
    SearchHit,
    SearchPage,
    SuggestAsked,
    Suggestion,
    SuggestionList,
)
from origin.companion.search.questions import Filters
from origin.companion.search.schema import SCHEMA
from origin.companion.search.typed import Typed, read_typed

_WITHOUT_INDEX: Final = -1


class Searching:
    """The endpoints."""

    def __init__(self, finding: Finding) -> None:
        self._finding = finding

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="GET", path="/v1/search", name="search", tag="search",
                summary="Find tracks, artists and albums", handle=self.search,
                query=SearchAsked, gives=SearchPage, raises=(CursorGone, SearchBusy),
                kept=by_time(kept.of_hits),
            ),
            Endpoint(
                method="GET", path="/v1/search/suggest", name="suggest", tag="search",
                summary="Suggest names while somebody types", handle=self.suggest,
                query=SuggestAsked, gives=SuggestionList, raises=(SearchBusy,),
                kept=by_time(kept.of_suggestions),
            ),
        ]  # fmt: skip

    async def search(self, call: Call[SearchAsked, NoBody]) -> Answer:
        """Accents, case and one typo a word do not matter.

        A cursor is good for the same search, for the first 1,000 hits, on every machine and while
        things change: then a hit may come twice, or not at all. It is gone when the order is
        another: after an update of the program, or when an index was made meanwhile.
        """
        asked = call.query
        typed = read_typed(asked.q)
        filters = Filters(asked.kind, asked.genre, asked.language, asked.year, asked.duration)
        digest = _digest(asked)
        offset = 0 if asked.cursor is None else self._offset(asked.cursor, digest)
        part = await self._finding.find(
            typed,
            filters,
            offset=offset,
            limit=asked.limit,
            now_s=call.now_s,
            with_facets=asked.cursor is None,
        )
        generation = _WITHOUT_INDEX if part.is_degraded else SCHEMA
        on = part.next_offset
        return Answer(
            SearchPage(
                items=[_hit(row, typed) for row in part.rows],
                next=None if on is None else cursor.write((digest, generation, on)),
                total=part.total,
                facets=_facets(part.facets) if asked.cursor is None else None,
                degraded=part.is_degraded,
            ),
            is_makeshift=part.is_degraded,
        )

    async def suggest(self, call: Call[SuggestAsked, NoBody]) -> Answer:
        """For each key that is pressed: names of what is public, by their first characters."""
        typed = read_typed(call.query.q)
        part = await self._finding.suggest(call.query.q, now_s=call.now_s)
        items = [
            Suggestion(
                kind=row.kind,
                id=row.id,
                text=row.title,
                artist=row.artist,
                highlights=marked((row.title, row.artist), typed)[0],
            )
            for row in part.rows
        ]
        return Answer(
            SuggestionList(items=items, degraded=part.is_degraded), is_makeshift=part.is_degraded
        )

    def _offset(self, text: str, digest: str) -> int:
        told, generation, offset = cursor.read(text, (str, int, int))
        if told != digest:
            raise cursor.CursorUnknown
        if not 0 < int(offset) <= OFFSET_MAX:
            raise cursor.CursorUnknown
        now = SCHEMA if self._finding.has_index else _WITHOUT_INDEX
        if generation != now:
            raise CursorGone
        return int(offset)


def _digest(asked: SearchAsked) -> str:
    """Return what names a search, whichever page of it."""
    said = asked.model_dump(mode="json", exclude={"limit", "cursor"})
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _hit(row: Row[Any], typed: Typed) -> SearchHit:
    cover = Cover.shown(row.artwork, row.cover)
    return SearchHit(
        kind=row.kind,
        id=row.id,
        title=row.title,
        artist=None if row.artist is None else Named(id=row.artist_id, name=row.artist),
        album=None if row.album is None else Named(id=row.album_id, name=row.album),
        genre=row.genre,
        language=row.language,
        explicit=row.explicit,
        duration_s=row.duration_s,
        released_on=row.released_on,
        asset_id=row.asset_id,
        playback_id=row.playback_id,
        artwork=pictures_of(cover),
        placeholder=cover.placeholder,
        highlights=_marked(row, typed),
    )


def _marked(row: Row[Any], typed: Typed) -> Highlights:
    title, artist, album = marked((row.title, row.artist, row.album), typed)
    return Highlights(title=title, artist=artist, album=album)


def _facets(counted: Mapping[str, Mapping[str, int]]) -> Facets:
    def counts(name: str) -> list[FacetCount]:
        return [FacetCount(value=v, count=n) for v, n in counted.get(name, {}).items()]

    return Facets(
        kind=counts("kind"),
        genre=counts("genre"),
        language=counts("language"),
        year=counts("year"),
        duration=counts("duration"),
    )

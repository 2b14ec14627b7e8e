"""Which tracks may be similar to one by what is said of them: a few by each, from indexes.

Of a genre, those that trend, and those that were published just before it and just after, so that
not all of a genre are similar to the same few.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.tables import track_tags, tracks
from origin.companion.similar.closeness import Said

_OF_EACH: Final = 24
_TAGS_MAX: Final = 5
_COLUMNS: Final = (
    tracks.c.id,
    tracks.c.artist_id,
    tracks.c.genre,
    tracks.c.tags,
    tracks.c.language,
    tracks.c.title,
    tracks.c.listed_s,
)
_IS_LISTED: Final = tracks.c.listed_s.is_not(None)


def of_track(track_id: str) -> Select[Any]:
    """Return the query of a track, listed or not, that was not deleted."""
    return select(*_COLUMNS).where(tracks.c.id == track_id, tracks.c.deleted_s.is_(None))


def by_content(one: Said, listed_s: float) -> Iterator[Select[Any]]:
    """Yield the queries of tracks that may be like one which was published at some time."""
    yield _best(tracks.c.artist_id == one.artist_id, tracks.c.listed_s)
    if one.genre is not None:
        of_genre = tracks.c.genre == one.genre
        place = tuple_(tracks.c.listed_s, tracks.c.id)
        own = (listed_s, one.track_id)
        yield _best(of_genre, tracks.c.trending)
        yield _best(of_genre & (place < own), tracks.c.listed_s)
        after = select(*_COLUMNS).where(_IS_LISTED, of_genre, place > own)
        yield after.order_by(tracks.c.listed_s, tracks.c.id).limit(_OF_EACH)
    for tag in sorted(one.tags)[:_TAGS_MAX]:
        yield _tagged(tag)


def among(ids: Collection[str]) -> Select[Any]:
    """Return the query of those of some tracks that are listed."""
    return select(*_COLUMNS).where(tracks.c.id.in_(ids), _IS_LISTED)


async def read(
    connection: AsyncConnection, one: Said, listed_s: float, partners: Collection[str]
) -> list[Said]:
    """Return what may be similar to a track: by content, and those it was heard with."""
    found: dict[str, Row[Any]] = {}
    for query in by_content(one, listed_s):
        found |= {row.id: row for row in await _rows(connection, query)}
    rest = [each for each in partners if each not in found]
    if rest:
        listed = among(rest)
        found |= {row.id: row for row in await _rows(connection, listed)}
    return [Said.of(row) for row in found.values()]


def _best(condition: ColumnElement[bool], by: ColumnElement[Any]) -> Select[Any]:
    rows = select(*_COLUMNS).where(_IS_LISTED, condition)
    return rows.order_by(by.desc(), tracks.c.id.desc()).limit(_OF_EACH)


def _tagged(tag: str) -> Select[Any]:
    order = (track_tags.c.listed_s.desc(), track_tags.c.track_id.desc())
    return (
        select(*_COLUMNS)
        .join(track_tags, track_tags.c.track_id == tracks.c.id)
        .where(track_tags.c.tag == tag, track_tags.c.listed_s.is_not(None))
        .order_by(*order)
        .limit(_OF_EACH)
    )


async def _rows(connection: AsyncConnection, query: Select[Any]) -> Sequence[Row[Any]]:
    found: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return found

"""Rows that can be found, as entries for the index and as hits to show.

What can be found is what is listed and has an artist: ``_PUBLIC`` is the one place that says so. A
track that does not play, or not yet, is in the index and is not shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    CompoundSelect,
    Double,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.tables import albums, artists, track_tags, tracks
from origin.companion.identity.rules import Visibility
from origin.companion.search.entries import Entry, Kind, key_of, kind_and_id
from packager.queue.assets import IS_PLAYING
from packager.queue.tables import assets

_TABLES: Final = {Kind.TRACK: tracks, Kind.ARTIST: artists, Kind.ALBUM: albums}


def listed(table: Any) -> ColumnElement[bool]:
    """Tell what is in public lists: that has an index, and is held against what it follows from."""
    return and_(
        table.c.listed_s.is_not(None),
        table.c.visibility == Visibility.PUBLIC,
        table.c.deleted_s.is_(None),
    )


_ARTIST_IS_THERE: Final = artists.c.deleted_s.is_(None)
_PUBLIC: Final[Mapping[Kind, ColumnElement[bool]]] = {
    Kind.TRACK: and_(listed(tracks), _ARTIST_IS_THERE),
    Kind.ARTIST: _ARTIST_IS_THERE,
    Kind.ALBUM: and_(listed(albums), _ARTIST_IS_THERE),
}
_TRACKS: Final = (
    tracks.join(artists, artists.c.id == tracks.c.artist_id)
    .outerjoin(albums, and_(albums.c.id == tracks.c.album_id, listed(albums)))
    .outerjoin(assets, assets.c.asset_id == tracks.c.asset_id)
)
_ALBUMS: Final = albums.join(artists, artists.c.id == albums.c.artist_id)


def _none(kind: Any) -> Any:
    return cast(null(), kind)


_HITS: Final[Mapping[Kind, Select[Any]]] = {
    Kind.TRACK: select(
        literal(Kind.TRACK.value, String).label("kind"), tracks.c.id, tracks.c.title,
        artists.c.id.label("artist_id"), artists.c.name.label("artist"),
        albums.c.id.label("album_id"), albums.c.title.label("album"),
        tracks.c.genre, tracks.c.language, tracks.c.explicit, tracks.c.duration_s,
        tracks.c.released_on, tracks.c.created_s, tracks.c.asset_id,
        assets.c.playback_id, tracks.c.artwork, tracks.c.cover,
    ).select_from(_TRACKS).where(_PUBLIC[Kind.TRACK]),
    Kind.ARTIST: select(
        literal(Kind.ARTIST.value, String).label("kind"), artists.c.id,
        artists.c.name.label("title"), artists.c.id.label("artist_id"), _none(String),
        _none(String), _none(String), _none(String), _none(String), _none(Boolean), _none(Double),
        _none(String), artists.c.created_s, _none(String), _none(String), _none(String),
        _none(String),
    ).where(_PUBLIC[Kind.ARTIST]),
    Kind.ALBUM: select(
        literal(Kind.ALBUM.value, String).label("kind"), albums.c.id, albums.c.title,
        artists.c.id.label("artist_id"), artists.c.name.label("artist"),
        _none(String), _none(String), albums.c.genre, albums.c.language, albums.c.explicit,
        _none(Double), albums.c.released_on, albums.c.created_s, _none(String),
        _none(String), _none(String), _none(String),
    ).select_from(_ALBUMS).where(_PUBLIC[Kind.ALBUM]),
}  # fmt: skip


async def hits(connection: AsyncConnection, keys: Iterable[str]) -> dict[str, Row[Any]]:
    """Return the rows of those that may be found now, in one query."""
    ids: dict[Kind, list[str]] = defaultdict(list)
    for key in keys:
        kind, entity_id = kind_and_id(key)
        ids[kind].append(entity_id)
    if not ids:
        return {}
    asked = _hits_of(tuple(sorted(ids)))
    rows = await connection.execute(asked, {kind.value: some for kind, some in ids.items()})
    return {key_of(row.kind, row.id): row for row in rows}


@cache
def _hits_of(kinds: tuple[Kind, ...]) -> CompoundSelect[Any]:
    """Return the query of hits of some kinds by their ids, made once: that takes a while."""
    asked = [
        _HITS[kind].where(
            _TABLES[kind].c.id.in_(bindparam(kind.value, expanding=True)),
            *((IS_PLAYING,) if kind is Kind.TRACK else ()),
        )
        for kind in kinds
    ]
    # Of a union, the first statement names the columns: they are all named as a track's.
    first = _HITS[Kind.TRACK].where(literal(False))
    return union_all(first, *asked)


_ENTRIES: Final[Mapping[Kind, Select[Any]]] = {
    Kind.TRACK: _HITS[Kind.TRACK].add_columns(
        tracks.c.description, tracks.c.play_count.label("plays")
    ),
    Kind.ARTIST: select(
        artists,
        artists.c.id.label("artist_id"),
        artists.c.name.label("title"),
        select(func.coalesce(func.sum(tracks.c.play_count), 0))
        .where(tracks.c.artist_id == artists.c.id, listed(tracks))
        .scalar_subquery()
        .label("plays"),
    ).where(_PUBLIC[Kind.ARTIST]),
    Kind.ALBUM: _HITS[Kind.ALBUM].add_columns(
        albums.c.description,
        select(func.coalesce(func.sum(tracks.c.play_count), 0))
        .where(tracks.c.album_id == albums.c.id, listed(tracks))
        .scalar_subquery()
        .label("plays"),
    ),
}


async def entries(connection: AsyncConnection, kind: Kind, ids: Sequence[str]) -> list[Entry]:
    """Return entries of those that can be found among some."""
    if not ids:
        return []
    return await _entries(connection, kind, _ENTRIES[kind].where(_TABLES[kind].c.id.in_(ids)))


async def count(connection: AsyncConnection) -> int:
    """Return about how many can be found: as indexes tell, without a look at each row."""
    counted = [
        select(func.count()).where(there).scalar_subquery()
        for there in (
            tracks.c.listed_s.is_not(None),
            albums.c.listed_s.is_not(None),
            _ARTIST_IS_THERE,
        )
    ]
    return int(await connection.scalar(select(sum(counted, start=literal(0)))) or 0)


async def entries_behind(
    connection: AsyncConnection, kind: Kind, behind: str, limit: int
) -> list[Entry]:
    """Return the next entries by id."""
    ident = _TABLES[kind].c.id
    asked = _ENTRIES[kind].where(ident > behind).order_by(ident).limit(limit)
    return await _entries(connection, kind, asked)


async def ids_of_artist(
    connection: AsyncConnection, kind: Kind, artist_id: str, behind: str, limit: int
) -> list[str]:
    """Return the next ids of what an artist made."""
    table = _TABLES[kind]
    asked = select(table.c.id).where(table.c.artist_id == artist_id, table.c.id > behind)
    return list(await connection.scalars(asked.order_by(table.c.id).limit(limit)))


async def ids_of_album(
    connection: AsyncConnection, album_id: str, behind: str, limit: int
) -> list[str]:
    """Return the next ids of an album's tracks."""
    asked = select(tracks.c.id).where(tracks.c.album_id == album_id, tracks.c.id > behind)
    return list(await connection.scalars(asked.order_by(tracks.c.id).limit(limit)))


async def _entries(connection: AsyncConnection, kind: Kind, asked: Select[Any]) -> list[Entry]:
    rows = (await connection.execute(asked)).all()
    tags = await _tags(connection, [row.id for row in rows]) if kind is Kind.TRACK else {}
    return [_entry(kind, row, tags.get(row.id, ())) for row in rows]


def _entry(kind: Kind, row: Row[Any], tags: Sequence[str]) -> Entry:
    if kind is Kind.ARTIST:
        return Entry(
            kind,
            row.id,
            row.title,
            row.artist_id,
            description=row.description,
            plays=row.plays,
            created_s=row.created_s,
        )
    return Entry(
        kind,
        row.id,
        row.title,
        row.artist_id,
        row.artist,
        (row.album or "") if kind is Kind.TRACK else "",
        tuple(tags),
        row.description,
        row.genre,
        row.language,
        row.released_on,
        row.duration_s if kind is Kind.TRACK else None,
        row.plays,
        row.created_s,
    )


async def _tags(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    if ids:
        asked = select(track_tags.c.track_id, track_tags.c.tag).where(
            track_tags.c.track_id.in_(ids)
        )
        for track_id, tag in await connection.execute(asked):
            found[track_id].append(tag)
    return found

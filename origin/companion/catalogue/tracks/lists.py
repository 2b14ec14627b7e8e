"""The lists of tracks, each read from one index in its order, behind the key of a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.catalogue.tables import artists, track_tags, tracks
from origin.companion.catalogue.tracks.rows import shown

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Reading:
    """A query, and the values of its parameters."""

    rows: Select[Any]
    values: Mapping[str, Any] = field(default_factory=dict)


IS_LISTED: Final = tracks.c.listed_s.is_not(None)
_IS_THERE: Final = tracks.c.deleted_s.is_(None)


def newest(
    behind: Key | None,
    limit: int,
    *,
    genre: str | None = None,
    artist_id: str | None = None,
    since_s: float | None = None,
) -> Reading:
    """Return what was published last: behind ``(listed_s, id)``."""
    conditions = [IS_LISTED, *_of(genre, artist_id)]
    if since_s is not None:
        conditions.append(tracks.c.listed_s >= since_s)
    return _down(conditions, (tracks.c.listed_s, tracks.c.id), behind, limit)


def most_played(
    behind: Key | None, limit: int, *, genre: str | None = None, artist_id: str | None = None
) -> Reading:
    """Return what was played most: behind ``(play_count, id)``."""
    conditions = [IS_LISTED, *_of(genre, artist_id)]
    return _down(conditions, (tracks.c.play_count, tracks.c.id), behind, limit)


def trending(behind: Key | None, limit: int, *, genre: str | None = None) -> Reading:
    """Return what was played most of late: behind ``(trending, id)``."""
    conditions = [IS_LISTED, *_of(genre, None)]
    return _down(conditions, (tracks.c.trending, tracks.c.id), behind, limit)


def tagged(tag: str, behind: Key | None, limit: int, *, since_s: float | None = None) -> Reading:
    """Return what was published last with a tag: behind ``(listed_s, id)``."""
    columns = (track_tags.c.listed_s, track_tags.c.track_id)
    rows = (
        shown()
        .join(track_tags, track_tags.c.track_id == tracks.c.id)
        .where(track_tags.c.tag == tag, track_tags.c.listed_s.is_not(None))
    )
    if since_s is not None:
        rows = rows.where(track_tags.c.listed_s >= since_s)
    if behind is not None:
        rows = rows.where(tuple_(*columns) < behind)
    return Reading(rows.order_by(*(column.desc() for column in columns)).limit(limit))


def of_album(album_id: str, behind: Key | None, limit: int) -> Reading:
    """Return an album's tracks in its order, private ones, too: behind ``(position, id)``."""
    columns = (tracks.c.album_position, tracks.c.id)
    rows = shown().where(tracks.c.album_id == album_id, _IS_THERE)
    if behind is not None:
        rows = rows.where(tuple_(*columns) > behind)
    return Reading(rows.order_by(*columns).limit(limit))


def own(user_id: str, behind: Key | None, limit: int, *, artist_id: str | None = None) -> Reading:
    """Return all of a user's tracks, those made last first: behind ``(created_s, id)``."""
    if artist_id is None:
        conditions = [_IS_THERE, tracks.c.user_id == user_id]
    else:
        # The artist is one user's, so that this decides about all rows or none. Asked of tracks, it
        # would be as good a reason to read their index by user, and then to pass over most.
        whose = artists.c.user_id == user_id
        conditions = [_IS_THERE, tracks.c.artist_id == artist_id, whose]
    return _down(conditions, (tracks.c.created_s, tracks.c.id), behind, limit)


async def read(connection: AsyncConnection, asked: Reading) -> Sequence[Row[Any]]:
    """Return the rows."""
    found: Sequence[Row[Any]] = (await connection.execute(asked.rows, asked.values)).all()
    return found


def _of(genre: str | None, artist_id: str | None) -> list[Condition]:
    conditions: list[Condition] = []
    if genre is not None:
        conditions.append(tracks.c.genre == genre)
    if artist_id is not None:
        conditions.append(tracks.c.artist_id == artist_id)
    return conditions


def _down(
    conditions: Sequence[Condition],
    columns: tuple[ColumnElement[Any], ColumnElement[Any]],
    behind: Key | None,
    limit: int,
) -> Reading:
    rows = shown().where(*conditions)
    if behind is not None:
        rows = rows.where(tuple_(*columns) < behind)
    return Reading(rows.order_by(*(column.desc() for column in columns)).limit(limit))

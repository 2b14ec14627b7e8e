"""The lists of tracks, each read from one index in its order, behind the key of a row.

Making such a query takes longer than asking it does, so it is made once for each of its forms: what
somebody said is a parameter of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, Row, Select, bindparam, tuple_
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
_IS_TAGGED: Final = track_tags.c.listed_s.is_not(None)


class _Order(Enum):
    """The columns that a list is in the order of, and what holds for all that is in it."""

    NEWEST = (tracks.c.listed_s, tracks.c.id), IS_LISTED
    PLAYS = (tracks.c.play_count, tracks.c.id), IS_LISTED
    TRENDING = (tracks.c.trending, tracks.c.id), IS_LISTED
    TAGGED = (track_tags.c.listed_s, track_tags.c.track_id), _IS_TAGGED
    POSITION = (tracks.c.album_position, tracks.c.id), _IS_THERE
    CREATION = (tracks.c.created_s, tracks.c.id), _IS_THERE


_CONDITIONS: Final[Mapping[str, Condition]] = {
    "genre": tracks.c.genre == bindparam("genre"),
    "artist_id": tracks.c.artist_id == bindparam("artist_id"),
    "album_id": tracks.c.album_id == bindparam("album_id"),
    "since_s": tracks.c.listed_s >= bindparam("since_s"),
    "tag": track_tags.c.tag == bindparam("tag"),
    "tagged_since_s": track_tags.c.listed_s >= bindparam("tagged_since_s"),
    "user_id": tracks.c.user_id == bindparam("user_id"),
    # The artist is one user's, so that this decides about all rows or none. Asked of tracks, it
    # would be as good a reason to read their index by user, and then to pass over most.
    "artist_user_id": artists.c.user_id == bindparam("artist_user_id"),
}
_LIMIT: Final = bindparam("rows", type_=Integer)


def newest(
    behind: Key | None,
    limit: int,
    *,
    genre: str | None = None,
    artist_id: str | None = None,
    since_s: float | None = None,
) -> Reading:
    """Return what was published last: behind ``(listed_s, id)``."""
    return _reading(_Order.NEWEST, behind, limit, genre=genre, artist_id=artist_id, since_s=since_s)


def most_played(
    behind: Key | None, limit: int, *, genre: str | None = None, artist_id: str | None = None
) -> Reading:
    """Return what was played most: behind ``(play_count, id)``."""
    return _reading(_Order.PLAYS, behind, limit, genre=genre, artist_id=artist_id)


def trending(behind: Key | None, limit: int, *, genre: str | None = None) -> Reading:
    """Return what was played most of late: behind ``(trending, id)``."""
    return _reading(_Order.TRENDING, behind, limit, genre=genre)


def tagged(tag: str, behind: Key | None, limit: int, *, since_s: float | None = None) -> Reading:
    """Return what was published last with a tag: behind ``(listed_s, id)``."""
    return _reading(_Order.TAGGED, behind, limit, tag=tag, tagged_since_s=since_s)


def of_album(album_id: str, behind: Key | None, limit: int) -> Reading:
    """Return an album's tracks in its order, private ones, too: behind ``(position, id)``."""
    return _reading(_Order.POSITION, behind, limit, album_id=album_id)


def own(user_id: str, behind: Key | None, limit: int, *, artist_id: str | None = None) -> Reading:
    """Return all of a user's tracks, those made last first: behind ``(created_s, id)``."""
    if artist_id is None:
        return _reading(_Order.CREATION, behind, limit, user_id=user_id)
    return _reading(_Order.CREATION, behind, limit, artist_id=artist_id, artist_user_id=user_id)


async def read(connection: AsyncConnection, asked: Reading) -> Sequence[Row[Any]]:
    """Return the rows."""
    found: Sequence[Row[Any]] = (await connection.execute(asked.rows, asked.values)).all()
    return found


def _reading(order: _Order, behind: Key | None, limit: int, **said: str | float | None) -> Reading:
    values = {name: value for name, value in said.items() if value is not None}
    form = _form(order, tuple(values), goes_on=behind is not None)
    place = {} if behind is None else dict(zip(("place", "id"), behind, strict=True))
    return Reading(form, {**values, **place, "rows": limit})


@lru_cache
def _form(order: _Order, said: tuple[str, ...], *, goes_on: bool) -> Select[Any]:
    columns, always = order.value
    rows = shown().where(always, *(_CONDITIONS[name] for name in said))
    if order is _Order.TAGGED:
        rows = rows.join(track_tags, track_tags.c.track_id == tracks.c.id)
    is_up = order is _Order.POSITION
    if goes_on:
        place = tuple_(bindparam("place", type_=columns[0].type), bindparam("id"))
        rows = rows.where(tuple_(*columns) > place if is_up else tuple_(*columns) < place)
    return rows.order_by(*(each if is_up else each.desc() for each in columns)).limit(_LIMIT)

"""Albums in the database. Rows of deleted ones are there to no query here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.catalogue import listing
from origin.companion.catalogue.tables import albums, artists, tracks
from origin.companion.identity.rules import Visibility
from origin.delivery.errors import Conflict

_IS_LISTED = albums.c.listed_s.is_not(None)
_IS_THERE = albums.c.deleted_s.is_(None)


class TracksDiffer(Conflict):
    """An order is of other tracks than those that an album has."""

    code = "tracks_differ"

    def __init__(self) -> None:
        super().__init__(
            "The album has other tracks by now. Read them again, and send each of them once."
        )


def shown() -> Select[Any]:
    """Return the query of albums with what is shown of them, without a condition or an order."""
    return select(
        albums,
        artists.c.name.label("artist_name"),
        artists.c.handle.label("artist_handle"),
        artists.c.deleted_s.label("artist_deleted_s"),
    ).outerjoin(artists, artists.c.id == albums.c.artist_id)


_ONE: Final = shown().where(albums.c.id == bindparam("album_id"), _IS_THERE)
_ONE_TO_CHANGE: Final = _ONE.with_for_update(of=albums)


async def find(
    connection: AsyncConnection, album_id: str, *, to_change: bool = False
) -> Row[Any] | None:
    """Return an album, None where there is none; ``to_change`` lets nobody else change it."""
    one = _ONE_TO_CHANGE if to_change else _ONE
    found: Row[Any] | None = (await connection.execute(one, {"album_id": album_id})).one_or_none()
    return found


def newest(
    behind: Key | None, limit: int, *, artist_id: str | None = None, kind: str | None = None
) -> Select[Any]:
    """Return what was published last: behind ``(listed_s, id)``."""
    conditions: list[ColumnElement[bool]] = [_IS_LISTED]
    if artist_id is not None:
        conditions.append(albums.c.artist_id == artist_id)
    if kind is not None:
        conditions.append(albums.c.kind == kind)
    return _down(conditions, albums.c.listed_s, behind, limit)


def own(
    user_id: str, behind: Key | None, limit: int, *, artist_id: str | None = None
) -> Select[Any]:
    """Return all of a user's albums, those made last first: behind ``(created_s, id)``."""
    conditions = [_IS_THERE, albums.c.user_id == user_id]
    if artist_id is not None:
        conditions.append(albums.c.artist_id == artist_id)
    return _down(conditions, albums.c.created_s, behind, limit)


async def add(connection: AsyncConnection, values: Mapping[str, Any], *, now_s: float) -> None:
    """Add an album."""
    row = {**values, **_listed(values, now_s), "version": 1}
    await connection.execute(insert(albums).values(**row))


async def change(
    connection: AsyncConnection, before: Row[Any], said: Mapping[str, Any], *, now_s: float
) -> None:
    """Say something else of an album."""
    row = {**said, **_listed({**before._mapping, **said}, now_s)}  # noqa: SLF001 its public name
    await connection.execute(
        update(albums)
        .where(albums.c.id == before.id)
        .values(**row, updated_s=now_s, version=albums.c.version + 1)
    )


async def reorder(connection: AsyncConnection, album_id: str, order: Sequence[str]) -> None:
    """Give its tracks another order; raises TracksDiffer. The album is held."""
    there = await _held(connection, album_id)
    positions = {row.id: row.album_position for row in there}
    if len(order) != len(positions) or positions.keys() != set(order):
        raise TracksDiffer
    moved = [
        {"moved_id": track_id, "to": to}
        for to, track_id in enumerate(order)
        if positions[track_id] != to
    ]
    if moved:
        one = update(tracks).where(tracks.c.id == bindparam("moved_id"))
        await connection.execute(one.values(album_position=bindparam("to")), moved)


async def remove(connection: AsyncConnection, album_id: str, *, now_s: float) -> list[str]:
    """Delete an album; its tracks stay, and are in none. Return their ids."""
    await _held(connection, album_id)
    values = {"deleted_s": now_s, "listed_s": None, "version": albums.c.version + 1}
    await connection.execute(update(albums).where(albums.c.id == album_id).values(values))
    left = (
        update(tracks)
        .where(tracks.c.album_id == album_id, tracks.c.deleted_s.is_(None))
        .values(album_id=None, album_position=None, version=tracks.c.version + 1)
        .returning(tracks.c.id)
    )
    return sorted(await connection.scalars(left))


async def _held(connection: AsyncConnection, album_id: str) -> Sequence[Row[Any, Any]]:
    """Return an album's tracks, which nobody else changes now, nor takes out of it.

    They are held in the order of their ids, as by whoever holds several: plays are written so.
    """
    there = select(tracks.c.id, tracks.c.album_position).where(
        tracks.c.album_id == album_id, tracks.c.deleted_s.is_(None)
    )
    held = await connection.execute(there.order_by(tracks.c.id).with_for_update())
    return held.all()


def _listed(row: Mapping[str, Any], now_s: float) -> dict[str, Any]:
    is_public = row["visibility"] == Visibility.PUBLIC
    since_s = listing.published_s(row.get("published_s"), is_public=is_public, now_s=now_s)
    return {"published_s": since_s, "listed_s": since_s if is_public else None}


def _down(
    conditions: Sequence[ColumnElement[bool]],
    column: ColumnElement[float],
    behind: Key | None,
    limit: int,
) -> Select[Any]:
    rows = shown().where(*conditions)
    if behind is not None:
        rows = rows.where(tuple_(column, albums.c.id) < behind)
    return rows.order_by(column.desc(), albums.c.id.desc()).limit(limit)

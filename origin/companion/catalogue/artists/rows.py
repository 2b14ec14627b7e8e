"""Artists in the database. ``Artist`` rows of deleted ones are there to no query here."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row, bindparam, insert, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.catalogue.tables import artists
from origin.delivery.errors import Conflict


class HandleTaken(Conflict):
    """Another artist has the handle."""

    code = "handle_taken"

    def __init__(self) -> None:
        super().__init__("Another artist has this handle. Choose another one.")


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Add an artist; raises HandleTaken."""
    try:
        await connection.execute(insert(artists).values(**values))
    except IntegrityError as error:
        raise HandleTaken from error


_ONE: Final = select(artists).where(
    artists.c.id == bindparam("artist_id"), artists.c.deleted_s.is_(None)
)
_ONE_TO_CHANGE: Final = _ONE.with_for_update()


async def find(
    connection: AsyncConnection, artist_id: str, *, to_change: bool = False
) -> Row[Any] | None:
    """Return an artist, None where there is none; ``to_change`` lets nobody else change it."""
    one = _ONE_TO_CHANGE if to_change else _ONE
    return (await connection.execute(one, {"artist_id": artist_id})).one_or_none()


async def newest(
    connection: AsyncConnection, behind: Key | None, limit: int, *, user_id: str | None = None
) -> list[Row[Any]]:
    """Return artists, a user's or all, the newest first, behind ``(created_s, id)``."""
    rows = select(artists).where(artists.c.deleted_s.is_(None))
    if user_id is not None:
        rows = rows.where(artists.c.user_id == user_id)
    if behind is not None:
        rows = rows.where(tuple_(artists.c.created_s, artists.c.id) < behind)
    ordered = rows.order_by(artists.c.created_s.desc(), artists.c.id.desc()).limit(limit)
    return list(await connection.execute(ordered))


async def change(connection: AsyncConnection, artist_id: str, values: Mapping[str, Any]) -> None:
    """Say something else of an artist; raises HandleTaken."""
    try:
        await connection.execute(
            update(artists)
            .where(artists.c.id == artist_id)
            .values(**values, version=artists.c.version + 1)
        )
    except IntegrityError as error:
        raise HandleTaken from error

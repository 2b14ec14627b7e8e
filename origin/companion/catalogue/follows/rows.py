"""Follows in the database, and how many there are of an artist."""

from typing import Any, Final

from sqlalchemy import Row, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.catalogue.tables import artists, follows
from origin.delivery.errors import Conflict
from packager.queue.inserting import insert_into

FOLLOWS_MAX: Final = 5_000


class FollowsTooMany(Conflict):
    """A user follows as many artists as one may."""

    code = "follows_too_many"

    def __init__(self) -> None:
        super().__init__(f"You follow {FOLLOWS_MAX} artists, which is as many as can be.")


async def hold_artist(connection: AsyncConnection, artist_id: str) -> bool:
    """Let nobody else count who follows an artist; False where there is none."""
    rows = select(artists.c.id).where(artists.c.id == artist_id, artists.c.deleted_s.is_(None))
    return await connection.scalar(rows.with_for_update()) is not None


async def add(connection: AsyncConnection, user_id: str, artist_id: str, now_s: float) -> bool:
    """Let a user follow an artist, who is held; False where they do. Raises FollowsTooMany."""
    few = select(follows.c.artist_id).where(follows.c.user_id == user_id).limit(FOLLOWS_MAX)
    count = await connection.scalar(select(func.count()).select_from(few.subquery()))
    row = insert_into(connection, follows).values(
        user_id=user_id, artist_id=artist_id, created_s=now_s
    )
    is_new = (await connection.execute(row.on_conflict_do_nothing())).rowcount == 1
    if is_new and count == FOLLOWS_MAX:
        raise FollowsTooMany
    if is_new:
        await _count(connection, artist_id, 1)
    return is_new


async def remove(connection: AsyncConnection, user_id: str, artist_id: str) -> bool:
    """Let a user follow an artist no more, who is held; False where they do not."""
    rows = delete(follows).where(follows.c.user_id == user_id, follows.c.artist_id == artist_id)
    was_there = (await connection.execute(rows)).rowcount == 1
    if was_there:
        await _count(connection, artist_id, -1)
    return was_there


async def newest(
    connection: AsyncConnection, user_id: str, behind: Key | None, limit: int
) -> list[Row[Any]]:
    """Return whom a user follows, those of late first: behind ``(created_s, artist_id)``."""
    columns = (follows.c.created_s, follows.c.artist_id)
    rows = (
        select(
            *columns,
            artists.c.name.label("artist_name"),
            artists.c.handle.label("artist_handle"),
            artists.c.deleted_s.label("artist_deleted_s"),
        )
        .outerjoin(artists, artists.c.id == follows.c.artist_id)
        .where(follows.c.user_id == user_id)
    )
    if behind is not None:
        rows = rows.where(tuple_(*columns) < behind)
    ordered = rows.order_by(*(column.desc() for column in columns)).limit(limit)
    return [*await connection.execute(ordered)]


async def _count(connection: AsyncConnection, artist_id: str, more: int) -> None:
    counted = {"follower_count": artists.c.follower_count + more}
    await connection.execute(update(artists).where(artists.c.id == artist_id).values(counted))

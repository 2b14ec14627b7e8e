"""From when on a picture is stored, shown, and to go."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.artwork.tables import artworks
from origin.companion.uploads.rules import QuotaExceeded

GOES_AFTER_S: Final = 3_600.0
"""Pages and lists that were made before still show it."""

TO_GO_MAX: Final = 50
"""Pictures of one user that are stored and not shown."""


async def begin(
    connection: AsyncConnection, artwork_id: str, track_id: str, user_id: str, *, now_s: float
) -> None:
    """Note a picture that will be stored, and goes if nothing comes of it; raises QuotaExceeded."""
    to_go = select(func.count()).where(artworks.c.user_id == user_id, artworks.c.due_s.is_not(None))
    if (await connection.scalar(to_go) or 0) >= TO_GO_MAX:
        raise QuotaExceeded(
            f"You have replaced {TO_GO_MAX} pictures in the last hour. Wait until they are gone."
        )
    row = {"id": artwork_id, "track_id": track_id, "user_id": user_id, "made_s": now_s}
    await connection.execute(insert(artworks).values(row | {"due_s": now_s + GOES_AFTER_S}))


async def show(
    connection: AsyncConnection, artwork_id: str, track_id: str, *, now_s: float
) -> bool:
    """Let a track's picture be shown, and the one before go; False where it has gone already."""
    await let_go(connection, [track_id], now_s=now_s)
    mine = artworks.c.id == artwork_id
    shown = await connection.execute(update(artworks).where(mine).values(due_s=None))
    return shown.rowcount == 1


async def let_go(connection: AsyncConnection, track_ids: Collection[str], *, now_s: float) -> None:
    """Let the pictures that some tracks show go, a while later."""
    shown = artworks.c.track_id.in_(list(track_ids)) & artworks.c.due_s.is_(None)
    await connection.execute(update(artworks).where(shown).values(due_s=now_s + GOES_AFTER_S))

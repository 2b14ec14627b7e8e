"""Whose a playback id is."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.assets.tables import owned_assets as owned
from packager.queue.tables import assets


async def behind(connection: AsyncConnection, playback_id: str) -> Row[Any, Any] | None:
    """Return the asset that a playback id plays, or will, and its owner; None where none does."""
    query = (
        select(owned.c.asset_id, owned.c.owner_id)
        .join(assets, assets.c.asset_id == owned.c.asset_id)
        .where(assets.c.playback_id == playback_id, owned.c.deleted_s.is_(None))
    )
    found: Row[Any, Any] | None = (await connection.execute(query)).one_or_none()
    return found

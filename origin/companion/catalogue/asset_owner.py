"""Whose an asset is: whoever's job made it."""

from collections.abc import Awaitable, Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue.tables import assets, jobs

AssetOwner = Callable[[AsyncConnection, str], Awaitable[str | None]]
"""Tells whose an asset is; None where there is none, or nobody knows."""


async def owner_of_asset(connection: AsyncConnection, asset_id: str) -> str | None:
    """Return who asked first for an asset to be made."""
    rows = (
        select(jobs.c.creator_id)
        .join(assets, assets.c.asset_id == jobs.c.subject)
        .where(jobs.c.subject == asset_id)
        .order_by(jobs.c.created_s)
        .limit(1)
    )
    owner: str | None = await connection.scalar(rows)
    return owner

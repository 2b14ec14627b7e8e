"""Deleting an asset in somebody's transaction: it plays no more, and its objects go later."""

from typing import Any

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.assets.collecting import collect_asset
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue.events import News
from origin.companion.catalogue.tracks import rows as tracks
from origin.companion.catalogue.tracks.telling import news as track_news
from origin.companion.quality import rows as quality
from origin.companion.uploads import rows as uploads
from packager.queue import assets


async def delete_asset(
    connection: AsyncConnection, row: Row[Any], *, job_id: str, now_s: float
) -> list[News]:
    """Delete an asset that is held; return what is to be told of it."""
    await assets.take_down(connection, row.asset_id, now_s=now_s)
    mine = owned.c.asset_id == row.asset_id
    await connection.execute(update(owned).where(mine).values(deleted_s=now_s))
    await collect_asset(
        connection, row.asset_id, row.playback_id, row.owner_id, job_id=job_id, now_s=now_s
    )
    await quality.forget(connection, row.asset_id)
    await uploads.forget(connection, row.asset_id, now_s=now_s)
    return [news_of(row, "asset.deleted"), *await _unlink(connection, row.track_id, now_s)]


async def _unlink(connection: AsyncConnection, track_id: str | None, now_s: float) -> list[News]:
    """Let a track be one without sound, which no list has; return what is to be told of it."""
    row = None if track_id is None else await tracks.find(connection, track_id, to_change=True)
    if row is None:
        return []
    said = {"asset_id": None}
    await tracks.change(connection, row, said, now_s=now_s)
    return [track_news("track.changed", row, said)]


def news_of(row: Row[Any], kind: str) -> News:
    """Return what is told of an asset to which something was done."""
    said = {"playback_id": row.playback_id, "track_id": row.track_id}
    return News(kind, row.asset_id, row.owner_id, said)

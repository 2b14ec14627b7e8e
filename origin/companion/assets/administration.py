"""What an operator does with tracks at the command line, and with the sound of them."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.assets import rows as assets
from origin.companion.assets.deleting import delete_asset
from origin.companion.catalogue import events
from origin.companion.catalogue.tables import tracks
from origin.companion.catalogue.tracks import rows
from origin.companion.catalogue.tracks.telling import news
from origin.companion.identity.administration import NotDone, named, tell
from origin.companion.uploads import without_track


async def newest_tracks(
    connection: AsyncConnection, user: str | None, limit: int
) -> list[Row[Any]]:
    """Return the newest tracks, of one user or of all; raises NotDone."""
    found = rows.shown().where(tracks.c.deleted_s.is_(None))
    if user is not None:
        found = found.where(tracks.c.user_id == (await named(connection, user)).id)
    found = found.order_by(tracks.c.created_s.desc(), tracks.c.id.desc()).limit(limit)
    return list(await connection.execute(found))


async def delete_track(
    connection: AsyncConnection, track_id: str, *, keep_asset: bool, job_id: str, now_s: float
) -> None:
    """Delete a track, whosever it is, and its asset unless that is kept; raises NotDone.

    Uploads for it that are not complete end.
    """
    row = await rows.find(connection, track_id)
    if row is None:
        raise NotDone(f"There is no track {track_id}. `soundbridge admin track list` lists them.")
    asset = None
    if not keep_asset and row.asset_id is not None:  # held before the track is, as everywhere
        asset = await assets.find(connection, row.asset_id, now_s=now_s, to_change=True)
    await without_track.hold(connection, [row.id])
    by_now = await rows.find(connection, track_id, to_change=True)
    if by_now is None or by_now.asset_id != row.asset_id:
        raise NotDone("The track was changed just now. Say it again.")
    await rows.remove(connection, [row.id], now_s=now_s)
    told = [
        news("track.deleted", row, {}),
        *await without_track.end(connection, [row.id], now_s=now_s),
    ]
    if asset is not None:
        told += await delete_asset(connection, asset, job_id=job_id, now_s=now_s)
    await tell(connection, row.user_id, "deleteTrack", row.id, now_s)
    await events.tell_all(connection, told, now_s=now_s)

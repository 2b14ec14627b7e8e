"""Letting assets play no more: in somebody's transaction, and then in the store."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.errors import ManifestError
from origin.companion.assets import rows
from origin.companion.assets.deleting import delete_asset
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue.events import News
from origin.companion.database import Database
from origin.companion.media import Media
from origin.companion.uploads import without_track
from origin.entries import Entries
from packager.errors import StoreFailed, first_line
from packager.queue.worker import DATABASE_ERRORS

_FOLLOWS_S: Final = 5.0

_log = structlog.get_logger("soundbridge.assets")


class Withdrawing:
    """Deletes assets; ``new_id`` makes ids of the jobs that remove their objects."""

    def __init__(self, database: Database, media: Media, new_id: Callable[[], str]) -> None:
        self._database = database
        self._media = media
        self._new_id = new_id

    async def hold(
        self,
        connection: AsyncConnection,
        asset_ids: Iterable[str],
        *,
        for_tracks: Iterable[str] = (),
    ) -> None:
        """Let nobody else change assets, nor open uploads: rows are held in the order of ids."""
        some = select(owned.c.asset_id).where(owned.c.asset_id.in_(list(asset_ids)))
        await connection.execute(some.order_by(owned.c.asset_id).with_for_update())
        await without_track.hold(connection, for_tracks)

    async def withdraw(
        self,
        connection: AsyncConnection,
        asset_ids: Iterable[str],
        *,
        for_tracks: Iterable[str] = (),
        now_s: float,
    ) -> list[News]:
        """Delete those that are there, and end uploads; return what is to be told of it."""
        told = [*await without_track.end(connection, for_tracks, now_s=now_s)]
        for asset_id in sorted(asset_ids):
            row = await rows.find(connection, asset_id, now_s=now_s, to_change=True)
            if row is not None:
                told += await delete_asset(connection, row, job_id=self._new_id(), now_s=now_s)
        return told

    async def follow(self, asset_ids: Iterable[str]) -> None:
        """Bring the store up to the rows now; where that fails, workers do it in some seconds."""
        entries = Entries(self._database.primary, self._media.store, self._media.tell)
        for asset_id in asset_ids:
            try:
                async with asyncio.timeout(_FOLLOWS_S):
                    await entries.follow(asset_id)
            except (*DATABASE_ERRORS, StoreFailed, ManifestError) as error:
                _log.warning("store not yet brought up", asset=asset_id, cause=first_line(error))
                return

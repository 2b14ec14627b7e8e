"""A user's assets: how they are told of all, and how all are deleted."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from sqlalchemy import delete, select

from origin.companion.assets import rows
from origin.companion.assets.deleting import delete_asset
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.identity.belongings import AT_ONCE, rows_of
from origin.packaging_job import KIND as PACKAGE
from packager.queue.job import State
from packager.queue.tables import jobs


class AssetBelongings:
    """Gives and takes away a user's assets; ``new_id`` makes ids."""

    name = "assets"

    def __init__(self, new_id: Callable[[], str]) -> None:
        self._new_id = new_id

    async def export(self, database: Database, user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield each row as it is."""
        async for row in rows_of(database, owned.c.owner_id == user_id, owned.c.asset_id):
            yield {"kind": "asset", **row}

    async def erase(self, database: Database, user_id: str) -> None:
        """Delete them; what is stored goes as it does with every asset that is deleted.

        What packaged them has the names of files, and goes now; where it is running, a day later.
        """
        some = select(owned.c.asset_id).where(
            owned.c.owner_id == user_id, owned.c.deleted_s.is_(None)
        )
        while True:
            async with database.look_now() as connection:
                ids = list(await connection.scalars(some.limit(AT_ONCE)))
            if not ids:
                break
            for asset_id in ids:
                await self._delete(database, asset_id)
        while await self._forget_jobs(database, user_id) == AT_ONCE:
            pass

    async def _delete(self, database: Database, asset_id: str) -> None:
        now_s = time.time()
        async with database.change() as connection:
            row = await rows.find(connection, asset_id, now_s=now_s, to_change=True)
            if row is not None:
                news = await delete_asset(connection, row, job_id=self._new_id(), now_s=now_s)
                await events.tell_all(connection, news, now_s=now_s)

    async def _forget_jobs(self, database: Database, user_id: str) -> int:
        """Take away some jobs that nobody works on; return how many."""
        is_idle = jobs.c.state != State.RUNNING
        some = select(jobs.c.id).where(
            jobs.c.creator_id == user_id, jobs.c.kind == PACKAGE, is_idle
        )
        async with database.change() as connection:
            ids = list(await connection.scalars(some.limit(AT_ONCE)))
            await connection.execute(delete(jobs).where(jobs.c.id.in_(ids), is_idle))
        return len(ids)

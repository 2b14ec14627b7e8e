"""Removing what a deleted asset, or a playback id that was replaced, has left in the store.

Who listens when it is deleted may end: what a process has in memory it gives until then. Once it is
collected, all are told, by an event, and over Redis where there is one, and give nothing of it any
more.

Who is at work on the asset at the moment when it is deleted learns of it with its next heartbeat,
and may store something until then; who listens has fetched playlists. So collecting begins when
leases of then are over, and comes once more a day later for what was written meanwhile.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Final

from obstore.store import ObjectStore
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from manifests import layout
from manifests.layout import Revision
from origin.cache.tell import Tell, tell_nobody
from origin.companion.catalogue.events import tell
from origin.companion.catalogue.kinds import EventKind
from origin.companion.purging.media import (
    keys_of,
    needs_keys,
    promise_entries,
    promise_gone,
    promise_objects,
)
from origin.packaging_job import KIND as PACKAGE
from packager.errors import UnsupportedSource
from packager.publishing.storage import Storage
from packager.publishing.withdrawal import take_back
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob
from packager.queue.tables import assets, jobs
from packager.queue.worker import Completion, Run

KIND: Final = "collect"
AFTER_S: Final = 120.0
_AGAIN_AFTER_S: Final = 24 * 3600.0


async def collect_asset(
    connection: AsyncConnection,
    asset_id: str,
    playback_id: str,
    owner_id: str,
    *,
    job_id: str,
    now_s: float,
    again: bool = True,
) -> None:
    """Queue that everything of a deleted asset is removed from the store."""
    payload = {"asset_id": asset_id, "playback_id": playback_id, "again": again}
    after_s = AFTER_S if again else _AGAIN_AFTER_S
    job = NewJob(KIND, payload, owner_id, subject=asset_id, not_before_s=now_s + after_s)
    await enqueue(connection, job, job_id=job_id, now_s=now_s)


async def collect_entry(
    connection: AsyncConnection, playback_id: str, owner_id: str, *, job_id: str, now_s: float
) -> None:
    """Queue that the entry of a replaced playback id is removed, whoever wrote it meanwhile."""
    job = NewJob(KIND, {"playback_id": playback_id}, owner_id, not_before_s=now_s + AFTER_S)
    await enqueue(connection, job, job_id=job_id, now_s=now_s)


@dataclass(frozen=True, slots=True)
class Collector:
    """Does such jobs, in one store."""

    database: AsyncEngine
    store: ObjectStore
    tell: Tell = tell_nobody

    async def __call__(self, run: Run) -> Completion:
        """Remove what the job says, as often as it is told; raises StoreFailed."""
        payload = dict(run.held.payload)
        playback_id, asset_id = payload.get("playback_id"), payload.get("asset_id")
        if not isinstance(playback_id, str):
            raise UnsupportedSource("That is no request to remove something.")
        if not await self._is_in_use(playback_id):
            await asyncio.to_thread(_remove_entry, self.store, playback_id)
            await self.tell((layout.entry_key(playback_id),))
        if isinstance(asset_id, str):
            await self._promise_to_purge(asset_id)
            await asyncio.to_thread(_remove_asset, self.store, asset_id)
            await self.tell(layout.prefixes_of(asset_id))

        async def record(connection: AsyncConnection) -> None:
            if payload.get("again"):
                await _queue_again(connection, run, payload)
            elif isinstance(asset_id, str):
                await forget_jobs(connection, asset_id, before_s=time.time())
            else:
                await promise_entries(connection, playback_id, soft=False, now_s=time.time())
            if isinstance(asset_id, str):
                await promise_gone(connection, asset_id, now_s=time.time())
                await tell(
                    connection, EventKind.OBJECTS_REMOVED, asset_id, "", {}, now_s=time.time()
                )

        return Completion(record, _nothing)

    async def _promise_to_purge(self, asset_id: str) -> None:
        """Note what CDNs are to drop that find it by its name alone, as long as that is known."""
        async with self.database.begin() as connection:
            if not await needs_keys(connection, now_s=time.time()):
                return
        keys = await asyncio.to_thread(keys_of, self.store, asset_id)
        async with self.database.begin() as connection:
            await promise_objects(connection, asset_id, keys, now_s=time.time())

    async def _is_in_use(self, playback_id: str) -> bool:
        """Whether an asset that was not deleted has the id: it may have been given again."""
        row = select(assets.c.asset_id).where(
            assets.c.playback_id == playback_id, assets.c.deleted_s.is_(None)
        )
        async with self.database.begin() as connection:
            return await connection.scalar(row) is not None


async def _queue_again(connection: AsyncConnection, run: Run, payload: dict[str, Any]) -> None:
    await collect_asset(
        connection,
        payload["asset_id"],
        payload["playback_id"],
        run.held.creator_id,
        job_id=f"{run.held.job_id[:57]}-again",
        now_s=time.time(),
        again=False,
    )


async def forget_jobs(connection: AsyncConnection, asset_id: str, *, before_s: float) -> None:
    """Delete what packaged an asset, and is done: nobody asks any more what came of it."""
    await connection.execute(
        delete(jobs).where(
            jobs.c.subject == asset_id,
            jobs.c.kind == PACKAGE,
            jobs.c.created_s < before_s,
            jobs.c.finished_s.is_not(None),
        )
    )


async def _nothing() -> None:
    """Nothing follows."""


def _remove_entry(store: ObjectStore, playback_id: str) -> None:
    with Storage(store) as storage:
        storage.delete_all((layout.entry_key(playback_id),))


def _remove_asset(store: ObjectStore, asset_id: str) -> None:
    """Remove an asset's revisions, nothing of which is listed when it goes, and its sources."""
    layout.check_id(asset_id)
    with Storage(store) as storage:
        revisions = set()
        for prefix in (layout.MEDIA_PREFIX, layout.GROWING_PREFIX):
            folder = f"{prefix}/{asset_id}/"
            keys = storage.sizes_bytes(folder.rstrip("/"))
            revisions |= {key.removeprefix(folder).partition("/")[0] for key in keys}
        for revision in sorted(revisions):
            take_back(storage, Revision(asset_id, revision))
        storage.delete_all(storage.sizes_bytes(f"{layout.SOURCES_PREFIX}/{asset_id}"))

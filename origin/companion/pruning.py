"""Taking away rows that are only added to: events, deeds, done jobs, ended uploads, old figures.

What has a number goes from the beginning on, in the order of numbers and without a hole, so that
who follows can tell whether anything is missing behind the last that they have seen: there is
always one row left, and all behind the first are there. An asset is what its newest packaging job
says, so those jobs stay for as long as the asset: who packages it again, and who removes what is
left of it, takes the older ones away.

An upload that failed, or whose time was over, or whose asset was deleted, is told of for a month;
its row outlives its asset, and all that is still to be removed from the store.
"""

import asyncio
import time
from typing import Final

import structlog
from sqlalchemy import Select, Table, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.assets.collecting import KIND as COLLECT
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue.listing import day_of
from origin.companion.catalogue.tables import events
from origin.companion.database import Database
from origin.companion.duties import Duty
from origin.companion.identity.erasing import KIND as ERASE
from origin.companion.identity.tables import audit
from origin.companion.purging.promising import KIND as PURGE
from origin.companion.quality import rows as quality
from origin.companion.uploads.fetching import FETCH_KIND as FETCH
from origin.companion.uploads.tables import ENDED, uploads
from origin.companion.webhooks.queueing import KIND as WEBHOOK
from origin.delivery.errors import DatabaseUnavailable
from packager.queue.job import State
from packager.queue.tables import jobs

DAY_S: Final = 24 * 3600.0
EVENTS_KEPT_S: Final = 30 * DAY_S
JOBS_KEPT_S: Final = 30 * DAY_S
UPLOADS_KEPT_S: Final = 30 * DAY_S
DEEDS_KEPT_S: Final = 365 * DAY_S
QUALITY_KEPT_DAYS: Final = 400
BATCH: Final = 500
_DUTY: Final = "pruning"
_EVERY_S: Final = 600.0
_KINDS: Final = (COLLECT, ERASE, FETCH, PURGE, WEBHOOK)
"""Of jobs that nobody looks at once they are done."""

_log = structlog.get_logger("soundbridge.api")


async def keep_pruning(database: Database, holder: str) -> None:
    """Prune again and again, where no other process does; ``holder`` tells processes apart."""
    duty = Duty(database, _DUTY, holder, time.time)
    while True:
        try:
            if await duty.is_ours():
                await prune(database, now_s=time.time())
        except DatabaseUnavailable as error:
            _log.warning("not pruned", cause=str(error.__cause__).partition("\n")[0])
        await asyncio.sleep(_EVERY_S)


async def prune(database: Database, *, now_s: float) -> None:
    """Take away what is over by now, a batch a transaction; raises DatabaseUnavailable."""
    for table, kept_s in ((events, EVENTS_KEPT_S), (audit, DEEDS_KEPT_S)):
        while await _prune_numbered(database, table, now_s - kept_s) == BATCH:
            pass
    for kind in _KINDS:
        while await _prune_jobs(database, kind, now_s - JOBS_KEPT_S) == BATCH:
            pass
    while await _prune_uploads(database, now_s - UPLOADS_KEPT_S) == BATCH:
        pass
    while await _prune_quality(database, day_of(now_s) - QUALITY_KEPT_DAYS):
        pass


async def _prune_numbered(database: Database, table: Table, before_s: float) -> int:
    """Delete the first rows, as long as they are old, but never the last; return how many."""
    first = select(table.c.number, table.c.happened_s).order_by(table.c.number).limit(BATCH + 1)
    async with database.look_now() as connection:
        rows = (await connection.execute(first)).all()
    old = 0
    while old < len(rows) - 1 and rows[old].happened_s < before_s:
        old += 1
    if old:
        async with database.change() as connection:
            gone = table.c.number <= rows[old - 1].number
            await connection.execute(delete(table).where(gone))
    return old


async def _prune_jobs(database: Database, kind: str, before_s: float) -> int:
    old = select(jobs.c.id).where(jobs.c.kind == kind, jobs.c.finished_s < before_s)
    async with database.look_now() as connection:
        ids = list(await connection.scalars(old.order_by(jobs.c.finished_s).limit(BATCH)))
    if ids:
        async with database.change() as connection:
            await delete_jobs(connection, ids)
    return len(ids)


async def delete_jobs(connection: AsyncConnection, ids: list[str]) -> None:
    """Delete jobs that are done; those that were put back into the queue meanwhile stay."""
    done = jobs.c.finished_s.is_not(None)
    await connection.execute(delete(jobs).where(jobs.c.id.in_(ids), done))


async def _prune_uploads(database: Database, before_s: float) -> int:
    async with database.look_now() as connection:
        ids = list(await connection.scalars(ended_uploads(before_s).limit(BATCH)))
    if ids:
        async with database.change() as connection:
            await connection.execute(delete(uploads).where(uploads.c.id.in_(ids), ENDED))
    return len(ids)


async def _prune_quality(database: Database, before_day: int) -> int:
    async with database.change() as connection:
        return await quality.forget_before(connection, before_day, BATCH)


def ended_uploads(before_s: float) -> Select[tuple[str]]:
    """Return the query of uploads of which nothing is left, nor will be removed, but their rows."""
    lives = exists().where(owned.c.asset_id == uploads.c.asset_id, owned.c.deleted_s.is_(None))
    is_being_removed = exists().where(
        jobs.c.subject == uploads.c.asset_id,
        jobs.c.kind.in_((COLLECT, FETCH)),
        jobs.c.state != State.SUCCEEDED,
    )
    return (
        select(uploads.c.id)
        .where(
            ENDED,
            uploads.c.expires_s < before_s,
            uploads.c.multipart_id.is_(None),
            ~lives,
            ~is_being_removed,
        )
        .order_by(uploads.c.expires_s)
    )

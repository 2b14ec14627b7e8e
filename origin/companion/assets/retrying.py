"""What an operator does at the command line with jobs that were given up for good.

An asset is what its newest packaging job says: with that job queued again, it is being prepared
again, and who watches assets is to tell what comes of it. A job has nothing left to do where a
newer one took its place, or its asset was deleted.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.assets import rows as assets
from origin.companion.assets.deleting import news_of
from origin.companion.assets.rows import State as AssetState
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.catalogue import events
from origin.companion.catalogue.events import News
from origin.companion.identity.administration import NotDone, tell
from origin.companion.identity.tables import users
from origin.companion.uploads.fetching import FETCH_KIND
from origin.packaging_job import KIND as PACKAGE
from packager.queue.job import NewJob, State
from packager.queue.retrying import requeue
from packager.queue.tables import assets as published
from packager.queue.tables import jobs

_LIST: Final = "`soundbridge admin retry` lists those that were given up."


async def given_up(connection: AsyncConnection, kind: str | None, limit: int) -> Sequence[Row[Any]]:
    """Return the jobs that were given up and may be tried again, the newest first."""
    rows = select(jobs).where(jobs.c.state == State.PARKED, ~_is_over())
    if kind is not None:
        rows = rows.where(jobs.c.kind == kind)
    found = await connection.execute(rows.order_by(jobs.c.created_s.desc()).limit(limit))
    return found.all()


async def retry_job(connection: AsyncConnection, job_id: str, *, now_s: float) -> bool:
    """Queue a job again; False where it is queued or at work already. Raises NotDone."""
    found = select(jobs, _is_over().label("is_over")).where(jobs.c.id == job_id)
    row = (await connection.execute(found)).one_or_none()
    if row is None:
        raise NotDone(f"There is no job {job_id}. {_LIST}")
    if row.state in {State.QUEUED, State.RUNNING}:
        return False
    if row.state == State.SUCCEEDED:
        raise NotDone(f"The job {job_id} was not given up: it is done.")
    if row.is_over:
        raise NotDone(
            f"The job {job_id} has nothing left to do: its asset was deleted, a newer job took its"
            " place, or what it was to fetch has to be uploaded anew."
        )
    await _retry(connection, [row], now_s)
    return True


async def retry_kind(connection: AsyncConnection, kind: str, limit: int, *, now_s: float) -> int:
    """Queue jobs of a kind again, the newest first; return how many."""
    return await _retry(connection, await given_up(connection, kind, limit), now_s)


async def _retry(connection: AsyncConnection, rows: Sequence[Row[Any]], now_s: float) -> int:
    queued, told = 0, list[News]()
    for row in sorted(rows, key=lambda row: row.subject or ""):  # who locks several has one order
        asset = None
        if row.kind == PACKAGE and row.subject is not None:  # held before its job is
            asset = await assets.find(connection, row.subject, now_s=now_s, to_change=True)
        if not await requeue(connection, row.id, now_s=now_s):
            continue
        queued += 1
        if asset is not None:
            await _publish_as(connection, row, asset.playback_id)
            await _unsettle(connection, asset)
            told.append(news_of(asset, "asset.repackaging"))
        if await connection.scalar(select(users.c.id).where(users.c.id == row.creator_id)):
            await tell(connection, row.creator_id, "retryJob", row.id, now_s)
    await events.tell_all(connection, told, now_s=now_s)
    return queued


async def _publish_as(connection: AsyncConnection, row: Row[Any], playback_id: str) -> None:
    """Let a job publish under the playback id that its asset has by now.

    It may have been replaced since the job was given up: nothing is published under the old one.
    """
    said = {**json.loads(row.payload), "playback_id": playback_id}
    job = NewJob(row.kind, said, row.creator_id)
    mine = update(jobs).where(jobs.c.id == row.id)
    await connection.execute(mine.values(payload=job.payload_json()))


async def _unsettle(connection: AsyncConnection, asset: Row[Any]) -> None:
    """Have it looked at again, once its job has ended."""
    looked = {"revision": None} if asset.state == AssetState.ERRORED else {}
    mine = update(owned).where(owned.c.asset_id == asset.asset_id)
    await connection.execute(mine.values(settled_s=None, **looked))


def _is_over() -> ColumnElement[bool]:
    newer = jobs.alias("newer")
    took_its_place = exists().where(
        jobs.c.kind == PACKAGE,
        newer.c.kind == jobs.c.kind,
        newer.c.subject == jobs.c.subject,
        or_(
            newer.c.created_s > jobs.c.created_s,
            and_(newer.c.created_s == jobs.c.created_s, newer.c.id > jobs.c.id),
        ),
    )
    is_deleted = exists().where(
        published.c.asset_id == jobs.c.subject, published.c.deleted_s.is_not(None)
    )
    return or_(jobs.c.kind == FETCH_KIND, took_its_place, and_(jobs.c.kind == PACKAGE, is_deleted))

"""Assets over HTTP: what their creator may do with them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.assets.collecting import forget_jobs
from origin.companion.assets.deleting import news_of
from origin.companion.assets.endpoints import ONE, WRITERS, found
from origin.companion.assets.errors import (
    NothingToRetry,
    PackagingUnderWay,
    RetryInVain,
    SourceGone,
)
from origin.companion.assets.models import Asset, PackagingOptions
from origin.companion.assets.rows import State
from origin.companion.assets.shown import shown
from origin.companion.assets.source import is_there
from origin.companion.assets.standing import failure_of, is_packaging
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.assets.withdrawing import Withdrawing
from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.media import Media
from origin.delivery.errors import StoreUnavailable
from origin.packaging_job import KIND, PackagingJob
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob

_LATER_S: Final = 0.001


class AssetChanges:
    """The endpoints that change what plays; ``new_id`` makes ids."""

    def __init__(self, database: Database, media: Media, new_id: Callable[[], str]) -> None:
        self._database = database
        self._withdrawing = Withdrawing(database, media, new_id)
        self._media = media
        self._new_id = new_id

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="POST", path=f"{ONE}/repackage", name="repackageAsset", tag="assets",
                summary="Package an asset again", handle=self.repackage, who=WRITERS,
                body=PackagingOptions, gives=Asset, status=HTTPStatus.ACCEPTED,
                raises=(PackagingUnderWay, SourceGone, StoreUnavailable),
            ),
            Endpoint(
                method="POST", path=f"{ONE}/retry", name="retryAsset", tag="assets",
                summary="Try again what failed", handle=self.retry, who=WRITERS,
                gives=Asset, status=HTTPStatus.ACCEPTED,
                raises=(
                    NothingToRetry, RetryInVain, PackagingUnderWay, SourceGone, StoreUnavailable,
                ),
            ),
            Endpoint(
                method="DELETE", path=ONE, name="deleteAsset", tag="assets",
                summary="Delete an asset", handle=self.delete, who=WRITERS,
                status=HTTPStatus.NO_CONTENT,
            ),
        ]  # fmt: skip

    async def repackage(self, call: Call[NoQuery, PackagingOptions]) -> Answer:
        """With the encoder of now, from what was uploaded.

        What it plays now plays on until the new revision is complete, and is then replaced in one
        step.
        """
        async with self._database.look(call.principal) as connection:
            before = await found(connection, call)
        return await self._package(call, before, call.body)

    async def retry(self, call: Call[NoQuery, NoBody]) -> Answer:
        """With the options of before. What the storage has lost is made anew; the rest plays on."""
        async with self._database.look(call.principal) as connection:
            before = await found(connection, call)
        if is_packaging(before):
            raise PackagingUnderWay
        failure = failure_of(before)
        if failure is None:
            raise NothingToRetry
        if not failure.can_retry:
            raise RetryInVain(failure.remedy)
        return await self._package(call, before, PackagingOptions())

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Let it play no more, and be removed a little later. Its track stays, without sound.

        Nobody can begin to play it from now on; who listens may end. Two minutes later nothing of
        it is given any more; caches and browsers keep what they have.
        """
        now_s = call.now_s
        async with self._database.change() as connection:
            row = await found(connection, call, to_change=True)
            news = await self._withdrawing.withdraw(connection, [row.asset_id], now_s=now_s)
            await events.tell_all(connection, news, now_s=now_s)
        await self._withdrawing.follow([row.asset_id])
        return Answer(status=HTTPStatus.NO_CONTENT)

    async def _package(
        self, call: Call[Any, Any], before: Row[Any], options: PackagingOptions
    ) -> Answer:
        """Queue an asset once more; raises PackagingUnderWay or SourceGone."""
        if is_packaging(before):
            raise PackagingUnderWay
        if before.payload is None:
            raise SourceGone
        if not await is_there(_job_of(before).source):
            raise SourceGone
        async with self._database.change() as connection:
            row = await found(connection, call, to_change=True)
            if is_packaging(row) or row.job_id != before.job_id:
                raise PackagingUnderWay
            job = _next_job(row, options, call.now_s)  # under the playback id that it has by now
            new = NewJob(KIND, job.to_payload(), row.owner_id, subject=row.asset_id)
            # The newest job counts, also where another machine's clock is ahead of ours.
            queued_s = max(call.now_s, row.job_created_s + _LATER_S)
            await enqueue(connection, new, job_id=self._new_id(), now_s=queued_s)
            await forget_jobs(connection, row.asset_id, before_s=row.job_created_s)
            looked = {"revision": None} if row.state == State.ERRORED else {}
            await _change(connection, row, settled_s=None, **looked)
            after = await found(connection, call)
            await _tell(connection, row, "asset.repackaging", call.now_s)
        return Answer(shown(after), HTTPStatus.ACCEPTED)


def _job_of(row: Row[Any]) -> PackagingJob:
    """Return what an asset was packaged by last."""
    return PackagingJob.from_payload(json.loads(row.payload))


def _next_job(row: Row[Any], options: PackagingOptions, now_s: float) -> PackagingJob:
    """Return what to package next: as before, but for the options that are given."""
    before = _job_of(row)
    said = options.model_dump(exclude_none=True)
    return replace(
        before,
        playback_id=row.playback_id,
        created_at=datetime.fromtimestamp(now_s, UTC).isoformat(timespec="seconds"),
        extras=replace(before.extras, **said),
    )


async def _change(connection: AsyncConnection, row: Row[Any], **values: Any) -> None:
    mine = owned.c.asset_id == row.asset_id
    await connection.execute(update(owned).where(mine).values(**values))


async def _tell(connection: AsyncConnection, row: Row[Any], kind: str, now_s: float) -> None:
    await events.tell_all(connection, [news_of(row, kind)], now_s=now_s)

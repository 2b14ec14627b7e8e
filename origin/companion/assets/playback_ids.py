"""An asset's playback id: which it is, and another in its place."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final

import obstore
import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.entry import Entry
from manifests.layout import entry_key
from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.assets.collecting import collect_entry
from origin.companion.assets.deleting import news_of
from origin.companion.assets.endpoints import ONE, READERS, WRITERS, found
from origin.companion.assets.errors import PackagingUnderWay
from origin.companion.assets.models import PlaybackId, PlaybackIds
from origin.companion.assets.standing import is_packaging
from origin.companion.assets.withdrawing import Withdrawing
from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.media import Media
from origin.companion.purging.media import promise_entries
from origin.delivery.errors import StoreUnavailable
from packager.errors import first_line
from packager.publishing.reasons import STORE_ERRORS
from packager.queue import assets

_FOLLOWS_S: Final = 5.0

_log = structlog.get_logger("soundbridge.assets")


class PlaybackIdEndpoints:
    """The endpoints; ``new_id`` makes ids."""

    def __init__(self, database: Database, media: Media, new_id: Callable[[], str]) -> None:
        self._database = database
        self._withdrawing = Withdrawing(database, media, new_id)
        self._media = media
        self._new_id = new_id

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="GET", path=f"{ONE}/playback-ids", name="listPlaybackIds", tag="assets",
                summary="Get an asset's playback ids", handle=self.list, who=READERS,
                gives=PlaybackIds,
            ),
            Endpoint(
                method="POST", path=f"{ONE}/playback-ids", name="replacePlaybackId", tag="assets",
                summary="Replace an asset's playback id", handle=self.replace,
                who=WRITERS, gives=PlaybackId, status=HTTPStatus.CREATED,
                raises=(PackagingUnderWay, StoreUnavailable),
            ),
        ]  # fmt: skip

    async def list(self, call: Call[NoQuery, NoBody]) -> Answer:
        """There is one at a time; make another one to replace it."""
        async with self._database.look(call.principal) as connection:
            row = await found(connection, call)
        return Answer(PlaybackIds(items=[PlaybackId(id=row.playback_id)]))

    async def replace(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Let it play under a new id from now on, and under the old one no more."""
        playback_id = self._new_id()
        async with self._database.change(alone=True) as connection:  # nothing is replaced by it
            before = await found(connection, call)
            if is_packaging(before):
                raise PackagingUnderWay
            # Unless the asset has it by then: who is killed in between cannot take it back.
            await self._collect_entry(connection, before, playback_id, call.now_s)
        await self._put_entry(before, playback_id)  # so that whoever is told of it finds it
        try:
            row = await self._rename(call, playback_id)
        except BaseException:
            await self._remove_entry(playback_id)
            raise
        await self._withdrawing.follow([row.asset_id])
        await self._remove_entry(row.playback_id)
        return Answer(PlaybackId(id=playback_id), HTTPStatus.CREATED)

    async def _rename(self, call: Call[NoQuery, NoBody], playback_id: str) -> Row[Any]:
        """Let the row say so; return it as it was."""
        now_s = call.now_s
        async with self._database.change() as connection:
            row = await found(connection, call, to_change=True)
            if is_packaging(row):
                raise PackagingUnderWay
            await assets.rename(connection, row.asset_id, playback_id, now_s=now_s)
            await self._collect_entry(connection, row, row.playback_id, now_s)
            await promise_entries(connection, row.playback_id, soft=False, now_s=now_s)
            await events.tell_all(
                connection, [news_of(row, "asset.playback_id_replaced")], now_s=now_s
            )
        return row

    async def _collect_entry(
        self, connection: AsyncConnection, row: Row[Any], playback_id: str, now_s: float
    ) -> None:
        job_id = self._new_id()
        await collect_entry(connection, playback_id, row.owner_id, job_id=job_id, now_s=now_s)

    async def _put_entry(self, row: Row[Any], playback_id: str) -> None:
        """Let what plays play under another id, too; raises StoreUnavailable."""
        if row.entry is None:
            return
        entry = replace(Entry.from_json(row.entry), playback_id=playback_id)
        content = entry.changed_now(datetime.now(UTC)).to_json()
        try:
            async with asyncio.timeout(_FOLLOWS_S):
                await obstore.put_async(self._media.store, entry_key(playback_id), content)
        except STORE_ERRORS as error:
            raise StoreUnavailable("The storage does not answer now; try again soon.") from error

    async def _remove_entry(self, playback_id: str) -> None:
        """Remove an entry now; a job that is queued does it in any case."""
        key = entry_key(playback_id)
        try:
            async with asyncio.timeout(_FOLLOWS_S):
                await obstore.delete_async(self._media.store, key)
        except FileNotFoundError:
            pass
        except STORE_ERRORS as error:
            _log.warning("entry not yet removed", playback_id=playback_id, cause=first_line(error))
        await self._media.tell((key,))

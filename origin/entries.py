"""Entries of a queue: what the store says that an asset plays follows from the asset's row.

The row is written first, in a transaction that its worker's lease fences; the store is brought up
to it afterwards. A worker killed in between leaves the store behind: every worker looks for such
rows, and for what was announced for jobs that have been parked since.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncEngine

from manifests import layout
from manifests.entry import Entry
from manifests.errors import ManifestError
from origin.cache.tell import Tell, tell_nobody
from origin.companion.purging.media import keys_of, needs_keys, promise_followed
from packager.errors import StoreFailed, first_line
from packager.publishing.publication import Publication
from packager.publishing.storage import Storage
from packager.publishing.withdrawal import Withdrawal, clear, withdraw
from packager.queue import assets, lease
from packager.queue.job import Claimed
from packager.queue.worker import DATABASE_ERRORS

_REPAIR_EVERY_S: Final = 5.0
_REPAIR_AFTER_S: Final = 2.0
_REPAIRS_AT_ONCE: Final = 100

_log = structlog.get_logger("soundbridge.worker")


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of all assets of a database, in one store.

    ``tell`` is given the keys of what has changed there, once it has.
    """

    database: AsyncEngine
    store: ObjectStore
    tell: Tell = tell_nobody

    async def announce(self, held: Claimed, entry: Entry) -> None:
        """Let a growing revision play, unless something better does; raises LeaseLost.

        Where the database or the store cannot be reached, it is left to the complete one.
        """
        try:
            async with self.database.begin() as connection:
                await lease.confirm(connection, held)
                if not await assets.announce(connection, held, entry, now_s=time.time()):
                    return
            await self.follow(entry.asset_id)
        except (*DATABASE_ERRORS, StoreFailed, ManifestError) as error:
            _log.warning("not announced", asset=entry.asset_id, cause=first_line(error))

    async def withdraw(self, held: Claimed, asset_id: str) -> None:
        """Take back what was announced of an asset whose job fails for good; raises LeaseLost.

        Where the database or the store cannot be reached, ``repair`` does it later.
        """
        try:
            async with self.database.begin() as connection:
                await lease.confirm(connection, held)
                await assets.withdraw(connection, held, asset_id, now_s=time.time())
            await self.follow(asset_id)
        except (*DATABASE_ERRORS, StoreFailed, ManifestError) as error:
            _log.warning("not yet withdrawn", asset=asset_id, cause=first_line(error))

    async def follow(self, asset_id: str) -> None:
        """Bring the store up to an asset's row.

        Two may write at once and the older come last; whoever wrote it then finds that the row says
        something else, and writes again. CDNs are to drop what they have of before, once: this is
        the change that they see.
        """
        is_again = False
        while True:
            async with self.database.begin() as connection:
                newest = await assets.published(connection, asset_id)
            if newest is None:
                return
            await asyncio.to_thread(_write, self.store, newest)
            await self.tell((layout.entry_key(newest.playback_id),))
            keys = await self._keys_to_drop(newest)
            async with self.database.begin() as connection:
                is_told = await assets.is_stored(connection, newest)
                if await assets.stored(connection, newest):
                    if is_again or not is_told:
                        await promise_followed(connection, newest, keys, now_s=time.time())
                    return
            is_again = True  # what should not be there was, whatever had been promised by then

    async def _keys_to_drop(self, written: assets.Published) -> list[str]:
        """Return what CDNs may have of an asset that plays no more, if one has to be told."""
        if written.entry is not None:
            return []
        async with self.database.begin() as connection:
            if not await needs_keys(connection, now_s=time.time()):
                return []
        return await asyncio.to_thread(keys_of, self.store, written.where.asset_id)

    async def repair(self) -> None:
        """Write what killed workers left out, again and again."""
        while True:
            try:
                for asset_id in await self._behind():
                    await self._repair(asset_id)
            except DATABASE_ERRORS as error:
                _log.warning("entries not repaired", cause=first_line(error))
            await asyncio.sleep(_REPAIR_EVERY_S)

    async def _behind(self) -> list[str]:
        now_s = time.time()
        async with self.database.begin() as connection:
            await assets.withdraw_parked(connection, now_s=now_s)
            return await assets.behind(
                connection, published_before_s=now_s - _REPAIR_AFTER_S, limit=_REPAIRS_AT_ONCE
            )

    async def _repair(self, asset_id: str) -> None:
        try:
            await self.follow(asset_id)
            _log.info("entry repaired", asset=asset_id)
        except (StoreFailed, ManifestError) as error:  # the next one may go well
            _log.warning("entry not repaired", asset=asset_id, cause=first_line(error))


@dataclass(frozen=True, slots=True)
class ThroughTheRow:
    """Publishes for a worker whose packaging runs in a thread beside ``loop``."""

    entries: Entries
    held: Claimed
    loop: asyncio.AbstractEventLoop

    def provisional(self, entry: Entry) -> None:
        """Announce it; raises LeaseLost."""
        announcing = self.entries.announce(self.held, entry)
        asyncio.run_coroutine_threadsafe(announcing, self.loop).result()

    def final(self, entry: Entry) -> None:
        """Leave it to the transaction of the job's success."""

    def grew(self, keys: Sequence[str]) -> None:
        """Tell of playlists that have become longer."""
        asyncio.run_coroutine_threadsafe(self.entries.tell(keys), self.loop).result()

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        """Leave what is stored to the next attempt, which goes on from there."""


def _write(store: ObjectStore, row: assets.Published) -> None:
    key = layout.entry_key(row.playback_id)
    with Storage(store) as storage:
        if row.entry is None:
            storage.delete_all((key,))
            withdraw(storage, row.where, Withdrawal.at(datetime.now(UTC)))
        else:
            clear(storage, row.where)
            storage.put(key, row.entry.changed_now(datetime.now(UTC)).to_json())

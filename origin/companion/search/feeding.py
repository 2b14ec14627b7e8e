"""Feeding the index: one process of a machine does, whichever takes the lock; the next if it dies.

It builds the index where there is none, or a damaged one; then it reads the outbox, a moment after
each event, and writes what changed, together with how far it has come. Between times it looks at
how often things were played.
"""

import asyncio
import time
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import select

from origin.companion.catalogue import events as outbox
from origin.companion.catalogue.kinds import EventKind
from origin.companion.catalogue.tables import events
from origin.companion.database import Database
from origin.companion.search.bookmark import Bookmark
from origin.companion.search.building import Building
from origin.companion.search.due import EVENTS, Due
from origin.companion.search.errors import IndexBusy, IndexMissing
from origin.companion.search.folders import Folders, discard, feeding, is_intact
from origin.companion.search.following import follow
from origin.companion.search.index import SUSPECT
from origin.companion.search.popularity import Popularity
from origin.companion.search.suggesting import Suggesting
from origin.companion.search.writing import Aside, Writer
from origin.delivery.errors import DatabaseUnavailable

LOOK_S: Final = 0.4
"""Between looks at the outbox: with a commit and a reader's look, less than the 2 s there are."""

LOCK_S: Final = 1.0
AGAIN_S: Final = 2.0

_log = structlog.get_logger("soundbridge.search")


class Feeder:
    """Keeps a machine's index like the rows, until it is cancelled."""

    def __init__(self, database: Database, folders: Folders) -> None:
        self._database = database
        self._folders = folders
        self._due = Due()
        self._aside = Aside()
        self._building = Building(database, folders, self._aside)

    async def run(self) -> None:
        """Feed, or wait to."""
        root = self._folders.root
        try:
            while True:
                try:
                    await self._aside(lambda: root.mkdir(parents=True, exist_ok=True))
                    with feeding(root, self._folders.schema) as is_ours:
                        while is_ours:
                            await self._feed()
                except (IndexMissing, DatabaseUnavailable, OSError) as error:
                    _log.warning("search is not fed", reason=str(error))
                    await asyncio.sleep(AGAIN_S)
                except Exception:  # noqa: BLE001 the index must not stay as it is for ever
                    _log.exception("search is not fed")
                    await asyncio.sleep(AGAIN_S)
                await asyncio.sleep(LOCK_S)
        finally:
            self._aside.close()

    async def _feed(self) -> None:
        """Feed until something has to be made anew; raises what is in the way."""
        path = await self._aside(self._folders.ready)
        if path is None:
            await self._building.run()
            return
        if not await self._aside(is_intact, path):
            await self._discard(path)
            return
        await self._aside((path / SUSPECT).unlink, missing_ok=True)
        await self._aside(self._folders.discard_others, path)
        try:
            writer = await self._aside(Writer, path)
        except IndexBusy:
            raise
        except IndexMissing:  # of another version of the engine
            await self._discard(path)
            raise
        try:
            await self._keep(writer)
        finally:
            await self._aside(writer.close)

    async def _discard(self, path: Path) -> None:
        _log.warning("the index is damaged and is made anew", folder=str(path))
        await self._aside(discard, path)

    async def _keep(self, writer: Writer) -> None:
        bookmark = await self._aside(writer.bookmark)
        if bookmark is None or not await self._goes_on(bookmark):
            await self._discard(writer.path)
            return
        popularity = Popularity(self._database, writer, self._aside)
        suggesting = Suggesting(self._database, self._folders)
        suggestions = asyncio.create_task(suggesting.run())
        try:
            while not await self._aside((writer.path / SUSPECT).exists):
                bookmark, is_behind = await self._follow(writer, bookmark)
                if is_behind:
                    continue
                if await popularity.look():
                    await self._aside(writer.commit, bookmark)
                asked_ns = await self._aside(self._folders.rebuild_asked)
                if asked_ns is not None:
                    await self._building.run()
                    await self._aside(self._folders.rebuilt, asked_ns)
                    return
                await asyncio.sleep(LOOK_S)
        finally:
            suggestions.cancel()
            await asyncio.gather(suggestions, return_exceptions=True)

    async def _goes_on(self, bookmark: Bookmark) -> bool:
        """Tell whether all events behind a bookmark are there: they are kept for a while."""
        async with self._database.look_now() as connection:
            if await outbox.newest_number(connection) < bookmark.events:
                return False  # another database, or an older state of it
            if bookmark.events == 0:
                return True
            before = select(events.c.number).where(events.c.number <= bookmark.events).limit(1)
            return await connection.scalar(before) is not None

    async def _follow(self, writer: Writer, bookmark: Bookmark) -> tuple[Bookmark, bool]:
        """Write what happened; return how far that is, and whether there may be more."""
        async with self._database.look_now() as connection:
            happened = await outbox.since(connection, bookmark.events, limit=EVENTS)
            if not self._due.is_now(happened, time.monotonic()):
                return bookmark, False
            await follow(connection, writer, self._aside, happened)
        if any(event.kind == EventKind.ARTIST_DELETED for event in happened):
            await self._aside(self._folders.ask_for_rebuild_later)
        bookmark = Bookmark(happened[-1].number)
        await self._aside(writer.commit, bookmark)
        return bookmark, len(happened) == EVENTS

"""Making the lists of suggestions anew in the background."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final

import structlog
from sqlalchemy import Row, select, tuple_

from origin.companion.catalogue.tables import albums, artists, tracks
from origin.companion.database import Database
from origin.companion.search import rows
from origin.companion.search.entries import Kind, key_of
from origin.companion.search.folders import Folders
from origin.companion.search.suggestions import Lists
from origin.delivery.errors import DatabaseUnavailable

AGAIN_S: Final = 600.0
TRACKS_MAX: Final = 30_000
"""Those that are played most. What begins like few of them, begins like few of all: the index is
quick there."""

_BATCH: Final = 200
_PAUSE_S: Final = 0.005
"""For requests, after each batch: making lists is nothing that anybody waits for."""

_log = structlog.get_logger("soundbridge.search")


class Suggesting:
    """Makes lists from the rows."""

    def __init__(self, database: Database, folders: Folders) -> None:
        self._database = database
        self._path = folders.suggestions

    async def run(self) -> None:
        """Make them when they are old, until cancelled."""
        while True:
            try:
                if await asyncio.to_thread(self._is_old):
                    await self.make()
            except (DatabaseUnavailable, OSError) as error:
                _log.warning("suggestions are not made", reason=str(error))
            await asyncio.sleep(AGAIN_S)

    async def make(self) -> None:
        """Make them once."""
        lists = await asyncio.to_thread(Lists, self._path)
        try:
            behind: tuple[int, str] | None = None
            seen: set[str] = set()
            for _ in range(TRACKS_MAX // _BATCH):
                some = await self._most_played(behind)
                await asyncio.to_thread(lists.add, _names(some, seen))
                if len(some) < _BATCH:
                    break
                behind = (some[-1].play_count, some[-1].id)
                await asyncio.sleep(_PAUSE_S)
            await asyncio.to_thread(lists.publish)
        finally:
            lists.close()

    async def _most_played(self, behind: tuple[int, str] | None) -> list[Row[Any]]:
        order = tuple_(tracks.c.play_count, tracks.c.id)
        asked = (
            select(
                tracks.c.id, tracks.c.title, tracks.c.play_count, tracks.c.artist_id,
                artists.c.name, albums.c.id.label("album_id"), albums.c.title.label("album"),
            )
            .join(artists, artists.c.id == tracks.c.artist_id)
            .outerjoin(
                albums,
                (albums.c.id == tracks.c.album_id) & rows.listed(albums),
            )
            .where(rows.listed(tracks), artists.c.deleted_s.is_(None))
            .order_by(tracks.c.play_count.desc(), tracks.c.id.desc())
            .limit(_BATCH)
        )  # fmt: skip
        if behind is not None:
            asked = asked.where(order < behind)
        async with self._database.look_now() as connection:
            return list(await connection.execute(asked))

    def _is_old(self) -> bool:
        try:
            return time.time() - self._path.stat().st_mtime > AGAIN_S
        except FileNotFoundError:
            return True


def _names(some: Sequence[Row[Any]], seen: set[str]) -> list[tuple[str, str]]:
    """Return keys and names; artists and albums stand where their most played track does."""
    names = []
    for row in some:
        for kind, entity_id, name in (
            (Kind.ARTIST, row.artist_id, row.name),
            (Kind.ALBUM, row.album_id, row.album),
        ):
            if entity_id is not None and (key := key_of(kind, entity_id)) not in seen:
                seen.add(key)
                names.append((key, name))
        names.append((key_of(Kind.TRACK, row.id), row.title))
    return names

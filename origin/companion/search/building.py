"""Making an index from all rows: in steps of bounded memory, gone on with where it was ended."""

import math
from collections.abc import Sequence
from typing import Final

from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.search import rows
from origin.companion.search.bookmark import Bookmark
from origin.companion.search.entries import Entry, Kind
from origin.companion.search.errors import IndexBusy, IndexMissing
from origin.companion.search.folders import Folders, discard
from origin.companion.search.writing import Aside, Writer

ROWS: Final = 1_000
ROWS_OF_COMMIT_MAX: Final = 50_000
"""More than that does not fit in the engine's memory, which would commit by itself."""

_ALIKE: Final = 8
"""So many segments of about a size are merged into one, by the engine's policy."""

_ORDER: Final = (Kind.ARTIST, Kind.ALBUM, Kind.TRACK)


def rows_of_commit(total: int) -> int:
    """Return how many rows to commit at a time, so that the engine ends with few segments.

    What is like a word is looked for in each segment's dictionary anew: one of a million entries is
    asked three times as fast as ten. So there are as many commits as can be merged into one, and
    half of one, since rows come and go meanwhile.
    """
    commits = 1
    while total > ROWS_OF_COMMIT_MAX * (commits + 0.5):
        commits *= _ALIKE
    return ROWS_OF_COMMIT_MAX if commits == 1 else math.ceil(total / (commits + 0.5))


class Building:
    """Reads all rows into ``folders.building``."""

    def __init__(self, database: Database, folders: Folders, aside: Aside) -> None:
        self._database = database
        self._folders = folders
        self._aside = aside

    async def run(self) -> None:
        """Build it, publish it; raises IndexMissing or DatabaseUnavailable, to be run again."""
        writer, bookmark = await self._begin()
        try:
            async with self._database.look_now() as connection:
                rows_max = rows_of_commit(await rows.count(connection))
            while bookmark.building is not None:
                bookmark = await self._step(writer, bookmark, rows_max)
            await self._aside(writer.finish)
        finally:
            await self._aside(writer.close)
        await self._aside(self._folders.publish)

    async def _begin(self) -> tuple[Writer, Bookmark]:
        path = self._folders.building
        if path.exists():
            try:
                writer = await self._aside(Writer, path)
                bookmark = await self._aside(writer.bookmark)
            except IndexBusy:
                raise
            except IndexMissing:
                bookmark = None
            else:
                if bookmark is not None:
                    return writer, bookmark
                await self._aside(writer.close)
            await self._aside(discard, path)
        async with self._database.look_now() as connection:
            bookmark = Bookmark(await events.newest_number(connection), _ORDER[0])
        path.mkdir(parents=True)
        return await self._aside(Writer, path, make=True), bookmark

    async def _step(self, writer: Writer, bookmark: Bookmark, rows_max: int) -> Bookmark:
        """Write the rows up to the next commit."""
        written = 0
        while bookmark.building is not None and written < rows_max:
            wanted = min(ROWS, rows_max - written)
            async with self._database.look_now() as connection:
                some = await rows.entries_behind(
                    connection, bookmark.building, bookmark.behind, wanted
                )
            await self._aside(writer.add, some)
            written += len(some)
            bookmark = _on(bookmark, bookmark.building, some, is_last=len(some) < wanted)
        await self._aside(writer.commit, bookmark)
        return bookmark


def _on(bookmark: Bookmark, kind: Kind, some: Sequence[Entry], *, is_last: bool) -> Bookmark:
    """Return where to read on behind some rows of a kind."""
    if not is_last:
        return Bookmark(bookmark.events, kind, some[-1].id)
    place = _ORDER.index(kind) + 1
    return Bookmark(bookmark.events, _ORDER[place] if place < len(_ORDER) else None)

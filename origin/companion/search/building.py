"""Making an index from all rows: in steps of bounded memory, gone on with where it was ended."""

from typing import Final

from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.search import rows
from origin.companion.search.bookmark import Bookmark
from origin.companion.search.entries import Kind
from origin.companion.search.errors import IndexBusy, IndexMissing
from origin.companion.search.folders import Folders, discard
from origin.companion.search.writing import Aside, Writer

ROWS: Final = 1_000
ROWS_OF_COMMIT: Final = 50_000
_ORDER: Final = (Kind.ARTIST, Kind.ALBUM, Kind.TRACK)


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
            while bookmark.building is not None:
                bookmark = await self._step(writer, bookmark, bookmark.building)
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

    async def _step(self, writer: Writer, bookmark: Bookmark, kind: Kind) -> Bookmark:
        """Write the rows up to the next commit."""
        behind, is_last = bookmark.behind, False
        for _ in range(ROWS_OF_COMMIT // ROWS):
            async with self._database.look_now() as connection:
                some = await rows.entries_behind(connection, kind, behind, ROWS)
            await self._aside(writer.add, some)
            if is_last := len(some) < ROWS:
                break
            behind = some[-1].id
        if is_last:
            place = _ORDER.index(kind) + 1
            following = _ORDER[place] if place < len(_ORDER) else None
            bookmark = Bookmark(bookmark.events, following)
        else:
            bookmark = Bookmark(bookmark.events, kind, behind)
        await self._aside(writer.commit, bookmark)
        return bookmark

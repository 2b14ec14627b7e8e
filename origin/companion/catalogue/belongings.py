"""What the catalogue holds of a user: artists, their albums and tracks, and whom they follow."""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from sqlalchemy import Row, Table, delete, func, select, update

from origin.companion.artwork.lifecycle import let_go
from origin.companion.catalogue import events, listing
from origin.companion.catalogue.events import News
from origin.companion.catalogue.follows import rows as following
from origin.companion.catalogue.tables import albums, artists, follows, track_tags, tracks
from origin.companion.database import Database
from origin.companion.identity.belongings import AT_ONCE, rows_of

_KINDS: Final = ((tracks, "track"), (albums, "album"), (artists, "artist"))
"""Those that belong to others come first, so that none is left without what it belongs to."""

_UNSAID: Final = {"description": "", "genre": None, "language": None, "released_on": None}
_NOTHING: Final[Mapping[str, Mapping[str, Any]]] = {
    "track": {
        "title": "",
        "tags": "[]",
        **dict.fromkeys(("cover", "artwork")),
        **_UNSAID,
        **listing.columns(None),
    },
    "album": {"title": "", **_UNSAID, "listed_s": None},
    "artist": {"name": "", "description": "", "handle": artists.c.id},
}
"""What is left of what was erased; what followed an artist goes as ``emptying`` lets it go."""
_TITLES: Final = {"track": tracks.c.title, "album": albums.c.title, "artist": artists.c.name}
"""Empty in what was erased, and in nothing else."""


class CatalogueBelongings:
    """Gives and takes away what the catalogue holds of a user."""

    name = "catalogue"

    async def export(self, database: Database, user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield each row as it is, with its kind."""
        for table, kind in _KINDS:
            async for row in rows_of(database, table.c.user_id == user_id, table.c.id):
                yield {"kind": kind, **row}
        async for row in rows_of(database, follows.c.user_id == user_id, follows.c.artist_id):
            yield {"kind": "follow", **row}

    async def erase(self, database: Database, user_id: str) -> None:
        """Delete what they published, with what it says, and their follows."""
        while await _unfollow_some(database, user_id):
            pass
        for table, kind in _KINDS:
            while await self._erase_some(database, table, kind, user_id):
                pass

    async def _erase_some(self, database: Database, table: Table, kind: str, user_id: str) -> bool:
        """Delete some, and tell of each; False where there are no more.

        What was deleted before still says something: that goes, too. Rows are held in the order of
        their ids, as by whoever holds several: plays are written so.
        """
        now_s = time.time()
        said = select(table).where(table.c.user_id == user_id, _TITLES[kind] != "")
        async with database.change() as connection:
            held = said.order_by(table.c.id).limit(AT_ONCE).with_for_update()
            found = list(await connection.execute(held))
            ids = [row.id for row in found]
            deleted_s = func.coalesce(table.c.deleted_s, now_s)
            values = {**_NOTHING[kind], "deleted_s": deleted_s, "version": table.c.version + 1}
            await connection.execute(update(table).where(table.c.id.in_(ids)).values(values))
            if table is tracks:
                await connection.execute(delete(track_tags).where(track_tags.c.track_id.in_(ids)))
                await let_go(connection, ids, now_s=now_s)
            news = [_news(kind, row) for row in found if row.deleted_s is None]
            await events.tell_all(connection, news, now_s=now_s)
        return bool(found)


def _news(kind: str, row: Row[Any]) -> News:
    content = events.of_track(row) if kind == "track" else {}
    if kind == "album":
        content = {"artist_id": row.artist_id}
    return News(f"{kind}.deleted", row.id, row.user_id, content)


async def _unfollow_some(database: Database, user_id: str) -> bool:
    """Let a user follow some artists no more, each of whom is held; False where none is left."""
    some = select(follows.c.artist_id).where(follows.c.user_id == user_id)
    async with database.change() as connection:
        ids = list(await connection.scalars(some.order_by(follows.c.artist_id).limit(AT_ONCE)))
        held = select(artists.c.id).where(artists.c.id.in_(ids)).order_by(artists.c.id)
        await connection.execute(held.with_for_update())
        news = [
            News("follow.deleted", artist_id, user_id, {})
            for artist_id in ids
            if await following.remove(connection, user_id, artist_id)
        ]
        await events.tell_all(connection, news, now_s=time.time())
    return bool(ids)

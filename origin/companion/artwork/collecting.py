"""Removing pictures that no track shows any more: first from the store, then their rows."""

import asyncio
import time
from typing import Final

import structlog
from obstore.store import ObjectStore
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import SQLAlchemyError

from manifests.layout import TrackArtwork
from origin.companion.artwork.tables import artworks
from origin.companion.database import Database
from origin.companion.media import Media
from origin.companion.purging.pictures import promise_picture, promise_picture_gone
from origin.delivery.errors import DatabaseUnavailable
from packager.errors import StoreFailed
from packager.publishing.storage import Storage

_EVERY_S: Final = 60.0
_AT_ONCE: Final = 50

_log = structlog.get_logger("soundbridge.artwork")


async def keep_collecting(database: Database, media: Media) -> None:
    """Remove them, as long as the process serves."""
    while True:
        try:
            while await collect(database, media, now_s=time.time()):
                pass
        except (DatabaseUnavailable, SQLAlchemyError, StoreFailed) as error:
            _log.warning("artwork not collected", cause=str(error).partition("\n")[0])
        except Exception:  # noqa: BLE001 it must not be the end of all
            _log.exception("artwork not collected")
        await asyncio.sleep(_EVERY_S)


async def collect(database: Database, media: Media, *, now_s: float) -> bool:
    """Remove some; False where there may be no more. Raises DatabaseUnavailable or StoreFailed."""
    async with database.look_now() as connection:
        found = (await connection.execute(to_go(now_s, _AT_ONCE))).all()
    for row in found:
        where = TrackArtwork(row.track_id, row.id)
        keys = await asyncio.to_thread(_keys, media.store, where)
        async with database.change() as connection:
            await promise_picture(connection, where, keys, now_s=now_s)
        await asyncio.to_thread(_remove, media.store, keys)
        await media.tell(keys)
        async with database.change() as connection:
            await connection.execute(delete(artworks).where(artworks.c.id == row.id))
            await promise_picture_gone(connection, where, now_s=now_s)
    return len(found) == _AT_ONCE


def to_go(now_s: float, limit: int) -> Select[tuple[str, str]]:
    """Return the query of pictures that are to go by now."""
    rows = select(artworks.c.id, artworks.c.track_id).where(artworks.c.due_s <= now_s)
    return rows.order_by(artworks.c.due_s).limit(limit)


def _keys(store: ObjectStore, where: TrackArtwork) -> tuple[str, ...]:
    with Storage(store) as storage:
        return tuple(storage.sizes_bytes(where.prefix))


def _remove(store: ObjectStore, keys: tuple[str, ...]) -> None:
    with Storage(store) as storage:
        storage.delete_all(keys)

"""What was a deleted artist's is deleted, too: in batches, each a short transaction.

From the moment in which the artist is deleted, nobody is shown any of it (``visibility``). How much
there is has no bound, so it goes in batches, each of which tells what went; whoever is interrupted
leaves the rest to the next who looks. Whoever holds the artist's row does it, so that nobody does
anything twice; who adds something to an artist holds that row, too, so that nothing is left over.
"""

import asyncio
import time
from typing import Any, Final

import structlog
from sqlalchemy import Table, delete, exists, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue import events
from origin.companion.catalogue.events import News
from origin.companion.catalogue.tables import albums, artists, follows, tracks
from origin.companion.catalogue.tracks import rows
from origin.companion.catalogue.withdrawal import Withdrawal
from origin.companion.database import Database
from origin.delivery.errors import ApiError

BATCH: Final = 500
TRACK_BATCH: Final = 50
"""Fewer: what each of them plays takes some statements to be deleted, too."""
_LOOK_EVERY_S: Final = 60.0
_TO_EMPTY: Final = (artists.c.deleted_s.is_not(None), artists.c.emptied_s.is_(None))


async def keep_emptying(database: Database, withdrawal: Withdrawal) -> None:
    """Go on with what was interrupted, for as long as the process serves."""
    while True:
        try:
            await empty_deleted_artists(database, withdrawal, now_s=time.time())
        except (ApiError, SQLAlchemyError):
            structlog.get_logger().exception("what deleted artists had is deleted later")
        await asyncio.sleep(_LOOK_EVERY_S)


async def empty_deleted_artists(
    database: Database, withdrawal: Withdrawal, *, now_s: float
) -> None:
    """Delete what is left of some artists; raises DatabaseUnavailable."""
    some = select(artists.c.id).where(*_TO_EMPTY).order_by(artists.c.id).limit(BATCH)
    async with database.look_now() as connection:
        ids = (await connection.scalars(some)).all()
    for artist_id in ids:
        await empty_artist(database, withdrawal, artist_id, now_s=now_s)


async def empty_artist(
    database: Database,
    withdrawal: Withdrawal,
    artist_id: str,
    *,
    now_s: float,
    batches_max: int | None = None,
) -> None:
    """Delete what was a deleted artist's; at most so many batches, where there is a bound."""
    done = 0
    while batches_max is None or done < batches_max:
        async with database.change() as connection:
            if await _empty_some(connection, withdrawal, artist_id, now_s):
                return
        done += 1


async def has_sound(connection: AsyncConnection, artist_id: str) -> bool:
    """Tell whether sound would go with an artist."""
    there = exists().where(
        tracks.c.artist_id == artist_id,
        tracks.c.deleted_s.is_(None),
        tracks.c.asset_id.is_not(None),
    )
    return bool(await connection.scalar(select(there)))


async def _empty_some(
    connection: AsyncConnection, withdrawal: Withdrawal, artist_id: str, now_s: float
) -> bool:
    """Delete one batch; tell whether nothing is left."""
    artist = select(artists.c.id).where(artists.c.id == artist_id, *_TO_EMPTY).with_for_update()
    if await connection.scalar(artist) is None:
        return True
    gone = await _some_of(connection, tracks, artist_id, TRACK_BATCH)
    if gone:
        await _remove(connection, withdrawal, gone, now_s)
        return False
    gone = await _some_of(connection, albums, artist_id, BATCH)
    if gone:
        values = {"deleted_s": now_s, "listed_s": None, "version": albums.c.version + 1}
        ids = [row.id for row in gone]
        await connection.execute(update(albums).where(albums.c.id.in_(ids)).values(values))
        await events.tell_all(connection, [_album(row) for row in gone], now_s=now_s)
        return False
    if await _unfollow_some(connection, artist_id):
        return False
    done = update(artists).where(artists.c.id == artist_id)
    await connection.execute(done.values(emptied_s=now_s, follower_count=0))
    return True


async def _remove(
    connection: AsyncConnection, withdrawal: Withdrawal, gone: list[Any], now_s: float
) -> None:
    """Delete tracks, with what they play and what is being sent for them."""
    sounds = [row.asset_id for row in gone if row.asset_id is not None]
    await withdrawal.hold(connection, sounds, for_tracks=[row.id for row in gone])
    gone = await _unchanged(connection, gone)
    sounds = [row.asset_id for row in gone if row.asset_id is not None]
    ids = [row.id for row in gone]
    await rows.remove(connection, ids, now_s=now_s)
    told = [_track(row) for row in gone]
    told += await withdrawal.withdraw(connection, sounds, for_tracks=ids, now_s=now_s)
    await events.tell_all(connection, told, now_s=now_s)


async def _unchanged(connection: AsyncConnection, found: list[Any]) -> list[Any]:
    """Hold tracks; leave those to the next batch that have got another sound meanwhile."""
    some = tracks.c.id.in_([row.id for row in found])
    held = select(tracks.c.id, tracks.c.asset_id).where(some).order_by(tracks.c.id)
    by_now = {row.id: row.asset_id for row in await connection.execute(held.with_for_update())}
    return [row for row in found if by_now.get(row.id) == row.asset_id]


async def _some_of(
    connection: AsyncConnection, table: Table, artist_id: str, limit: int
) -> list[Any]:
    some = select(table).where(table.c.artist_id == artist_id, table.c.deleted_s.is_(None))
    return list(await connection.execute(some.order_by(table.c.created_s).limit(limit)))


async def _unfollow_some(connection: AsyncConnection, artist_id: str) -> bool:
    of_artist = follows.c.artist_id == artist_id
    users = list(await connection.scalars(select(follows.c.user_id).where(of_artist).limit(BATCH)))
    await connection.execute(delete(follows).where(of_artist, follows.c.user_id.in_(users)))
    return bool(users)


def _track(row: Any) -> News:
    return News("track.deleted", row.id, row.user_id, {**events.of_track(row), "fields": []})


def _album(row: Any) -> News:
    return News("album.deleted", row.id, row.user_id, {"artist_id": row.artist_id})

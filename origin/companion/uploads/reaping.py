"""What nobody finished in time: its bytes go, and its row says so.

An upload whose bytes are all there was left by a process that was killed in its last step: it is
completed instead. Each is held while it is looked at, so that several processes may reap at once.
Of an upload whose track was deleted, the row says so already: its bytes go once nobody appends.
"""

import asyncio
from typing import Any, Final

import structlog
from sqlalchemy import Select, delete, or_, select

from origin.companion.catalogue import events
from origin.companion.uploads import endings, rows
from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.places.place import Source
from origin.companion.uploads.signatures import NotSound
from origin.companion.uploads.states import OPEN, PARTIAL, State, TrackGone, Way
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tables import ENDED, GOES, uploads
from origin.companion.uploads.without_track import IS_LEFT
from origin.delivery.errors import ApiError

EVERY_S: Final = 300.0
_AT_ONCE: Final = 100

_log = structlog.get_logger("soundbridge.uploads")


async def keep_reaping(around: Surroundings, every_s: float = EVERY_S) -> None:
    """Reap again and again."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await reap(around)
        except ApiError as error:
            _log.warning("uploads not reaped", cause=str(error))


async def reap(around: Surroundings) -> int:
    """Let every upload go whose time is over; return how many went.

    Raises DatabaseUnavailable; what cannot be taken away now is left for the next time.
    """
    reaped, behind_s = 0, 0.0
    while found := await _overdue(around, behind_s):
        for upload_id, expires_s, is_open in found:
            behind_s = expires_s
            try:
                if is_open:
                    async with around.holds.holding(upload_id, {}) as hold:
                        reaped += await _end(around, hold)
                else:
                    await _drop_part(around, upload_id)
                    reaped += 1
            except UploadBusy:
                continue
            except ApiError as error:
                _log.warning("upload not reaped", upload=upload_id, cause=str(error))
    return reaped + await _clear_ended(around)


async def _overdue(around: Surroundings, behind_s: float) -> list[tuple[str, float, bool]]:
    """Return what is open, or a part of which nobody made a whole."""
    late = (
        select(uploads.c.id, uploads.c.expires_s, uploads.c.state)
        .where(
            GOES,
            uploads.c.expires_s <= around.clock(),
            uploads.c.expires_s > behind_s,
        )
        .order_by(uploads.c.expires_s)
        .limit(_AT_ONCE)
    )
    async with around.database.change() as connection:
        found = await connection.execute(late)
        return [(row.id, row.expires_s, row.state in OPEN) for row in found]


async def _clear_ended(around: Surroundings) -> int:
    """Take away what came of uploads whose tracks were deleted; return of how many."""
    cleared = 0
    async with around.database.change() as connection:
        found = list(await connection.execute(ended_without_track(around.clock())))
    for row in found:
        try:
            await around.place.discard(Source.of(row))
        except ApiError as error:
            _log.warning("upload not cleared away", upload=row.id, cause=str(error))
            continue
        around.digests.forget(row.id)
        async with around.database.change() as connection:
            done = {"is_wanted": False, "holder": None, "multipart_id": None}
            await rows.change(connection, row.id, done)
        cleared += 1
    return cleared


def ended_without_track(now_s: float) -> Select[Any]:
    """Return the query of uploads whose tracks were deleted, and to which nobody appends now."""
    is_free = or_(uploads.c.holder.is_(None), uploads.c.held_until_s <= now_s)
    return select(uploads).where(ENDED, IS_LEFT, is_free).order_by(uploads.c.expires_s)


async def _drop_part(around: Surroundings, upload_id: str) -> None:
    async with around.database.change() as connection:
        row = await rows.find(connection, upload_id)
    if row is not None:
        await around.place.discard(Source.of(row))
        await _delete(around, upload_id)


async def _delete(around: Surroundings, upload_id: str) -> None:
    async with around.database.change() as connection:
        await connection.execute(delete(uploads).where(uploads.c.id == upload_id))


async def _end(around: Surroundings, hold: Hold) -> bool:
    """Complete an upload that is whole, or let it go; tell whether it went."""
    row = hold.row
    if row.way == Way.TUS and row.trusted_bytes is None and row.size_bytes is not None:
        there = await around.place.received_bytes(Source.of(row))
        if there == row.size_bytes:
            try:
                async with around.opened(hold) as reception:
                    await around.complete(hold, reception, None)
            except (NotSound, TrackGone):
                pass
            return False
    await around.holds.confirm(hold)
    await around.place.discard(Source.of(row))
    around.digests.forget(hold.upload_id)
    if row.tus_concat == PARTIAL:
        await _delete(around, hold.upload_id)
        return True
    async with around.database.change() as connection:
        ended = {"state": State.EXPIRED, "holder": None, "multipart_id": None}
        await rows.change(connection, hold.upload_id, ended)
        await events.tell_all(connection, [endings.expired(row)], now_s=around.clock())
    _log.info("upload expired", upload=hold.upload_id, received_bytes=row.received_bytes)
    return True

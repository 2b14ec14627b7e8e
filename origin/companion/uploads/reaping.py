"""What nobody finished in time: its bytes go, and its row says so.

An upload whose bytes are all there was left by a process that was killed in its last step: it is
completed instead. Each is held while it is looked at, so that several processes may reap at once.
"""

import asyncio
from typing import Final

import structlog
from sqlalchemy import delete, select

from origin.companion.catalogue import events
from origin.companion.uploads import endings, rows
from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.places.place import Source
from origin.companion.uploads.signatures import NotSound
from origin.companion.uploads.states import OPEN, PARTIAL, State, Way
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tables import GOES, uploads
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
    return reaped


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
            except NotSound:
                pass
            return False
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

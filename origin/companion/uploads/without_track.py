"""Uploads for tracks that are deleted: they end in the transaction that deletes the tracks.

What came of them is taken away by the reaper, once nobody appends to them any more. One that ends
at the same moment holds its row and waits for its track: it finds that gone, and comes to nothing
by itself (``finishing``). So rows of uploads are held before those of tracks, by everybody.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.events import News
from origin.companion.uploads import endings
from origin.companion.uploads.states import OPEN, TRACK_DELETED, TRACK_WAS_DELETED, State
from origin.companion.uploads.tables import uploads

IS_LEFT: ColumnElement[bool] = and_(
    uploads.c.failure_code == TRACK_DELETED,
    uploads.c.is_wanted,
)
"""Of an upload that ended so, and whose bytes are still to be taken away."""


async def hold(connection: AsyncConnection, track_ids: Iterable[str]) -> None:
    """Let nobody else change open uploads for tracks, which are not held yet."""
    await connection.execute(_open(track_ids).with_for_update())


async def end(
    connection: AsyncConnection, track_ids: Iterable[str], *, now_s: float
) -> Sequence[News]:
    """End the open uploads for tracks that are held; return what is to be told of it."""
    found = await connection.execute(_open(track_ids).with_for_update(skip_locked=True))
    rows: Sequence[Row[Any]] = found.all()
    ended = {
        "state": State.FAILED,
        "failure_code": TRACK_DELETED,
        "failure_reason": TRACK_WAS_DELETED,
        "expires_s": now_s,
        "is_wanted": True,  # whoever appends to it stops
    }
    ids = [row.id for row in rows]
    await connection.execute(update(uploads).where(uploads.c.id.in_(ids)).values(**ended))
    return [endings.without_track(row) for row in rows]


def _open(track_ids: Iterable[str]) -> Select[Any]:
    of_tracks = uploads.c.track_id.in_(list(track_ids))
    return select(uploads).where(of_tracks, uploads.c.state.in_(OPEN)).order_by(uploads.c.id)

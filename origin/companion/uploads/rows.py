"""Uploads in the database."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Row, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.identity.users import lock_user
from origin.companion.uploads.rules import Used
from origin.companion.uploads.states import COUNTED, OPEN, PARTIAL, State
from origin.companion.uploads.tables import uploads
from origin.companion.uploads.tus.fields import parts


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Add an upload."""
    start = {
        "state": State.WAITING,
        "received_bytes": 0,
        "held_until_s": 0.0,
        "is_wanted": False,
        "lossless": False,
        "packed_audio": False,
    }
    await connection.execute(insert(uploads).values(**start | dict(values)))


async def find(
    connection: AsyncConnection, upload_id: str, *, to_change: bool = False
) -> Row[Any] | None:
    """Return an upload, None where there is none; ``to_change`` lets nobody else change it."""
    row = select(uploads).where(uploads.c.id == upload_id)
    found = await connection.execute(row.with_for_update() if to_change else row)
    return found.one_or_none()


async def change(connection: AsyncConnection, upload_id: str, values: Mapping[str, Any]) -> None:
    """Say something else of an upload."""
    await connection.execute(update(uploads).where(uploads.c.id == upload_id).values(**values))


async def change_held(
    connection: AsyncConnection, upload_id: str, token: str, values: Mapping[str, Any]
) -> None:
    """Say something else of an upload that is open, as long as this token holds it."""
    held = (uploads.c.id == upload_id, uploads.c.holder == token, uploads.c.state.in_(OPEN))
    await connection.execute(update(uploads).where(*held).values(**values))


async def newest(
    connection: AsyncConnection, user_id: str, behind: Key | None, limit: int
) -> list[Row[Any]]:
    """Return a user's uploads, the newest first, behind ``(created_s, id)``."""
    rows = select(uploads).where(uploads.c.user_id == user_id)
    if behind is not None:
        rows = rows.where(tuple_(uploads.c.created_s, uploads.c.id) < behind)
    ordered = rows.order_by(uploads.c.created_s.desc(), uploads.c.id.desc()).limit(limit)
    return list(await connection.execute(ordered))


async def used(connection: AsyncConnection, user_id: str, *, to_add: bool = False) -> Used:
    """Return what a creator has; with ``to_add``, nobody else adds to it before the commit."""
    if to_add:
        await lock_user(connection, user_id)
    size = func.coalesce(uploads.c.size_bytes, uploads.c.received_bytes)
    rows = select(func.count(), func.coalesce(func.sum(size), 0)).where(
        uploads.c.user_id == user_id, uploads.c.state.in_(COUNTED)
    )
    count, size_bytes = (await connection.execute(rows)).one()
    return Used(int(count), int(size_bytes))


async def parts_of_open(connection: AsyncConnection, user_id: str) -> set[str]:
    """Return the ids of the partial uploads that those of a user are just being made of."""
    finals = select(uploads.c.tus_concat).where(
        uploads.c.user_id == user_id,
        uploads.c.state.in_(OPEN),
        uploads.c.tus_concat.is_not(None),
        uploads.c.tus_concat != PARTIAL,
    )
    return {part for concat in await connection.scalars(finals) for part in parts(concat)}


async def complete_among(connection: AsyncConnection, upload_ids: Collection[str]) -> set[str]:
    """Return those of some uploads that are complete."""
    those = (uploads.c.id.in_(upload_ids), uploads.c.state == State.COMPLETE)
    return set(await connection.scalars(select(uploads.c.id).where(*those)))


async def same_content(
    connection: AsyncConnection, user_id: str, sha256: str, *, but: str
) -> str | None:
    """Return the asset that a user made first of the same file, None where there is none."""
    rows = (
        select(uploads.c.asset_id)
        .where(
            uploads.c.user_id == user_id,
            uploads.c.sha256 == sha256,
            uploads.c.state == State.COMPLETE,
            uploads.c.id != but,
        )
        .order_by(uploads.c.completed_s)
        .limit(1)
    )
    found: str | None = await connection.scalar(rows)
    return found


async def note_content(connection: AsyncConnection, asset_id: str, sha256: str) -> None:
    """Note what an asset was made of, where nobody saw all of it come, and tell duplicates by it.

    The one that came first is no duplicate, whichever of them was looked at first. Two that were
    completed at the same moment did not see each other, so those that were seen are told, too.
    """
    unknown = (uploads.c.sha256.is_(None), uploads.c.state == State.COMPLETE)
    noted = update(uploads).where(uploads.c.asset_id == asset_id, *unknown).values(sha256=sha256)
    await connection.execute(noted)
    mine = select(uploads.c.user_id, uploads.c.sha256).where(uploads.c.asset_id == asset_id)
    row = (await connection.execute(mine)).one_or_none()
    if row is None or row.sha256 is None:  # its asset was deleted meanwhile
        return
    same = (
        uploads.c.user_id == row.user_id,
        uploads.c.sha256 == row.sha256,
        uploads.c.state == State.COMPLETE,
    )
    ordered = select(uploads.c.asset_id).where(*same).order_by(uploads.c.completed_s, uploads.c.id)
    first = await connection.scalar(ordered.limit(1))
    others = (uploads.c.asset_id != first, uploads.c.duplicate_of.is_(None))
    await connection.execute(update(uploads).where(*same, *others).values(duplicate_of=first))


async def forget(connection: AsyncConnection, asset_id: str, *, now_s: float) -> None:
    """Count an upload no more: its asset was deleted, and its source goes.

    What was a duplicate of it is one of the oldest that is left.
    """
    mine = select(uploads).where(uploads.c.asset_id == asset_id, uploads.c.state == State.COMPLETE)
    row = (await connection.execute(mine)).one_or_none()
    if row is None:
        return
    await change(connection, row.id, {"state": State.EXPIRED, "expires_s": now_s})
    first = None
    if row.sha256 is not None:
        first = await same_content(connection, row.user_id, row.sha256, but=row.id)
    await connection.execute(
        update(uploads)
        .where(uploads.c.user_id == row.user_id, uploads.c.duplicate_of == asset_id)
        .values(duplicate_of=func.nullif(first, uploads.c.asset_id))
    )

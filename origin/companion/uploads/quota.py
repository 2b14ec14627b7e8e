"""Holding a size that is said after an upload was made against what its creator may have."""

from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity.users import lock_user
from origin.companion.uploads import rows
from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.rules import QuotaExceeded, UploadRules
from origin.companion.uploads.states import OPEN

FULL: Final = "It takes more than you have left. Delete something first."


async def check_left(
    connection: AsyncConnection, rules: UploadRules, row: Row[Any], size_bytes: int
) -> None:
    """Raise QuotaExceeded where all of an upload is more than is left beside all others."""
    used = await rows.used(connection, row.user_id)
    counted_bytes = row.received_bytes if row.size_bytes is None else row.size_bytes
    if used.size_bytes - counted_bytes + size_bytes > rules.quota_bytes:
        raise QuotaExceeded(FULL)


async def reserve(
    connection: AsyncConnection, rules: UploadRules, hold: Hold, size_bytes: int
) -> None:
    """Count an upload that is held by its size from now on, before anybody else adds anything.

    Raises QuotaExceeded, or UploadBusy where it is not held any more.
    """
    await lock_user(connection, hold.row.user_id)
    row = await rows.find(connection, hold.upload_id, to_change=True)
    if row is None or row.state not in OPEN or row.holder != hold.token:
        raise UploadBusy
    await check_left(connection, rules, row, size_bytes)
    await rows.change(connection, hold.upload_id, {"size_bytes": size_bytes})

"""What users did, told in the transaction in which they did it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity.tables import audit, users


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, on what has the id ``object``, by which means, from which network.

    ``action`` is an operation of the API, or of the command line.
    """

    user_id: str
    action: str
    object: str
    means: str
    credential_id: str
    network: str


async def add(connection: AsyncConnection, deed: Deed, *, now_s: float) -> None:
    """Add a deed."""
    await connection.execute(
        insert(audit).values(
            user_id=deed.user_id,
            action=deed.action,
            object=deed.object,
            means=deed.means,
            credential_id=deed.credential_id,
            network=deed.network,
            happened_s=now_s,
        )
    )


async def newest(
    connection: AsyncConnection, user_id: str, below: int | None, limit: int
) -> list[Row[Any]]:
    """Return what a user did, the newest first, below a number."""
    rows = select(audit).where(audit.c.user_id == user_id)
    if below is not None:
        rows = rows.where(audit.c.number < below)
    return list(await connection.execute(rows.order_by(audit.c.number.desc()).limit(limit)))


async def newest_of_all(
    connection: AsyncConnection, user_id: str | None, object_id: str | None, limit: int
) -> list[Row[Any]]:
    """Return what was done by whom, with their names, or to what, the newest first."""
    rows = select(audit, users.c.name).join(users, users.c.id == audit.c.user_id)
    if user_id is not None:
        rows = rows.where(audit.c.user_id == user_id)
    if object_id is not None:
        rows = rows.where(audit.c.object == object_id)
    return list(await connection.execute(rows.order_by(audit.c.number.desc()).limit(limit)))

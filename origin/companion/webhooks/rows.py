"""Webhooks and deliveries in the database. Deleted ones are there to no query here."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.cursor import Key
from origin.companion.webhooks.tables import deliveries, webhooks


async def add(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Add a webhook."""
    await connection.execute(insert(webhooks).values(**values))


async def count(connection: AsyncConnection, user_id: str) -> int:
    """Return how many a user has."""
    rows = select(func.count()).where(webhooks.c.user_id == user_id, webhooks.c.deleted_s.is_(None))
    return await connection.scalar(rows) or 0


async def all_of(connection: AsyncConnection, user_id: str) -> list[Row[Any]]:
    """Return a user's webhooks, the newest first."""
    rows = (
        select(webhooks)
        .where(webhooks.c.user_id == user_id, webhooks.c.deleted_s.is_(None))
        .order_by(webhooks.c.created_s.desc(), webhooks.c.id)
    )
    return list(await connection.execute(rows))


async def find(
    connection: AsyncConnection, webhook_id: str, *, to_change: bool = False
) -> Row[Any] | None:
    """Return a webhook, None where there is none; ``to_change`` lets nobody else change it."""
    row = select(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.deleted_s.is_(None))
    found = await connection.execute(row.with_for_update() if to_change else row)
    return found.one_or_none()


async def change(connection: AsyncConnection, webhook_id: str, values: Mapping[str, Any]) -> None:
    """Say something else of a webhook."""
    mine = webhooks.c.id == webhook_id
    await connection.execute(update(webhooks).where(mine).values(**values))


async def sent(
    connection: AsyncConnection, webhook_id: str, behind: Key | None, limit: int
) -> list[Row[Any]]:
    """Return deliveries, the newest first, behind ``(created_s, id)``."""
    rows = select(deliveries).where(deliveries.c.webhook_id == webhook_id)
    if behind is not None:
        rows = rows.where(tuple_(deliveries.c.created_s, deliveries.c.id) < behind)
    ordered = rows.order_by(deliveries.c.created_s.desc(), deliveries.c.id.desc())
    return list(await connection.execute(ordered.limit(limit)))


async def delivery(
    connection: AsyncConnection, webhook_id: str, delivery_id: str
) -> Row[Any] | None:
    """Return one delivery of a webhook."""
    row = select(deliveries).where(
        deliveries.c.id == delivery_id, deliveries.c.webhook_id == webhook_id
    )
    return (await connection.execute(row)).one_or_none()


async def send_again(connection: AsyncConnection, delivery_id: str) -> None:
    """Let a delivery be one that has not been tried yet."""
    await connection.execute(
        update(deliveries)
        .where(deliveries.c.id == delivery_id)
        .values(attempts=0, delivered_s=None)
    )

"""A user's webhooks: how they are told of all, and how all go, with what was sent to them."""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from sqlalchemy import delete, func, select, update

from origin.companion.database import Database
from origin.companion.identity.belongings import rows_of
from origin.companion.webhooks.tables import deliveries, webhooks

_SECRETS: Final = frozenset({"secret", "previous_secret"})
_NOTHING: Final = {"url": "", "description": "", "secret": "", "previous_secret": None}


class WebhookBelongings:
    """Gives and takes away a user's webhooks."""

    name = "webhooks"

    async def export(self, database: Database, user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield each row, without secrets."""
        async for row in rows_of(database, webhooks.c.user_id == user_id, webhooks.c.id, _SECRETS):
            yield {"kind": "webhook", **row}

    async def erase(self, database: Database, user_id: str) -> None:
        """Send nothing there any more, and keep nothing of what was sent."""
        mine = webhooks.c.user_id == user_id
        gone = func.coalesce(webhooks.c.deleted_s, time.time())
        async with database.change() as connection:
            await connection.execute(
                update(webhooks).where(mine).values(deleted_s=gone, **_NOTHING)
            )
        ids = select(webhooks.c.id).where(mine)
        async with database.change() as connection:
            await connection.execute(delete(deliveries).where(deliveries.c.webhook_id.in_(ids)))

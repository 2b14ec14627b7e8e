"""Taking away what is over: sessions, links, keys, and answers kept for who asks again."""

import asyncio
import time
from typing import Final

import structlog
from sqlalchemy import delete, or_

from origin.companion.database import Database
from origin.companion.identity.session.rows import IDLE_S
from origin.companion.identity.tables import (
    api_keys,
    idempotency_keys,
    sessions,
    sign_in_links,
)
from origin.delivery.errors import DatabaseUnavailable

EVERY_S: Final = 600.0
KEYS_REMEMBERED_S: Final = 90 * 86_400.0

_log = structlog.get_logger("soundbridge.identity")


async def sweep(database: Database, *, every_s: float = EVERY_S) -> None:
    """Take it away again and again, beginning now."""
    while True:
        try:
            await sweep_once(database, now_s=time.time())
        except DatabaseUnavailable as error:
            _log.warning("not swept", cause=str(error.__cause__))
        await asyncio.sleep(every_s)


async def sweep_once(database: Database, *, now_s: float) -> None:
    """Take away what is over by now; raises DatabaseUnavailable."""
    long_ago_s = now_s - KEYS_REMEMBERED_S
    for over in (
        delete(sessions).where(
            or_(sessions.c.expires_s <= now_s, sessions.c.seen_s <= now_s - IDLE_S)
        ),
        delete(sign_in_links).where(sign_in_links.c.expires_s <= now_s),
        delete(idempotency_keys).where(idempotency_keys.c.expires_s <= now_s),
        delete(api_keys).where(
            or_(api_keys.c.revoked_s <= long_ago_s, api_keys.c.expires_s <= long_ago_s)
        ),
    ):
        async with database.change() as connection:
            await connection.execute(over)

"""What changed, one row each, told in the transaction that changed it.

Numbers grow in the order of commits: on PostgreSQL, writers wait for each other from here on to
their commit, so that who has read up to a number has missed nothing below it. So this is the last
statement of a transaction, and transactions are short.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.alongside import about
from origin.companion.catalogue.tables import events

_LOCK_NUMBER: Final = 0x736F756E65
"""Of PostgreSQL's advisory lock; any number that nobody else takes."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to what has the id ``subject``; ``number`` is its place in order."""

    number: int
    kind: str
    subject: str
    owner_id: str
    content: Mapping[str, Any]
    happened_s: float


async def tell(
    connection: AsyncConnection,
    kind: str,
    subject: str,
    owner_id: str,
    content: Mapping[str, Any],
    *,
    now_s: float,
) -> None:
    """Add an event to the transaction, as its last statement."""
    about(subject)
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
    await connection.execute(
        insert(events).values(
            kind=kind,
            subject=subject,
            owner_id=owner_id,
            content=json.dumps(content, separators=(",", ":")),
            happened_s=now_s,
        )
    )


async def since(
    connection: AsyncConnection, number: int, *, limit: int, owner_id: str | None = None
) -> list[Event]:
    """Return what happened after the event with a number, in order; of one owner, or of all."""
    rows = select(events).where(events.c.number > number).order_by(events.c.number).limit(limit)
    if owner_id is not None:
        rows = rows.where(events.c.owner_id == owner_id)
    return [
        Event(
            row.number, row.kind, row.subject, row.owner_id, json.loads(row.content), row.happened_s
        )
        for row in await connection.execute(rows)
    ]

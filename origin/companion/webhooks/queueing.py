"""Deliveries and their jobs."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.webhooks.tables import deliveries
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob

KIND: Final = "webhook"


def body_of(kind: str, data: Mapping[str, Any], happened_s: float) -> str:
    """Return the message about something that has happened."""
    moment = datetime.fromtimestamp(happened_s, UTC).isoformat(timespec="milliseconds")
    said = {"type": kind, "timestamp": moment.replace("+00:00", "Z"), "data": data}
    return json.dumps(said, separators=(",", ":"))


async def add_delivery(
    connection: AsyncConnection,
    webhook_id: str,
    owner_id: str,
    *,
    delivery_id: str,
    kind: str,
    body: str,
    now_s: float,
    event_number: int | None = None,
) -> None:
    """Have a message delivered as soon as may be."""
    await connection.execute(
        insert(deliveries).values(
            id=delivery_id,
            webhook_id=webhook_id,
            event_number=event_number,
            kind=kind,
            body=body,
            created_s=now_s,
            attempts=0,
        )
    )
    await queue_attempt(connection, delivery_id, owner_id, job_id=delivery_id, now_s=now_s)


async def queue_attempt(
    connection: AsyncConnection,
    delivery_id: str,
    owner_id: str,
    *,
    job_id: str,
    now_s: float,
    not_before_s: float = 0.0,
) -> None:
    """Queue an attempt at a delivery."""
    next_s = max(now_s, not_before_s)
    await connection.execute(
        update(deliveries).where(deliveries.c.id == delivery_id).values(next_s=next_s)
    )
    job = NewJob(
        KIND, {"delivery_id": delivery_id}, owner_id, subject=delivery_id, not_before_s=next_s
    )
    await enqueue(connection, job, job_id=job_id, now_s=now_s)

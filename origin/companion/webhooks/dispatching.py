"""From events to deliveries: one process at a time, from where the last of them has come.

Deliveries, their jobs, and the position behind the events that they are of, are one transaction. A
process killed before its commit has done nothing; one whose lease was taken by another finds the
position elsewhere, and does nothing either.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion import duties
from origin.companion.catalogue import events
from origin.companion.catalogue.events import Event
from origin.companion.database import Database
from origin.companion.duties import Duty
from origin.companion.webhooks.policy import wants
from origin.companion.webhooks.queueing import KIND, add_delivery, body_of
from origin.companion.webhooks.tables import deliveries, webhooks
from origin.delivery.errors import DatabaseUnavailable
from packager.queue.tables import jobs

DUTY: Final = "webhooks"
KEPT_S: Final = 30 * 24 * 3600.0
_EVERY_S: Final = 0.5
_AT_ONCE: Final = 100
_CLEARED_AT_ONCE: Final = 500
_CLEARS_EVERY_S: Final = 60.0

_log = structlog.get_logger("soundbridge.webhooks")


class Overtaken(Exception):
    """Another process has dispatched the same events."""


@dataclass(slots=True)
class Dispatch:
    """Dispatches the events of a database; ``holder`` tells processes apart."""

    database: Database
    holder: str
    new_id: Callable[[], str]
    clock: Callable[[], float] = time.time
    duty: Duty = field(init=False)
    _clear_s: float = field(default=0.0)

    def __post_init__(self) -> None:
        """Begin without the duty."""
        self.duty = Duty(self.database, DUTY, self.holder, self.clock)

    async def keep(self) -> None:
        """Dispatch until cancelled."""
        while True:
            try:
                if await self.duty.is_ours():
                    while await self.dispatch():
                        pass
                    await self._clear_now_and_then()
            except Overtaken:
                self.duty.doubt()
            except DatabaseUnavailable as error:
                _log.warning("events not told", cause=str(error.__cause__).partition("\n")[0])
            except Exception:  # noqa: BLE001 it must not be the end of all
                _log.exception("events not told")
                await asyncio.sleep(duties.LEASE_S)
            await asyncio.sleep(_EVERY_S)

    async def dispatch(self) -> bool:
        """Make deliveries of the next events; False where there are none."""
        async with self.database.look(None) as connection:
            before = await duties.position(connection, DUTY)
            found = await events.since(connection, before, limit=_AT_ONCE)
        if not found:
            return False
        async with self.database.change() as connection:
            if not await duties.advance(connection, DUTY, before=before, after=found[-1].number):
                raise Overtaken
            told = await _asking(connection, {event.owner_id for event in found})
            for event in found:
                await self._deliver(connection, event, told)
        return True

    async def _deliver(
        self, connection: AsyncConnection, event: Event, told: Sequence[Row[Any]]
    ) -> None:
        data = {"id": event.subject, **event.content}
        body = body_of(event.kind, data, event.happened_s)
        for webhook in told:
            if (
                webhook.user_id == event.owner_id
                and webhook.created_s <= event.happened_s
                and wants(webhook.kinds.split(), event.kind)
            ):
                await add_delivery(
                    connection,
                    webhook.id,
                    webhook.user_id,
                    delivery_id=self.new_id(),
                    kind=event.kind,
                    body=body,
                    now_s=self.clock(),
                    event_number=event.number,
                )

    async def _clear_now_and_then(self) -> None:
        if self.clock() >= self._clear_s:
            self._clear_s = self.clock() + _CLEARS_EVERY_S
            while await self.clear() == _CLEARED_AT_ONCE:
                pass

    async def clear(self) -> int:
        """Remove deliveries of long ago with their jobs; return how many."""
        old = (
            select(deliveries.c.id)
            .where(deliveries.c.created_s < self.clock() - KEPT_S)
            .order_by(deliveries.c.created_s)
            .limit(_CLEARED_AT_ONCE)
        )
        async with self.database.look(None) as connection:
            gone = list(await connection.scalars(old))
        if gone:
            async with self.database.change() as connection:
                await connection.execute(
                    delete(jobs).where(jobs.c.subject.in_(gone), jobs.c.kind == KIND)
                )
                await connection.execute(delete(deliveries).where(deliveries.c.id.in_(gone)))
        return len(gone)


async def _asking(connection: AsyncConnection, owners: set[str]) -> list[Row[Any]]:
    """Return the webhooks of some users that are told of anything."""
    rows = select(webhooks.c.id, webhooks.c.user_id, webhooks.c.kinds, webhooks.c.created_s).where(
        webhooks.c.user_id.in_(owners),
        webhooks.c.deleted_s.is_(None),
        webhooks.c.disabled_s.is_(None),
    )
    return list(await connection.execute(rows))

"""One attempt at a delivery, and what follows from it."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final

import structlog
from aiohttp import ClientError, ClientSession, hdrs
from sqlalchemy import Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.outward.resolver import NotPublic
from origin.companion.webhooks import policy
from origin.companion.webhooks.queueing import queue_attempt
from origin.companion.webhooks.signing import headers
from origin.companion.webhooks.tables import ANSWER_LENGTH_MAX, deliveries, webhooks
from packager.errors import UnsupportedSource
from packager.queue.worker import Completion, Run

TOTAL_S: Final = 15.0
CONNECT_S: Final = 5.0
_ANSWER_BYTES: Final = 2_000
_GONE: Final = "It said that it is gone (410)."
_FAILED: Final = "Nothing has arrived there for five days."

_log = structlog.get_logger("soundbridge.webhooks")


@dataclass(frozen=True, slots=True)
class Answered:
    """What an attempt met with; ``status`` is None where nobody answered.

    ``pause_s`` is for how long it asked to be left alone.
    """

    status: int | None
    said: str
    pause_s: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether the message has arrived."""
        return (
            self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Attempts deliveries, with a client that goes to public addresses alone."""

    database: Database
    client: ClientSession
    new_id: Callable[[], str]
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = field(default=random.random)

    async def __call__(self, run: Run) -> Completion:
        """Attempt one; whatever comes of it, the job is done, and another follows where it must."""
        delivery_id = run.held.payload.get("delivery_id")
        if not isinstance(delivery_id, str):
            raise UnsupportedSource("That is no delivery.")
        async with self.database.look(None) as connection:
            row = await _find(connection, delivery_id)
        if row is None:
            return Completion(partial(_pass_over, delivery_id), _nothing_follows)
        answered = await self._send(row)
        _log.info("webhook", delivery=row.id, webhook=row.webhook_id, status=answered.status)

        async def record(connection: AsyncConnection) -> None:
            await self._record(connection, row, answered)

        return Completion(record, _nothing_follows)

    async def _send(self, row: Row[Any]) -> Answered:
        now_s = self.clock()
        secrets = [row.secret]
        if row.previous_secret is not None and row.previous_until_s > now_s:
            secrets.append(row.previous_secret)
        said = headers(secrets, row.id, row.body, now_s=now_s)
        said |= {"Content-Type": "application/json", "User-Agent": "soundbridge"}
        try:
            async with self.client.post(
                row.url, data=row.body.encode(), headers=said, allow_redirects=False
            ) as response:
                start = await response.content.read(_ANSWER_BYTES)
                asked_s = policy.asked_s(
                    response.status,
                    response.headers.get(hdrs.RETRY_AFTER),
                    datetime.fromtimestamp(now_s, UTC),
                )
                return Answered(response.status, _readable(start), asked_s)
        except (ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            return Answered(None, _reason(error))

    async def _record(self, connection: AsyncConnection, row: Row[Any], answered: Answered) -> None:
        now_s, attempts = self.clock(), row.attempts + 1
        tried = {
            "attempts": attempts,
            "tried_s": now_s,
            "next_s": None,
            "delivered_s": now_s if answered.is_good else None,
            "status": answered.status,
            "answer": answered.said,
        }
        mine = update(deliveries).where(deliveries.c.id == row.id)
        await connection.execute(mine.values(**tried))
        failing_s = None if answered.is_good else row.failing_since_s or now_s
        its = update(webhooks).where(webhooks.c.id == row.webhook_id)
        await connection.execute(its.values(failing_since_s=failing_s))
        if failing_s is None:
            return
        if answered.status == HTTPStatus.GONE:
            await _disable(connection, row, _GONE, now_s)
        elif (pause_s := policy.pause_s(attempts, self.chance(), answered.pause_s)) is not None:
            await queue_attempt(
                connection,
                row.id,
                row.user_id,
                job_id=self.new_id(),
                now_s=now_s,
                not_before_s=now_s + pause_s,
            )
        elif policy.is_hopeless(failing_s, now_s):
            await _disable(connection, row, _FAILED, now_s)


async def _find(connection: AsyncConnection, delivery_id: str) -> Row[Any] | None:
    """Return a delivery that is still to be made, with where it goes."""
    rows: Select[Any] = (
        select(
            deliveries.c.id,
            deliveries.c.webhook_id,
            deliveries.c.body,
            deliveries.c.attempts,
            webhooks.c.user_id,
            webhooks.c.url,
            webhooks.c.secret,
            webhooks.c.previous_secret,
            webhooks.c.previous_until_s,
            webhooks.c.failing_since_s,
        )
        .join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .where(
            deliveries.c.id == delivery_id,
            deliveries.c.delivered_s.is_(None),
            webhooks.c.deleted_s.is_(None),
            webhooks.c.disabled_s.is_(None),
        )
    )
    found: Row[Any] | None = (await connection.execute(rows)).one_or_none()
    return found


async def _disable(connection: AsyncConnection, row: Row[Any], because: str, now_s: float) -> None:
    """Send nothing there any more, and tell its owner of it."""
    its = update(webhooks).where(webhooks.c.id == row.webhook_id)
    await connection.execute(its.values(disabled_s=now_s, disabled_because=because))
    said = {"because": because}
    await events.tell(
        connection, "webhook.disabled", row.webhook_id, row.user_id, said, now_s=now_s
    )


def _readable(start: bytes) -> str:
    text = start.decode(errors="replace").replace("\0", "")
    return text[:ANSWER_LENGTH_MAX]


def _reason(error: BaseException) -> str:
    """Say why nobody answered; what is inside of our network is nobody's business."""
    if isinstance(error, asyncio.TimeoutError):
        return f"There was no answer within {TOTAL_S:g} s."
    if isinstance(error, NotPublic) or isinstance(getattr(error, "os_error", None), NotPublic):
        return "Its address is no public one."
    return "No connection could be made, or it broke off."


async def _pass_over(delivery_id: str, connection: AsyncConnection) -> None:
    """Note that it is not tried again: its webhook has gone, or is disabled."""
    mine = update(deliveries).where(deliveries.c.id == delivery_id)
    await connection.execute(mine.values(next_s=None))


async def _nothing_follows() -> None:
    """Nothing follows."""

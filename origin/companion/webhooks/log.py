"""Deliveries over HTTP: what was sent, a test, and sending again."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row

from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody, NoQuery, Page, Paged
from origin.companion.database import Database
from origin.companion.webhooks import rows
from origin.companion.webhooks.endpoints import ONE, USERS, found_webhook
from origin.companion.webhooks.models import Delivery
from origin.companion.webhooks.policy import TEST
from origin.companion.webhooks.queueing import add_delivery, body_of, queue_attempt
from origin.delivery.errors import Conflict, NotFound


class WebhookDisabled(Conflict):
    """Nothing is sent there."""

    code = "webhook_disabled"

    def __init__(self) -> None:
        super().__init__("Nothing is sent to this webhook. Enable it first.")


class DeliveryUnderWay(Conflict):
    """It is going to be tried anyway."""

    code = "delivery_under_way"

    def __init__(self) -> None:
        super().__init__("It has not been given up: `next_at` says when it is tried next.")


class DeliveryEndpoints:
    """The endpoints; ``new_id`` makes ids."""

    def __init__(self, database: Database, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="POST", path=f"{ONE}/test", name="testWebhook", tag="webhooks",
                summary="Send a message that says nothing", handle=self.test, who=USERS,
                gives=Delivery, status=HTTPStatus.ACCEPTED, raises=(WebhookDisabled,),
            ),
            Endpoint(
                method="GET", path=f"{ONE}/deliveries", name="listDeliveries", tag="webhooks",
                summary="List what was sent", handle=self.list, who=USERS,
                query=Paged, gives=Page[Delivery],
            ),
            Endpoint(
                method="POST", path=f"{ONE}/deliveries/{{delivery_id}}/redeliver",
                name="redeliver", tag="webhooks", summary="Send a message again",
                handle=self.redeliver, who=USERS, gives=Delivery, status=HTTPStatus.ACCEPTED,
                raises=(WebhookDisabled, DeliveryUnderWay),
            ),
        ]  # fmt: skip

    async def test(self, call: Call[NoQuery, NoBody]) -> Answer:
        """It is sent like any other, as a `webhook.test`."""
        delivery_id = self._new_id()
        async with self._database.change() as connection:
            webhook = await found_webhook(connection, call, to_change=True)
            if webhook.disabled_s is not None:
                raise WebhookDisabled
            await add_delivery(
                connection,
                webhook.id,
                webhook.user_id,
                delivery_id=delivery_id,
                kind=TEST,
                body=body_of(TEST, {"id": webhook.id}, call.now_s),
                now_s=call.now_s,
            )
            made = await rows.delivery(connection, webhook.id, delivery_id)
        assert made is not None  # noqa: S101 it was just made
        return Answer(_delivery(made), HTTPStatus.ACCEPTED)

    async def list(self, call: Call[Paged, NoBody]) -> Answer:
        """Those of the last 30 days, the newest first."""
        asked = call.query
        behind = None if asked.cursor is None else cursor.read(asked.cursor, (float, str))
        async with self._database.look(call.principal) as connection:
            webhook = await found_webhook(connection, call)
            found = await rows.sent(connection, webhook.id, behind, asked.limit + 1)
        here = found[: asked.limit]
        last = here[-1] if len(found) > asked.limit else None
        on = None if last is None else cursor.write((last.created_s, last.id))
        return Answer(Page[Delivery](items=[_delivery(row) for row in here], next=on))

    async def redeliver(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Send it with the same `webhook-id`, by which it is known to be the same message."""
        delivery_id = call.ids["delivery_id"]
        async with self._database.change() as connection:
            webhook = await found_webhook(connection, call, to_change=True)
            before = await rows.delivery(connection, webhook.id, delivery_id)
            if before is None:
                raise NotFound("There is no such delivery, or not any more.")
            if webhook.disabled_s is not None:
                raise WebhookDisabled
            if before.next_s is not None:
                raise DeliveryUnderWay
            await rows.send_again(connection, delivery_id)
            await queue_attempt(
                connection,
                delivery_id,
                webhook.user_id,
                job_id=self._new_id(),
                now_s=call.now_s,
            )
            after = await rows.delivery(connection, webhook.id, delivery_id)
        assert after is not None  # noqa: S101 it was there
        return Answer(_delivery(after), HTTPStatus.ACCEPTED)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        kind=row.kind,
        body=row.body,
        attempts=row.attempts,
        created_at=row.created_s,
        tried_at=row.tried_s,
        next_at=row.next_s,
        delivered_at=row.delivered_s,
        status=row.status,
        answer=row.answer,
    )

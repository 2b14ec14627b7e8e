"""Webhooks over HTTP."""

import secrets
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.alongside import about
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.errors import BodyInvalid, FieldError
from origin.companion.api.known_fields import LOCATION
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.api.preconditions import require_match
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.rules import Visibility, require_change
from origin.companion.identity.users import lock_user
from origin.companion.webhooks import rows
from origin.companion.webhooks.models import (
    Webhook,
    WebhookChange,
    WebhookDraft,
    Webhooks,
    WebhookWithSecret,
    is_refused_at_once,
)
from origin.companion.webhooks.signing import SECRET_BYTES, new_secret
from origin.delivery.errors import Conflict, NotFound

USERS: Final = Who(Role.CREATOR, Scope.WEBHOOKS)
ONE: Final = "/v1/webhooks/{webhook_id}"
WEBHOOKS_MAX: Final = 20
OVERLAP_S: Final = 24 * 3600.0


class TooManyWebhooks(Conflict):
    """A user has as many as there may be."""

    code = "too_many_webhooks"

    def __init__(self) -> None:
        super().__init__(f"You have {WEBHOOKS_MAX} webhooks. Delete one first.")


class WebhookEndpoints:
    """The endpoints; ``new_id`` makes ids."""

    def __init__(
        self,
        database: Database,
        new_id: Callable[[], str],
        *,
        may_be_private: bool = False,
    ) -> None:
        self._database = database
        self._new_id = new_id
        self._may_be_private = may_be_private

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="GET", path="/v1/webhooks", name="listWebhooks", tag="webhooks",
                summary="List my webhooks", handle=self.list, who=USERS, gives=Webhooks,
            ),
            Endpoint(
                method="POST", path="/v1/webhooks", name="createWebhook", tag="webhooks",
                summary="Make a webhook", handle=self.create, who=USERS,
                body=WebhookDraft, gives=WebhookWithSecret, status=HTTPStatus.CREATED,
                raises=(TooManyWebhooks,), gives_secret=True, gives_fields=(LOCATION,),
            ),
            Endpoint(
                method="GET", path=ONE, name="getWebhook", tag="webhooks",
                summary="Get a webhook", handle=self.get, who=USERS, gives=Webhook,
            ),
            Endpoint(
                method="PATCH", path=ONE, name="changeWebhook", tag="webhooks",
                summary="Change a webhook", handle=self.change, who=USERS,
                body=WebhookChange, gives=Webhook,
            ),
            Endpoint(
                method="DELETE", path=ONE, name="deleteWebhook", tag="webhooks",
                summary="Delete a webhook", handle=self.delete, who=USERS,
                status=HTTPStatus.NO_CONTENT,
            ),
            Endpoint(
                method="POST", path=f"{ONE}/secret", name="replaceWebhookSecret", tag="webhooks",
                summary="Replace a webhook's secret", handle=self.replace_secret, who=USERS,
                gives=WebhookWithSecret, gives_secret=True,
            ),
        ]  # fmt: skip

    async def list(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Those that were made last come first."""
        async with self._database.look(call.principal) as connection:
            found = await rows.all_of(connection, call.user.user_id)
        return Answer(Webhooks(items=[_webhook(row) for row in found]))

    async def create(self, call: Call[NoQuery, WebhookDraft]) -> Answer:
        """Messages are signed as Standard Webhooks says, with the secret that is told here once.

        Answer with a 2xx within 15 s. What fails is tried again for a day, and may come twice.
        """
        self._check(call.body.url)
        values = {
            "id": self._new_id(),
            "user_id": call.user.user_id,
            "url": call.body.url,
            "description": call.body.description or "",
            "kinds": " ".join(call.body.kinds),
            "secret": new_secret(secrets.token_bytes(SECRET_BYTES)),
            "created_s": call.now_s,
            "updated_s": call.now_s,
        }
        async with self._database.change() as connection:
            await lock_user(connection, call.user.user_id)
            if await rows.count(connection, call.user.user_id) >= WEBHOOKS_MAX:
                raise TooManyWebhooks
            await rows.add(connection, values)
            about(str(values["id"]))
            made = await rows.find(connection, str(values["id"]))
        assert made is not None  # noqa: S101 it was just made
        location = {"Location": f"/v1/webhooks/{made.id}"}
        return Answer(_with_secret(made), HTTPStatus.CREATED, location)

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Its secret is not told again."""
        async with self._database.look(call.principal) as connection:
            return Answer(_webhook(await found_webhook(connection, call)))

    async def change(self, call: Call[NoQuery, WebhookChange]) -> Answer:
        """With `enabled`, what was disabled is told what happens from now on.

        With `If-Match`, only if it is still as you saw it.
        """
        said = call.body.model_dump(exclude_none=True)
        if "url" in said:
            self._check(said["url"])
        if "kinds" in said:
            said["kinds"] = " ".join(said["kinds"])
        if (enabled := said.pop("enabled", None)) is not None:
            because = None if enabled else "You have disabled it."
            said |= {"disabled_s": None if enabled else call.now_s, "disabled_because": because}
            said |= {"failing_since_s": None} if enabled else {}
        async with self._database.change() as connection:
            row = await found_webhook(connection, call, to_change=True)
            require_match(call.request, _webhook(row))
            await rows.change(connection, row.id, said | {"updated_s": call.now_s})
            after = await found_webhook(connection, call)
        return Answer(_webhook(after))

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Send nothing there any more; what is under way may still arrive."""
        async with self._database.change() as connection:
            row = await found_webhook(connection, call, to_change=True)
            require_match(call.request, _webhook(row))
            await rows.change(connection, row.id, {"deleted_s": call.now_s})
        return Answer(status=HTTPStatus.NO_CONTENT)

    async def replace_secret(self, call: Call[NoQuery, NoBody]) -> Answer:
        """For a day, messages are signed with both, so that nothing is refused meanwhile."""
        secret = new_secret(secrets.token_bytes(SECRET_BYTES))
        async with self._database.change() as connection:
            row = await found_webhook(connection, call, to_change=True)
            values = {
                "secret": secret,
                "previous_secret": row.secret,
                "previous_until_s": call.now_s + OVERLAP_S,
                "updated_s": call.now_s,
            }
            await rows.change(connection, row.id, values)
            after = await found_webhook(connection, call)
        return Answer(_with_secret(after))

    def _check(self, url: str) -> None:
        if not self._may_be_private and is_refused_at_once(url):
            raise BodyInvalid([FieldError("#/url", "it is no public address")])


async def found_webhook(
    connection: AsyncConnection, call: Call[Any, Any], *, to_change: bool = False
) -> Row[Any]:
    """Return the webhook that a call is about; raises NotFound, also where it is another's."""
    row = await rows.find(connection, call.ids["webhook_id"], to_change=to_change)
    if row is None:
        raise NotFound("There is no webhook with this id, or not any more.")
    require_change(call.user, row.user_id, Visibility.PRIVATE)
    return row


def _said(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "url": row.url,
        "kinds": row.kinds.split(),
        "description": row.description,
        "enabled": row.disabled_s is None,
        "disabled_because": row.disabled_because,
        "failing_since": row.failing_since_s,
        "created_at": row.created_s,
        "updated_at": row.updated_s,
    }


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(**_said(row))


def _with_secret(row: Row[Any]) -> WebhookWithSecret:
    return WebhookWithSecret(**_said(row), secret=row.secret)

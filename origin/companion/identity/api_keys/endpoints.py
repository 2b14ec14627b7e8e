"""API keys over HTTP: each user's own."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.alongside import about
from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery, Page, Paged
from origin.companion.database import Database
from origin.companion.identity import keys
from origin.companion.identity.api_keys.models import ApiKey, KeyDraft, Rotation, ShownKey
from origin.companion.identity.keys import ID_BYTES, SECRET_BYTES, NewKey
from origin.companion.identity.principal import Principal, Role, Scope
from origin.companion.identity.rules import require_no_more
from origin.companion.identity.users import lock_user
from origin.delivery.errors import Conflict, NotFound

KEYS_MAX: Final = 100
_OWN: Final = Who(Role.LISTENER, Scope.ACCOUNT)


class TooManyKeys(Conflict):
    """A user has as many keys as there may be."""

    code = "too_many_keys"

    def __init__(self) -> None:
        super().__init__(f"You have {KEYS_MAX} keys. Take away those that nothing uses.")


class ApiKeys:
    """The endpoints; ``random_bytes`` makes secrets."""

    def __init__(self, database: Database, random_bytes: Callable[[int], bytes]) -> None:
        self._database = database
        self._random_bytes = random_bytes

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = "/v1/me/keys/{key_id}"
        return [
            Endpoint(
                method="GET", path="/v1/me/keys", name="listKeys", tag="me",
                summary="List your API keys, the newest first", handle=self.list, who=_OWN,
                query=Paged, gives=Page[ApiKey],
            ),
            Endpoint(
                method="POST", path="/v1/me/keys", name="createKey", tag="me",
                summary="Make an API key", handle=self.create, who=_OWN,
                body=KeyDraft, gives=ShownKey, status=HTTPStatus.CREATED, raises=(TooManyKeys,),
                gives_secret=True,
            ),
            Endpoint(
                method="POST", path=f"{one}/rotate", name="rotateKey", tag="me",
                summary="Give an API key another secret", handle=self.rotate, who=_OWN,
                body=Rotation, gives=ShownKey, gives_secret=True,
            ),
            Endpoint(
                method="DELETE", path=one, name="revokeKey", tag="me",
                summary="Take an API key away", handle=self.revoke, who=_OWN,
                status=HTTPStatus.NO_CONTENT,
            ),
        ]  # fmt: skip

    async def list(self, call: Call[Paged, NoBody]) -> Answer:
        """Those that were revoked, or have expired, are not among them."""
        asked = call.query
        behind = None if asked.cursor is None else cursor.read(asked.cursor, (float, str))
        async with self._database.look_now() as connection:
            found = await keys.newest_keys(
                connection, call.user.user_id, behind, asked.limit + 1, now_s=call.now_s
            )
        here = found[: asked.limit]
        last = here[-1] if len(found) > asked.limit else None
        on = None if last is None else cursor.write((last.created_s, last.id))
        return Answer(Page[ApiKey](items=[ApiKey(**_said(row)) for row in here], next=on))

    async def create(self, call: Call[NoQuery, KeyDraft]) -> Answer:
        """Its secret is shown this once, and cannot be had again.

        It is good for what you ask, and never for more, nor for longer, than what you show.
        """
        user, draft = call.user, call.body
        expires_s = None if draft.expires_in_s is None else call.now_s + draft.expires_in_s
        require_no_more(user, draft.scopes, expires_s)
        key = NewKey.of(self._random_bytes(ID_BYTES + SECRET_BYTES))
        async with self._database.change() as connection:
            await lock_user(connection, user.user_id)
            if await keys.count_keys(connection, user.user_id, now_s=call.now_s) >= KEYS_MAX:
                raise TooManyKeys
            await keys.add_key(
                connection,
                key,
                user.user_id,
                name=draft.name,
                scopes=draft.scopes,
                now_s=call.now_s,
                expires_s=expires_s,
            )
            about(key.id)
            made = await _own(connection, user, key.id, call.now_s)
        return Answer(ShownKey(**_said(made), key=key.text), HTTPStatus.CREATED)

    async def rotate(self, call: Call[NoQuery, Rotation]) -> Answer:
        """At once, the new secret is good; it is shown this once. The old one is, for a while.

        What was old before is good no more.
        """
        user, key_id = call.user, call.ids["key_id"]
        async with self._database.change() as connection:
            before = await _own(connection, user, key_id, call.now_s, to_change=True)
            require_no_more(user, keys.scopes_of(before), before.expires_s)
            key = NewKey.again(key_id, self._random_bytes(SECRET_BYTES))
            until_s = call.now_s + call.body.overlap_s
            await keys.rotate_key(connection, before, key, until_s=until_s)
            after = await _own(connection, user, key_id, call.now_s)
        return Answer(ShownKey(**_said(after), key=key.text))

    async def revoke(self, call: Call[NoQuery, NoBody]) -> Answer:
        """From now on, it is good no more."""
        async with self._database.change() as connection:
            key = await _own(connection, call.user, call.ids["key_id"], call.now_s, to_change=True)
            await keys.revoke_key(connection, key.id, now_s=call.now_s)
        return Answer(status=HTTPStatus.NO_CONTENT)


async def _own(
    connection: AsyncConnection,
    user: Principal,
    key_id: str,
    now_s: float,
    *,
    to_change: bool = False,
) -> Row[Any]:
    found = await keys.find_key(connection, key_id, now_s=now_s, to_change=to_change)
    if found is None or found.user_id != user.user_id:
        raise NotFound("You have no key with this id.")
    return found


def _said(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "scopes": sorted(keys.scopes_of(row)),
        "created_at": row.created_s,
        "expires_at": row.expires_s,
        "used_at": row.used_s,
        "old_secret_expires_at": row.digest_before_until_s,
    }

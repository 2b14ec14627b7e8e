"""A user's own account over HTTP."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row

from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery, Page, Paged
from origin.companion.api.preconditions import require_match
from origin.companion.database import Database
from origin.companion.identity import audit
from origin.companion.identity.account.models import ROLE_NAMES, Account, AccountChange, Deed
from origin.companion.identity.principal import Principal, Role, Scope
from origin.companion.identity.users import change_user, find_user, lock_user
from origin.delivery.errors import NotFound, PreconditionFailed

_ANY_CREDENTIAL: Final = Who(Role.LISTENER)
_OWN: Final = Who(Role.LISTENER, Scope.ACCOUNT)
_PATH: Final = "/v1/me"


class Accounts:
    """The endpoints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="GET", path=_PATH, name="getMe", tag="me",
                summary="Get who you are", handle=self.get, who=_ANY_CREDENTIAL, gives=Account,
            ),
            Endpoint(
                method="PATCH", path=_PATH, name="changeMe", tag="me",
                summary="Change your name", handle=self.change, who=_OWN,
                body=AccountChange, gives=Account, raises=(PreconditionFailed,),
            ),
            Endpoint(
                method="GET", path=f"{_PATH}/audit", name="listDeeds", tag="me",
                summary="List what you did, the newest first", handle=self.list_deeds, who=_OWN,
                query=Paged, gives=Page[Deed],
            ),
        ]  # fmt: skip

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Your role, and what the key, token or session that you show is good for."""
        async with self._database.look_now() as connection:
            return Answer(_account(await _found(connection, call.user), call.user))

    async def change(self, call: Call[NoQuery, AccountChange]) -> Answer:
        """With `If-Match`, only if it is still as you saw it."""
        user = call.user
        async with self._database.change() as connection:
            await lock_user(connection, user.user_id)
            require_match(call.request, _account(await _found(connection, user), user))
            await change_user(connection, user.user_id, name=call.body.name)
            return Answer(_account(await _found(connection, user), user))

    async def list_deeds(self, call: Call[Paged, NoBody]) -> Answer:
        """All that was changed with your keys, tokens and sessions, and what operators changed."""
        asked = call.query
        below = None if asked.cursor is None else int(cursor.read(asked.cursor, (int,))[0])
        async with self._database.look_now() as connection:
            found = await audit.newest(connection, call.user.user_id, below, asked.limit + 1)
        here = found[: asked.limit]
        on = cursor.write((here[-1].number,)) if len(found) > asked.limit else None
        return Answer(Page[Deed](items=[deed_of(row) for row in here], next=on))


async def _found(connection: Any, user: Principal) -> Row[Any]:
    found = await find_user(connection, user.user_id)
    if found is None:  # erased since it was looked who asks
        raise NotFound("You are not here any more.")
    return found


def _account(row: Row[Any], user: Principal) -> Account:
    return Account(
        id=row.id,
        name=row.name,
        role=ROLE_NAMES[Role(row.role)],
        created_at=row.created_s,
        scopes=sorted(user.scopes),
        means=user.means,
    )


def deed_of(row: Row[Any]) -> Deed:
    """Return a deed as it is told."""
    return Deed(
        action=row.action,
        object=row.object,
        means=row.means,
        credential_id=row.credential_id,
        network=row.network,
        happened_at=row.happened_s,
    )

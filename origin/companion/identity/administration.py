"""What an operator does at the command line, in one transaction each, and told in the audit."""

import secrets
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.layout import new_id
from origin.companion.identity import audit, keys
from origin.companion.identity.erasing import begin_erasing
from origin.companion.identity.keys import ID_BYTES, NewKey
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.secret import SECRET_BYTES, secret_of
from origin.companion.identity.session import rows as sessions
from origin.companion.identity.tables import users
from origin.companion.identity.users import add_user, change_user

_MEANS: Final = "command-line"
_KEYS_LISTED_MAX: Final = 1_000


class NotDone(Exception):
    """What an operator asked for cannot be done; the message says why."""


async def add_named(connection: AsyncConnection, name: str, role: Role, *, now_s: float) -> str:
    """Add a user, and return the id; raises NotDone."""
    user_id = new_id(secrets.token_bytes(ID_BYTES))
    await add_user(connection, user_id, name=_line(name), role=role, now_s=now_s)
    await tell(connection, user_id, "addUser", user_id, now_s)
    return user_id


async def all_users(connection: AsyncConnection) -> list[Row[Any]]:
    """Return who there is."""
    rows = select(users).where(users.c.erased_s.is_(None)).order_by(users.c.created_s, users.c.id)
    return list(await connection.execute(rows))


async def named(connection: AsyncConnection, user: str) -> Row[Any]:
    """Return the user with an id, or the only one with a name; raises NotDone."""
    there = users.c.erased_s.is_(None)
    found = await connection.execute(select(users).where(users.c.id == user, there))
    row = found.one_or_none()
    if row is not None:
        return row
    of_name = select(users).where(users.c.name == user, there).limit(2)
    rows = list(await connection.execute(of_name))
    if not rows:
        raise NotDone(f"There is no user {user}. `soundbridge admin user list` lists them.")
    if len(rows) > 1:
        raise NotDone(f"More than one user is called {user}. Say the id of one.")
    return rows[0]


async def give_role(
    connection: AsyncConnection, user: str, role: Role, *, now_s: float
) -> Row[Any]:
    """Let a user be something else, and return who it is; raises NotDone."""
    user_id = (await named(connection, user)).id
    await change_user(connection, user_id, role=role)
    await tell(connection, user_id, f"role:{role.name.lower()}", user_id, now_s)
    return await named(connection, user_id)


async def remove_user(connection: AsyncConnection, user: str, *, now_s: float) -> None:
    """Take a user away, and begin to take away what is theirs; raises NotDone."""
    user_id = (await named(connection, user)).id
    await tell(connection, user_id, "removeUser", user_id, now_s)
    await begin_erasing(connection, user_id, now_s=now_s)


async def add_key_for(
    connection: AsyncConnection,
    user: str,
    name: str,
    scopes: Iterable[Scope],
    *,
    now_s: float,
    valid_for_s: float | None = None,
) -> str:
    """Make a key for a user, and return its text; raises NotDone."""
    user_id = (await named(connection, user)).id
    key = NewKey.of(secrets.token_bytes(ID_BYTES + SECRET_BYTES))
    expires_s = None if valid_for_s is None else now_s + valid_for_s
    await keys.add_key(
        connection,
        key,
        user_id,
        name=_line(name),
        scopes=scopes,
        now_s=now_s,
        expires_s=expires_s,
    )
    await tell(connection, user_id, "createKey", key.id, now_s)
    return key.text


async def keys_of(connection: AsyncConnection, user: str, *, now_s: float) -> list[Row[Any]]:
    """Return the keys of a user that are good; raises NotDone."""
    user_id = (await named(connection, user)).id
    return await keys.newest_keys(connection, user_id, None, _KEYS_LISTED_MAX, now_s=now_s)


async def revoke_any(connection: AsyncConnection, key_id: str, *, now_s: float) -> None:
    """Let a key be good no more, whosever it is; raises NotDone."""
    key = await keys.find_key(connection, key_id, now_s=now_s, to_change=True)
    if key is None:
        raise NotDone(f"No key that is good has the id {key_id}.")
    await keys.revoke_key(connection, key_id, now_s=now_s)
    await tell(connection, key.user_id, "revokeKey", key_id, now_s)


async def link_for(connection: AsyncConnection, user: str, *, now_s: float) -> str:
    """Return the secret of a link that signs a user in once; raises NotDone."""
    user_id = (await named(connection, user)).id
    secret = secret_of(secrets.token_bytes(SECRET_BYTES))
    await sessions.add_link(connection, secret, user_id, now_s=now_s)
    await tell(connection, user_id, "createSignInLink", "", now_s)
    return secret


async def newest_deeds(
    connection: AsyncConnection, user: str | None, object_id: str | None, limit: int
) -> list[Row[Any]]:
    """Return what was done, the newest first, also by who was removed; raises NotDone."""
    user_id = user
    if user is not None:
        known = await connection.scalar(select(users.c.id).where(users.c.id == user))
        user_id = known or (await named(connection, user)).id
    return await audit.newest_of_all(connection, user_id, object_id, limit)


def _line(text: str) -> str:
    # Here, as most commands are given no name of anything new, and this is a sixth of their start.
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415

    from origin.companion.api.text import Line  # noqa: PLC0415

    try:
        return str(TypeAdapter(Line).validate_python(text))
    except ValidationError as error:
        raise NotDone(f"{text!r} is no name: {error.errors()[0]['msg']}.") from error


async def tell(
    connection: AsyncConnection, user_id: str, action: str, subject: str, now_s: float
) -> None:
    """Write down in the audit what an operator did; ``user_id`` is whom it concerns."""
    deed = audit.Deed(user_id, action, subject, _MEANS, "", "")
    await audit.add(connection, deed, now_s=now_s)

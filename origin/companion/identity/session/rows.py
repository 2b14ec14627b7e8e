"""Sessions and one-time links in the database."""

from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity.principal import ALL_SCOPES, Means, Principal, Role
from origin.companion.identity.secret import digest_of
from origin.companion.identity.tables import sessions, sign_in_links, users

_DAY_S: Final = 86_400
LINK_LIFE_S: Final = 15 * 60
IDLE_S: Final = 7 * _DAY_S
LIFE_S: Final = 30 * _DAY_S

# What is asked for each request is made once: making a query takes longer than asking it.
_GOING: Final[Select[Any]] = (
    select(sessions.c.id, sessions.c.user_id, sessions.c.expires_s, users.c.role)
    .join(users, users.c.id == sessions.c.user_id)
    .where(
        sessions.c.expires_s > bindparam("now_s"),
        sessions.c.seen_s > bindparam("now_s") - IDLE_S,
        users.c.erased_s.is_(None),
    )
)
_GOING_ONE: Final = _GOING.where(sessions.c.digest == bindparam("digest"))
GOING_AMONG: Final = _GOING.where(sessions.c.id.in_(bindparam("ids", expanding=True)))
"""Those of some sessions that go on, with their users' roles: by ``ids``, at ``now_s``."""


async def add_link(connection: AsyncConnection, secret: str, user_id: str, *, now_s: float) -> None:
    """Let a secret sign somebody in, once and soon."""
    await connection.execute(
        insert(sign_in_links).values(
            digest=digest_of(secret), user_id=user_id, expires_s=now_s + LINK_LIFE_S
        )
    )


async def use_link(connection: AsyncConnection, secret: str, *, now_s: float) -> str | None:
    """Return whom a link signs in, None where it is not good, or not any more; it is used up."""
    taken = (
        delete(sign_in_links)
        .where(sign_in_links.c.digest == digest_of(secret), sign_in_links.c.expires_s > now_s)
        .returning(sign_in_links.c.user_id)
    )
    user_id: str | None = await connection.scalar(taken)
    return user_id


async def begin(
    connection: AsyncConnection, session_id: str, secret: str, user_id: str, *, now_s: float
) -> None:
    """Begin a session."""
    await connection.execute(
        insert(sessions).values(
            id=session_id,
            digest=digest_of(secret),
            user_id=user_id,
            created_s=now_s,
            seen_s=now_s,
            expires_s=now_s + LIFE_S,
        )
    )


async def holder_of(connection: AsyncConnection, secret: str, *, now_s: float) -> Principal | None:
    """Return whose session this is, None where it is nobody's, or not any more."""
    asked = {"digest": digest_of(secret), "now_s": now_s}
    row = (await connection.execute(_GOING_ONE, asked)).one_or_none()
    if row is None:
        return None
    role = Role(row.role)
    return Principal(row.user_id, role, ALL_SCOPES, Means.SESSION, row.id, row.expires_s)


async def end_by_secret(connection: AsyncConnection, secret: str) -> None:
    """End a session, if it is one."""
    await connection.execute(delete(sessions).where(sessions.c.digest == digest_of(secret)))


async def end(connection: AsyncConnection, session_id: str) -> None:
    """End a session."""
    await connection.execute(delete(sessions).where(sessions.c.id == session_id))


async def end_all(connection: AsyncConnection, user_id: str) -> None:
    """End all sessions of a user, and what would begin another."""
    await connection.execute(delete(sessions).where(sessions.c.user_id == user_id))
    await connection.execute(delete(sign_in_links).where(sign_in_links.c.user_id == user_id))

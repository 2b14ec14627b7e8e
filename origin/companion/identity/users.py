"""Users in the database. Those who were erased are there to no query here but those that lock."""

from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity.principal import Role
from origin.companion.identity.tables import users

THERE_AMONG: Final[Select[Any]] = select(users.c.id, users.c.role).where(
    users.c.id.in_(bindparam("ids", expanding=True)), users.c.erased_s.is_(None)
)
"""Those of some users who are there, by ``ids``."""


async def add_user(
    connection: AsyncConnection, user_id: str, *, name: str, role: Role, now_s: float
) -> None:
    """Add a user."""
    await connection.execute(
        insert(users).values(id=user_id, name=name, role=role, created_s=now_s)
    )


async def find_user(connection: AsyncConnection, user_id: str) -> Row[Any] | None:
    """Return a user, None where there is none."""
    row = select(users).where(users.c.id == user_id, users.c.erased_s.is_(None))
    return (await connection.execute(row)).one_or_none()


async def lock_user(connection: AsyncConnection, user_id: str) -> None:
    """Let nobody else change what is a user's, to the end of the transaction.

    Whoever only counts on the user's being there (``standing``, references) is let by: each of two
    requests would else wait for what the other has already, be it the user or a track.
    """
    row = select(users.c.id).where(users.c.id == user_id)
    await connection.execute(row.with_for_update(key_share=True))


async def outwait(connection: AsyncConnection, user_id: str) -> None:
    """Return when all transactions have ended that count on a user's being there."""
    await connection.execute(select(users.c.id).where(users.c.id == user_id).with_for_update())


async def will_stay(connection: AsyncConnection, user_id: str) -> bool:
    """Tell whether a user was not erased, nor can be before the end of the transaction.

    So what a transaction gives them is there when erasing looks for what is theirs.
    """
    row = select(users.c.id).where(users.c.id == user_id, users.c.erased_s.is_(None))
    return await connection.scalar(row.with_for_update(read=True)) is not None


async def change_user(
    connection: AsyncConnection, user_id: str, *, name: str | None = None, role: Role | None = None
) -> None:
    """Say something else of a user."""
    said = {"name": name, "role": role}
    values = {key: value for key, value in said.items() if value is not None}
    await connection.execute(update(users).where(users.c.id == user_id).values(**values))

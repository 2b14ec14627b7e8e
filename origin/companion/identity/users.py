"""Users in the database."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity.principal import Role
from origin.companion.identity.tables import users


async def add_user(
    connection: AsyncConnection, user_id: str, *, name: str, role: Role, now_s: float
) -> None:
    """Add a user."""
    await connection.execute(
        insert(users).values(id=user_id, name=name, role=role, created_s=now_s)
    )

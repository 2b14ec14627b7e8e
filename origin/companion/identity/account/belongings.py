"""What identity holds of a user: who they are, their keys, sessions and deeds, without secrets."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from sqlalchemy import Column, Table, select

from origin.companion.database import Database
from origin.companion.identity.tables import api_keys, audit, identities, sessions, users

_AT_ONCE: Final = 200
_PARTS: Final[tuple[tuple[str, Table, Column[Any], Column[Any]], ...]] = (
    ("user", users, users.c.id, users.c.id),
    ("identity", identities, identities.c.user_id, identities.c.subject),
    ("key", api_keys, api_keys.c.user_id, api_keys.c.id),
    ("session", sessions, sessions.c.user_id, sessions.c.id),
    ("deed", audit, audit.c.user_id, audit.c.number),
)
_SECRET: Final = frozenset({"digest", "digest_before"})


class IdentityBelongings:
    """Gives what identity holds of a user; it is taken away at once (``erasing``)."""

    name = "identity"

    async def export(self, database: Database, user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield each row, with its kind."""
        for kind, table, owner, place in _PARTS:
            columns = [column for column in table.c if column.name not in _SECRET]
            rows = select(*columns).where(owner == user_id).order_by(place).limit(_AT_ONCE)
            behind = None
            while True:
                onward = rows if behind is None else rows.where(place > behind)
                async with database.look_now() as connection:
                    found = list(await connection.execute(onward))
                for row in found:
                    yield {"kind": kind, **row._mapping}  # noqa: SLF001 SQLAlchemy's own name
                if len(found) < _AT_ONCE:
                    break
                behind = found[-1]._mapping[place]  # noqa: SLF001

    async def erase(self, database: Database, user_id: str) -> None:
        """Do nothing more."""

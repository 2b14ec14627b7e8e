"""What a room holds of a user: how it is given to them, and how it is taken away.

A room has an object of this kind, and ``composition`` names it.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any, Final, Protocol

from sqlalchemy import Column, ColumnElement, Select, select

from origin.companion.database import Database

AT_ONCE: Final = 200
"""Rows that a step reads or takes away."""


class Belongings(Protocol):
    """What one room holds."""

    name: str
    """By which it stands in an export."""

    def export(self, database: Database, user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield all of it as JSON objects, in small steps: no transaction waits for a reader."""

    async def erase(self, database: Database, user_id: str) -> None:
        """Take it away, in small transactions; what is away already stays so."""


async def rows_of(
    database: Database,
    of_user: ColumnElement[bool],
    place: Column[Any],
    but: Collection[str] = (),
) -> AsyncIterator[dict[str, Any]]:
    """Yield rows without some columns, in steps, each of which begins behind the last one.

    They are those of the table of ``place``, which is in order and tells them apart.
    """
    table = place.table
    behind = ""
    while True:
        rows: Select[Any] = select(table).where(of_user, place > behind)
        if "deleted_s" in table.c:
            rows = rows.where(table.c.deleted_s.is_(None))
        async with database.look_now() as connection:
            found = list(await connection.execute(rows.order_by(place).limit(AT_ONCE)))
        for row in found:
            said = dict(row._mapping)  # noqa: SLF001 SQLAlchemy's own name for it
            yield {name: value for name, value in said.items() if name not in but}
        if len(found) < AT_ONCE:
            return
        behind = found[-1]._mapping[place]  # noqa: SLF001

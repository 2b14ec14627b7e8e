"""What one process at a time does for all: whoever has the lease, which runs out with its holder.

A lease decides only who tries. What must happen once is made so by the transaction that does it:
``advance`` moves a duty's position from where its holder believes it to be, or does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import BigInteger, Column, Double, String, Table, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.database import Database
from packager.queue.inserting import insert_into
from packager.queue.job import KEY_LENGTH_MAX, NAME_LENGTH_MAX
from packager.queue.tables import metadata

LEASE_S: Final = 10.0

duties: Final = Table(
    "duties",
    metadata,
    Column("name", String(NAME_LENGTH_MAX), primary_key=True),
    Column("holder", String(KEY_LENGTH_MAX), nullable=False),
    Column("until_s", Double, nullable=False),
    Column("position", BigInteger, nullable=False),
)
"""``position`` is how far whoever had the duty has come, for duties that come somewhere."""


async def take(
    connection: AsyncConnection, name: str, holder: str, *, now_s: float, lease_s: float
) -> bool:
    """Take a duty, or keep it; False where another holds it."""
    first = insert_into(connection, duties).values(
        name=name, holder=holder, until_s=0.0, position=0
    )
    await connection.execute(first.on_conflict_do_nothing())
    taken = await connection.execute(
        update(duties)
        .where(duties.c.name == name, or_(duties.c.holder == holder, duties.c.until_s <= now_s))
        .values(holder=holder, until_s=now_s + lease_s)
    )
    return taken.rowcount == 1


async def position(connection: AsyncConnection, name: str) -> int:
    """Return how far a duty has come; 0 where nobody has begun it."""
    return await connection.scalar(select(duties.c.position).where(duties.c.name == name)) or 0


async def advance(connection: AsyncConnection, name: str, *, before: int, after: int) -> bool:
    """Move a duty on; False where it is not at ``before``, since another has moved it."""
    moved = await connection.execute(
        update(duties)
        .where(duties.c.name == name, duties.c.position == before)
        .values(position=after)
    )
    return moved.rowcount == 1


@dataclass(slots=True)
class Duty:
    """A duty as one process sees it; ``holder`` tells processes apart."""

    database: Database
    name: str
    holder: str
    clock: Callable[[], float]
    _until_s: float = 0.0

    async def is_ours(self) -> bool:
        """Take the duty, or keep it; False where another has it. Raises DatabaseUnavailable."""
        now_s = self.clock()
        if now_s < self._until_s - LEASE_S / 2:
            return True
        async with self.database.change() as connection:
            taken = await take(connection, self.name, self.holder, now_s=now_s, lease_s=LEASE_S)
        self._until_s = now_s + LEASE_S if taken else 0.0
        return taken

    def doubt(self) -> None:
        """Believe no more that it is ours, until that was asked again."""
        self._until_s = 0.0

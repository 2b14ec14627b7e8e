"""After which event the rows of an answer were read: before any of them, on the same connection.

Numbers of events grow in the order of commits, on a replica, too. So who has seen a number and then
reads rows has all that was told up to it, however far behind a replica is.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.tables import events


async def newest_event(connection: AsyncConnection) -> int:
    """Return the number of the last event, 0 where there was none."""
    return await connection.scalar(select(func.max(events.c.number))) or 0


class Noting:
    """Takes note of the least position of some looks; None where there was none."""

    def __init__(self) -> None:
        self.position: int | None = None

    async def __call__(self, connection: AsyncConnection) -> None:
        """See where a connection's rows are."""
        number = await newest_event(connection)
        self.position = number if self.position is None else min(number, self.position)

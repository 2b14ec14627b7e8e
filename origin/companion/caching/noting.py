"""After which event the rows of an answer were read.

Numbers of events grow in the order of commits. So who knows a number and then reads rows has all
that was told up to it. On a replica, that is a number seen there, on the same connection.
"""

from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue import events


class Noting:
    """Takes note of the least position of some looks; None where there was none.

    ``known`` is the position of whatever is not a replica; None where there are replicas.
    """

    def __init__(self, known: int | None) -> None:
        self._known = known
        self.position: int | None = None

    async def __call__(self, connection: AsyncConnection) -> None:
        """See where a connection's rows are."""
        number = self._known
        if number is None:
            number = await events.newest_number(connection)
        self.position = number if self.position is None else min(number, self.position)

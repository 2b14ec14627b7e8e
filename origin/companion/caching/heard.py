"""Whether a request has told an event, so that it is followed before the request is answered."""

from sqlalchemy.ext.asyncio import AsyncConnection


class Heard:
    """Hears of events in the transactions of a request (``companion.alongside``)."""

    def __init__(self) -> None:
        self.is_told = False

    async def first(self, connection: AsyncConnection) -> None:
        """Do nothing."""

    async def last(self, connection: AsyncConnection) -> None:
        """Do nothing."""

    def about(self, subject: str) -> None:
        """Take note that there is an event about something."""
        self.is_told = bool(subject) or self.is_told

"""The deed that a request does, told in the transaction that does it."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.identity import audit
from origin.companion.identity.audit import Deed


class Told:
    """Has its part in a request's transactions: the first one that ends tells the deed.

    Where it ``waits``, that is the first one since something was said of what is changed.
    """

    def __init__(self, deed: Deed, now_s: float, *, waits: bool = False) -> None:
        self._deed = deed
        self._now_s = now_s
        self._is_due = not waits
        self._is_told = False

    async def first(self, connection: AsyncConnection) -> None:
        """Do nothing yet."""

    async def last(self, connection: AsyncConnection) -> None:
        """Tell it."""
        if self._is_due and not self._is_told:
            self._is_told = True
            await audit.add(connection, self._deed, now_s=self._now_s)

    def about(self, subject: str) -> None:
        """Know what was made, where the request could not say its id."""
        self._is_due = True
        if not self._deed.object:
            self._deed = replace(self._deed, object=subject)

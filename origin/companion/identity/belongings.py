"""What a room holds of a user: how it is given to them, and how it is taken away.

A room has an object of this kind, and ``composition`` names it.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from origin.companion.database import Database


class Belongings(Protocol):
    """What one room holds."""

    name: str
    """By which it stands in an export."""

    def export(self, database: Database, user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield all of it as JSON objects, in small steps: no transaction waits for a reader."""

    async def erase(self, database: Database, user_id: str) -> None:
        """Take it away, in small transactions; what is away already stays so."""

"""Taking what a track plays away with it, which another room does."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.events import News


class Withdrawal(Protocol):
    """Lets assets play no more."""

    async def hold(self, connection: AsyncConnection, asset_ids: Iterable[str]) -> None:
        """Let nobody else change assets: before the rows of tracks are held, as everybody does."""

    async def withdraw(
        self, connection: AsyncConnection, asset_ids: Iterable[str], *, now_s: float
    ) -> list[News]:
        """Delete those that are there; return what is to be told of it."""

    async def follow(self, asset_ids: Iterable[str]) -> None:
        """Bring the store up to it now; where that fails, workers do it in some seconds."""

"""Taking what a track plays, and what is being sent for it, away with it: other rooms do that."""

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.events import News


class Withdrawal(Protocol):
    """Lets assets play no more, and nothing come of uploads."""

    async def hold(
        self,
        connection: AsyncConnection,
        asset_ids: Iterable[str],
        *,
        for_tracks: Iterable[str] = (),
    ) -> None:
        """Let nobody else change assets, nor uploads for tracks.

        That comes before the rows of tracks are held, as everybody does it.
        """

    async def withdraw(
        self,
        connection: AsyncConnection,
        asset_ids: Iterable[str],
        *,
        for_tracks: Iterable[str] = (),
        now_s: float,
    ) -> list[News]:
        """Delete those that are there, and end uploads; return what is to be told of it."""

    async def follow(self, asset_ids: Iterable[str]) -> None:
        """Bring the store up to it now; where that fails, workers do it in some seconds."""

"""A user's uploads: how they are told of all, and how all go, with what was received of them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sqlalchemy import Row, select

from origin.companion.database import Database
from origin.companion.identity.belongings import AT_ONCE, rows_of
from origin.companion.uploads import rows
from origin.companion.uploads.endpoints import drop
from origin.companion.uploads.states import State
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tables import uploads


class UploadBelongings:
    """Gives and takes away a user's uploads; their assets go first."""

    name = "uploads"

    def __init__(self, around: Surroundings) -> None:
        self._around = around

    async def export(self, database: Database, user_id: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield each row, but for what is about this server alone."""
        ours = frozenset({"multipart_id", "holder", "held_until_s", "is_wanted", "trusted_bytes"})
        async for row in rows_of(database, uploads.c.user_id == user_id, uploads.c.id, ours):
            yield {"kind": "upload", **row}

    async def erase(self, database: Database, user_id: str) -> None:
        """Take them away; whoever is sending one is cut off."""
        some = select(uploads).where(uploads.c.user_id == user_id).limit(AT_ONCE)
        while True:
            async with database.look_now() as connection:
                found = list(await connection.execute(some))
            if not found:
                return
            for row in found:
                left: Row[Any] | None = row
                if row.state == State.COMPLETE:  # with no asset any more, or a part without one
                    async with database.change() as connection:
                        await rows.forget(connection, row.asset_id, now_s=self._around.clock())
                        left = await rows.find(connection, row.id)
                if left is not None:
                    await drop(self._around, left)

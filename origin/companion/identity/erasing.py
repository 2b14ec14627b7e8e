"""Erasing a user: at once they are nobody, and what they made goes by a job of the queue.

The job asks each room that holds something of a user (``belongings``) to take it away. It may run
twice, or be gone on with by another process: taking away what is away does nothing. It waits for
requests that found the user there a moment before, whose transactions end only now.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.database import Database
from origin.companion.identity.belongings import Belongings
from origin.companion.identity.session.rows import end_all
from origin.companion.identity.tables import (
    api_keys,
    audit,
    idempotency_keys,
    identities,
    users,
)
from origin.companion.identity.users import outwait
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob
from packager.queue.worker import Completion, Run

KIND: Final = "erase-user"


async def begin_erasing(connection: AsyncConnection, user_id: str, *, now_s: float) -> None:
    """Let a user be nobody from now on, and queue what is to follow; once is enough."""
    await _forget(connection, user_id)  # first, as others who hold such rows wait for the user's
    there = update(users).where(users.c.id == user_id, users.c.erased_s.is_(None))
    if not (await connection.execute(there.values(name="", erased_s=now_s))).rowcount:
        return
    job = NewJob(KIND, {"user_id": user_id}, creator_id=user_id, subject=user_id)
    await enqueue(connection, job, job_id=f"erase-{user_id}"[:64], now_s=now_s)


async def _forget(connection: AsyncConnection, user_id: str) -> None:
    """Take away what a user is known by, and what was answered to them."""
    for table in (idempotency_keys, identities, api_keys):
        await connection.execute(delete(table).where(table.c.user_id == user_id))
    await end_all(connection, user_id)


class Erasing:
    """Handles the jobs."""

    def __init__(self, database: Database, belongings: Sequence[Belongings]) -> None:
        self._database = database
        self._belongings = belongings

    async def __call__(self, run: Run) -> Completion:
        """Have each room take away what it holds."""
        user_id = run.held.payload["user_id"]
        async with self._database.change() as connection:
            await outwait(connection, user_id)
        async with self._database.change() as connection:
            await _forget(connection, user_id)
        for each in self._belongings:
            await each.erase(self._database, user_id)
        async with self._database.change() as connection:
            deeds = update(audit).where(audit.c.user_id == user_id)
            await connection.execute(deeds.values(network="", credential_id=""))
        await self._database.leave_no_traces()

        async def nothing_to_record(_connection: AsyncConnection) -> None:
            pass

        async def nothing_to_follow() -> None:
            pass

        return Completion(nothing_to_record, nothing_to_follow)

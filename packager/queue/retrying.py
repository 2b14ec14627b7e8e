"""Jobs that were given up, once more: they are as they were when they came, but for their age."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue.job import State
from packager.queue.tables import jobs


async def requeue(connection: AsyncConnection, job_id: str, *, now_s: float) -> bool:
    """Let a parked job have all its attempts again; False where it is not parked any more."""
    done = await connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state == State.PARKED)
        .values(
            state=State.QUEUED,
            not_before_s=now_s,
            attempts=0,
            lease_until_s=0.0,
            progress=0.0,
            failure_code=None,
            failure_reason=None,
            finished_s=None,
        )
    )
    return done.rowcount == 1

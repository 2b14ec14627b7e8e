"""Taking a job in, as a part of whatever transaction asks for it."""

import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue.inserting import insert_into
from packager.queue.job import Enqueued, NewJob, State
from packager.queue.tables import jobs


async def enqueue(
    connection: AsyncConnection, job: NewJob, *, job_id: str, now_s: float
) -> Enqueued:
    """Put a job into the queue; it is there when the caller commits. Raises JobRefused.

    ``job_id`` is a new random one. Where the creator has used the idempotency key before, nothing
    is taken in, and the job of then is returned, whatever its payload: compare what matters.
    """
    statement = insert_into(connection, jobs).values(
        id=job_id,
        kind=job.kind,
        subject=job.subject,
        payload=job.payload_json(),
        creator_id=job.creator_id,
        priority=job.priority,
        idempotency_key=job.idempotency_key,
        state=State.QUEUED,
        created_s=now_s,
        not_before_s=max(now_s, job.not_before_s),
        attempts=0,
        fence=0,
        lease_until_s=0.0,
        progress=0.0,
    )
    once = statement.on_conflict_do_nothing(index_elements=["creator_id", "idempotency_key"])
    if await connection.scalar(once.returning(jobs.c.id)) is not None:
        return Enqueued(job_id, job.payload, is_new=True)
    earlier = select(jobs.c.id, jobs.c.payload).where(
        jobs.c.creator_id == job.creator_id, jobs.c.idempotency_key == job.idempotency_key
    )
    found = (await connection.execute(earlier)).one()
    return Enqueued(found.id, json.loads(found.payload), is_new=False)

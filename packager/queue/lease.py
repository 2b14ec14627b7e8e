"""What the holder of a job may do to it. All of it raises LeaseLost where it holds it no longer.

Each is one UPDATE that names the token. It locks the job's row until the caller's transaction ends,
so that what the caller writes beside it (``assets.publish``) cannot be overtaken by another claim.
A lease that has run out is still good as long as nobody else has claimed the job.
"""

from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue import policy
from packager.queue.errors import LeaseLost
from packager.queue.job import Claimed, State
from packager.queue.tables import jobs


async def confirm(connection: AsyncConnection, held: Claimed) -> None:
    """Change nothing: what the caller writes in this transaction, it writes as the holder."""
    await _update(connection, held, state=State.RUNNING)


async def heartbeat(
    connection: AsyncConnection, held: Claimed, *, now_s: float, lease_s: float, progress: float
) -> None:
    """Extend the lease to ``lease_s`` from now, and say how much is done, of 1."""
    await _update(connection, held, lease_until_s=now_s + lease_s, progress=progress)


async def succeed(connection: AsyncConnection, held: Claimed, *, now_s: float) -> None:
    """End the job: it is done."""
    await _update(
        connection,
        held,
        state=State.SUCCEEDED,
        progress=1.0,
        failure_code=None,
        failure_reason=None,
        finished_s=now_s,
    )


async def fail(
    connection: AsyncConnection,
    held: Claimed,
    failure: policy.Failure,
    *,
    now_s: float,
    chance: float,
) -> State:
    """Put the job back for another attempt, or park it with its reason; ``chance`` is in [0, 1)."""
    why = {"failure_code": failure.code, "failure_reason": failure.reason}
    if failure.again_s is not None:
        later = {"attempts": 0, "not_before_s": now_s + failure.again_s}
        await _update(connection, held, state=State.QUEUED, **later, **why)
        return State.QUEUED
    if policy.gives_up(failure, held.attempts):
        await _update(connection, held, state=State.PARKED, finished_s=now_s, **why)
        return State.PARKED
    not_before_s = now_s + policy.delay_s(held.attempts, chance)
    await _update(connection, held, state=State.QUEUED, not_before_s=not_before_s, **why)
    return State.QUEUED


async def release(connection: AsyncConnection, held: Claimed) -> None:
    """Put the job back as it was before: its worker goes, and that is no failed attempt."""
    await _update(connection, held, state=State.QUEUED, attempts=held.attempts - 1)


async def _update(connection: AsyncConnection, held: Claimed, **values: Any) -> None:
    done = await connection.execute(
        update(jobs)
        .where(
            jobs.c.id == held.job_id,
            jobs.c.fence == held.fence,
            jobs.c.state == State.RUNNING,
        )
        .values(**values)
    )
    if done.rowcount != 1:
        raise LeaseLost(held.job_id, held.fence)

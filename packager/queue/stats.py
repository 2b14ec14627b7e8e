"""What the queue looks like from outside."""

from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue.job import State
from packager.queue.tables import claims, jobs


@dataclass(frozen=True, slots=True)
class OfKind:
    """How many jobs of one kind are in a state, and since when the first is due, if one is.

    A running one whose lease is over is due since then.
    """

    kind: str
    state: State
    count: int
    due_s: float | None


async def open_jobs(connection: AsyncConnection, *, now_s: float) -> list[OfKind]:
    """Count by kind what is not done: queued, running and parked jobs. Reads an index of states."""
    queued = and_(jobs.c.state == State.QUEUED, jobs.c.not_before_s <= now_s)
    left = and_(jobs.c.state == State.RUNNING, jobs.c.lease_until_s <= now_s)
    due_s = func.min(case((queued, jobs.c.not_before_s), (left, jobs.c.lease_until_s)))
    not_done = (State.QUEUED, State.RUNNING, State.PARKED)
    counted = (
        select(jobs.c.kind, jobs.c.state, func.count(), due_s)
        .where(jobs.c.state.in_(not_done))
        .group_by(jobs.c.kind, jobs.c.state)
    )
    found = await connection.execute(counted)
    return [OfKind(kind, State(state), count, first_s) for kind, state, count, first_s in found]


async def busy_workers(connection: AsyncConnection, *, now_s: float) -> dict[str, set[str]]:
    """Return, by kind, the workers that hold such jobs and are heard of.

    Nothing tells of those that wait for one.
    """
    held = (
        select(jobs.c.kind, claims.c.worker)
        .distinct()
        .join(claims, claims.c.fence == jobs.c.fence)
        .where(jobs.c.state == State.RUNNING, jobs.c.lease_until_s > now_s)
    )
    found: dict[str, set[str]] = {}
    for kind, worker in await connection.execute(held):
        found.setdefault(kind, set()).add(worker)
    return found

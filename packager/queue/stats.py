"""What the queue looks like from outside."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue.job import State
from packager.queue.tables import jobs


@dataclass(frozen=True, slots=True)
class Stats:
    """How many jobs are in each state, and for how long the first that is due has waited."""

    counts: Mapping[State, int]
    age_s: float


async def stats(connection: AsyncConnection, *, now_s: float) -> Stats:
    """Count the jobs; ``age_s`` is 0 where none is due."""
    counted = await connection.execute(select(jobs.c.state, func.count()).group_by(jobs.c.state))
    counts = dict.fromkeys(State, 0)
    counts.update({State(state): count for state, count in counted})
    first_due_s = await connection.scalar(
        select(func.min(jobs.c.not_before_s)).where(
            jobs.c.state == State.QUEUED, jobs.c.not_before_s <= now_s
        )
    )
    return Stats(counts, 0.0 if first_due_s is None else now_s - first_due_s)

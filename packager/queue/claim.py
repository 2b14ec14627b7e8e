"""Claiming: the next job, under a lease, with a fencing token of its own.

On PostgreSQL ``FOR UPDATE SKIP LOCKED`` lets claims go past each other: two at once never take the
same job, and neither waits. How many jobs of a creator are running is read without a lock there, so
claims at the very same moment may favour the same creator once, or go beyond a bound by one. SQLite
has one writer at a time: the caller's transaction must have begun with ``BEGIN IMMEDIATE``.
"""

import json
from collections.abc import Collection
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue import policy
from packager.queue.job import Claimed, State
from packager.queue.tables import claims, jobs

_KINDS: Final = bindparam("kinds", type_=String, expanding=True)
_NOW_S: Final = bindparam("now_s", type_=Double)


async def claim(
    connection: AsyncConnection,
    kinds: Collection[str],
    *,
    worker: str,
    now_s: float,
    lease_s: float,
    of_creator_max: int | None = None,
) -> Claimed | None:
    """Take the next job of one of these kinds, or return None where nothing is due.

    Of creators of whom ``of_creator_max`` jobs of these kinds are running, none is taken.

    A job whose workers were lost as often as it may be tried is parked on the way. Commit before
    beginning the work.
    """
    following = _next(is_bounded=of_creator_max is not None)
    asked = {"kinds": list(kinds), "now_s": now_s, "of_creator_max": of_creator_max}
    while True:
        found = (await connection.execute(following, asked)).one_or_none()
        if found is None:
            return None
        if not policy.is_exhausted(found.attempts):
            return await _take(connection, found, worker, now_s, lease_s)
        await _park(connection, found, now_s)


@cache
def _next(*, is_bounded: bool) -> Select[Any]:
    """Select the job that is next in ``policy.order``, and lock its row.

    It is made once, as a worker asks that twice a second, for ever.
    """
    is_next = and_(jobs.c.kind.in_(_KINDS), _is_due())
    turns = _turns(is_next)
    may_run_more = turns.c.running_of_kinds < bindparam("of_creator_max", type_=Integer)
    return (
        select(jobs.c.id, jobs.c.kind, jobs.c.payload, jobs.c.creator_id, jobs.c.attempts)
        .join(turns, turns.c.creator_id == jobs.c.creator_id)
        .where(is_next, may_run_more if is_bounded else true())
        .order_by(
            jobs.c.priority.desc(), turns.c.running, turns.c.served, jobs.c.created_s, jobs.c.id
        )
        .limit(1)
        .with_for_update(of=jobs, skip_locked=True)
    )


def _turns(is_next: ColumnElement[bool]) -> CTE:
    """Select of each creator who waits, once and not for each job, how much they have had."""
    waiting = select(jobs.c.creator_id).where(is_next).distinct().subquery("waiting")
    others = jobs.alias("others")
    of_creator = others.c.creator_id == waiting.c.creator_id
    is_running = and_(others.c.state == State.RUNNING, others.c.lease_until_s > _NOW_S)
    running = select(func.count()).where(of_creator, is_running)
    served = select(func.max(others.c.fence)).where(of_creator)
    columns = {
        "running": running,
        "running_of_kinds": running.where(others.c.kind.in_(_KINDS)),
        "served": served,
    }
    labelled = [each.scalar_subquery().label(name) for name, each in columns.items()]
    return select(waiting.c.creator_id, *labelled).cte("turns").prefix_with("MATERIALIZED")


def _is_due() -> ColumnElement[bool]:
    waiting = and_(jobs.c.state == State.QUEUED, jobs.c.not_before_s <= _NOW_S)
    left_behind = and_(jobs.c.state == State.RUNNING, jobs.c.lease_until_s <= _NOW_S)
    return or_(waiting, left_behind)


async def _take(
    connection: AsyncConnection, found: Row[Any], worker: str, now_s: float, lease_s: float
) -> Claimed:
    # Drawn after the row is locked: of two claims of one job, the later has the larger token.
    drawn = insert(claims).values(job_id=found.id, worker=worker, claimed_s=now_s)
    fence = (await connection.execute(drawn.returning(claims.c.fence))).scalar_one()
    attempts = found.attempts + 1
    await connection.execute(
        update(jobs)
        .where(jobs.c.id == found.id)
        .values(
            state=State.RUNNING,
            attempts=attempts,
            fence=fence,
            lease_until_s=now_s + lease_s,
            progress=0.0,
        )
    )
    payload = json.loads(found.payload)
    return Claimed(found.id, found.kind, payload, found.creator_id, attempts, fence)


async def _park(connection: AsyncConnection, found: Row[Any], now_s: float) -> None:
    reason = f"Its worker was lost in the last of {found.attempts} attempts."
    await connection.execute(
        update(jobs)
        .where(jobs.c.id == found.id)
        .values(
            state=State.PARKED,
            failure_code=policy.WORKER_DIED,
            failure_reason=reason,
            finished_s=now_s,
        )
    )

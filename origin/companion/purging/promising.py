"""Promising a purge in somebody's transaction: rows for each CDN, and a job for each.

It comes last in a transaction, or before what is told of it: the row of a job that waits is
written, and so not claimed until the commit. So a job that is claimed afterwards finds the rows,
and where none waits by then, another one is queued. CDNs are gone through in the order of their
ids, so that nobody has what another waits for: of two promises in a transaction, the first is to
all that the second is to.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdn.purge.target import By, Target
from origin.companion.identity.new_ids import new_random_id
from origin.companion.purging.tables import purgers, purges
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob, State
from packager.queue.tables import jobs

KIND: Final = "purge"
KEPT_S: Final = 7 * 24 * 3_600.0
"""Nothing is promised to a CDN that no process has had for so long."""

_ROWS_AT_ONCE: Final = 500

Wanted = Callable[[frozenset[By]], Iterable[Target]]
"""What is to be dropped, by what a CDN finds it by."""


async def promise(
    connection: AsyncConnection,
    wanted: Wanted,
    *,
    now_s: float,
    due_s: float | None = None,
    asset_id: str | None = None,
) -> None:
    """Have every CDN drop what is wanted, once this is committed, or when it is due.

    What is given an ``asset_id`` may become due before (``release``).
    """
    due = now_s if due_s is None else due_s
    await _promise(connection, wanted, frozenset(), asset_id, now_s=now_s, due_s=due)


async def release(
    connection: AsyncConnection,
    asset_id: str,
    wanted: Wanted = lambda _: (),
    *,
    now_s: float,
    due_s: float | None = None,
) -> None:
    """Let what was promised of an asset's objects, or a picture's, be due: they have gone.

    What is ``wanted`` is promised with it, since CDNs are gone through once.
    """
    due = now_s if due_s is None else due_s
    held = update(purges).where(purges.c.asset_id == asset_id, purges.c.due_s > now_s)
    released = await connection.execute(
        held.values(promised_s=due, due_s=due, asset_id=None).returning(purges.c.purger_id)
    )
    also = frozenset(released.scalars())
    await _promise(connection, wanted, also, None, now_s=now_s, due_s=due)


async def _promise(
    connection: AsyncConnection,
    wanted: Wanted,
    also: frozenset[str],
    asset_id: str | None,
    *,
    now_s: float,
    due_s: float,
) -> None:
    """Have a job for each CDN for which something is wanted, and for those that have it already."""
    for purger in await _there(connection, now_s):
        targets = sorted(set(wanted(_known(purger))))
        if targets:
            await _add(connection, purger.id, targets, asset_id, due_s=due_s)
        if targets or purger.id in also:
            await have_job(connection, purger.id, now_s=now_s, due_s=due_s)


async def any_without(connection: AsyncConnection, some: Collection[By], *, now_s: float) -> bool:
    """Tell whether there is a CDN that knows none of these."""
    there = await _there(connection, now_s)
    return any(_known(purger).isdisjoint(some) for purger in there)


async def is_anybody_there(connection: AsyncConnection, *, now_s: float) -> bool:
    """Tell whether there is a CDN to purge."""
    return bool(await _there(connection, now_s))


async def have_job(
    connection: AsyncConnection, purger_id: str, *, now_s: float, due_s: float
) -> None:
    """Have a job that sends what is due then: the one that waits, else a new one.

    One that failed comes when the queue says, and takes this along.
    """
    is_early = (jobs.c.failure_code.is_(None)) & (jobs.c.not_before_s > due_s)
    waiting = await connection.execute(
        update(jobs)
        .where(jobs.c.subject == purger_id, jobs.c.kind == KIND, jobs.c.state == State.QUEUED)
        .values(not_before_s=case((is_early, due_s), else_=jobs.c.not_before_s))
    )
    if waiting.rowcount == 0:
        job = NewJob(KIND, {}, purger_id, subject=purger_id, not_before_s=due_s)
        await enqueue(connection, job, job_id=new_random_id(), now_s=now_s)


async def _there(connection: AsyncConnection, now_s: float) -> Sequence[Row[Any]]:
    rows: Select[Any] = select(purgers.c.id, purgers.c.known).where(
        purgers.c.seen_s > now_s - KEPT_S
    )
    found: Sequence[Row[Any]] = (await connection.execute(rows.order_by(purgers.c.id))).all()
    return found


def _known(purger: Row[Any]) -> frozenset[By]:
    return frozenset(map(By, purger.known.split()))


async def _add(
    connection: AsyncConnection,
    purger_id: str,
    targets: Sequence[Target],
    asset_id: str | None,
    *,
    due_s: float,
) -> None:
    rows = [
        {
            "purger_id": purger_id,
            "by": target.by,
            "value": target.value,
            "soft": target.soft,
            "is_repeat": False,
            "asset_id": asset_id,
            "promised_s": due_s,
            "due_s": due_s,
        }
        for target in targets
    ]
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        await connection.execute(insert(purges), rows[start : start + _ROWS_AT_ONCE])

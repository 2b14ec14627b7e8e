"""The queue: whether somebody does what is in it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.checkup.finding import Finding, Level, fail, fine, warn
from packager.queue.job import State
from packager.queue.stats import OfKind, busy_workers, open_jobs
from packager.queue.tables import claims, jobs

_WAITS_S: Final = 300.0
_WAITS_LONG_S: Final = 1_800.0
_NAMED_MAX: Final = 5
_START: Final = (
    "See whether `soundbridge worker`, or `soundbridge serve` without --no-packager, runs and what"
    " it logs; start more of them if they are busy."
)
Busy = Mapping[str, Collection[str]]
"""Workers that are heard of, by the kind of job that they hold."""
_MORE: Final = "Start more workers where that is too long."


async def look_at_queue(connection: AsyncConnection, now_s: float) -> Sequence[Finding]:
    """Say how long jobs wait, and whose jobs nobody hears of any more."""
    kinds = await open_jobs(connection, now_s=now_s)
    busy = await busy_workers(connection, now_s=now_s)
    waits = waiting([each for each in kinds if each.state is State.QUEUED], busy, now_s)
    silent = list(await connection.execute(_silent(now_s)))
    running, parked = (_count(kinds, state) for state in (State.RUNNING, State.PARKED))
    return [*waits, *_heard(silent, running, busy, now_s), *_parked(parked)]


def _count(kinds: Sequence[OfKind], state: State) -> int:
    return sum(each.count for each in kinds if each.state is state)


def waiting(queued: Sequence[OfKind], busy: Busy, now_s: float) -> list[Finding]:
    """Say what the ages of the oldest jobs that are due mean, while workers are busy. Pure.

    A worker does jobs of every kind, and one of another kind keeps it from none.
    """
    late = [each for each in queued if each.due_s is not None and now_s - each.due_s >= _WAITS_S]
    if not late:
        many = sum(each.count for each in queued)
        return [fine(f"{many} jobs are queued, and none that is due has waited for long.")]
    return [_late(each, len(busy.get(each.kind, ())), now_s) for each in late]


def _late(queued: OfKind, busy: int, now_s: float) -> Finding:
    age_s = now_s - (queued.due_s or now_s)
    said = f"{queued.count} jobs are queued ({queued.kind}), and one waits since {_ago(age_s)}."
    if busy:  # they take it as soon as one has done what it does, however long that is
        return warn(f"{said} {busy} workers are heard of, and busy with such jobs.", _MORE)
    return (fail if age_s >= _WAITS_LONG_S else warn)(said, _START)


def _heard(silent: Sequence[Row[Any]], running: int, busy: Busy, now_s: float) -> list[Finding]:
    if not silent:
        return [fine(f"{running} jobs are being done, by workers that are heard of.")]
    kinds = dict.fromkeys(row.kind for row in silent)
    return [
        _left(kind, [row for row in silent if row.kind == kind], len(busy.get(kind, ())), now_s)
        for kind in kinds
    ]


def _left(kind: str, silent: Sequence[Row[Any]], busy: int, now_s: float) -> Finding:
    names = [f"{row.worker} (job {row.id}, {_ago(now_s - row.lease_until_s)})" for row in silent]
    named = ", ".join(names[:_NAMED_MAX]) + (", and others" if names[_NAMED_MAX:] else "")
    if busy:
        return warn(
            f"Workers are not heard of any more: {named}. {busy} others are heard of, and busy"
            f" with such jobs ({kind}).",
            "One of those takes such jobs over as soon as it has time. " + _MORE,
        )
    return fail(
        f"Workers are not heard of any more, and nobody takes over: {named}.",
        "Any worker that runs takes such jobs over at once, so none does. " + _START,
    )


def _parked(parked: int) -> Sequence[Finding]:
    if not parked:
        return []
    return [
        Finding(
            Level.OK,
            f"{parked} jobs were given up; the assets that they were for say why.",
            "`soundbridge admin retry` lists those that may be tried again, and does so.",
        )
    ]


def _silent(now_s: float) -> Select[Any]:
    """Select running jobs whose lease is over, those who are silent for longest first."""
    return (
        select(
            jobs.c.id,
            jobs.c.kind,
            jobs.c.lease_until_s,
            func.coalesce(claims.c.worker, "somebody").label("worker"),
        )
        .outerjoin(claims, claims.c.fence == jobs.c.fence)
        .where(jobs.c.state == State.RUNNING, jobs.c.lease_until_s < now_s)
        .order_by(jobs.c.lease_until_s)
        .limit(_NAMED_MAX + 1)
    )


def _ago(time_s: float) -> str:
    minutes = int(time_s // 60)
    if minutes < 1:
        return f"{time_s:.0f} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004 two hours

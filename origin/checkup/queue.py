"""The queue: whether somebody does what is in it."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.checkup.finding import Finding, Level, fail, fine, warn
from packager.queue.job import State
from packager.queue.stats import Stats, stats
from packager.queue.tables import claims, jobs

_WAITS_S: Final = 300.0
_WAITS_LONG_S: Final = 1_800.0
_NAMED_MAX: Final = 5
_START: Final = (
    "See whether `soundbridge worker`, or `soundbridge serve` without --no-packager, runs and what"
    " it logs; start more of them if they are busy."
)


async def look_at_queue(connection: AsyncConnection, now_s: float) -> Sequence[Finding]:
    """Say how long jobs wait, and whose jobs nobody hears of any more."""
    seen = await stats(connection, now_s=now_s)
    silent = list(await connection.execute(_silent(now_s)))
    names = [f"{row.worker} (job {row.id}, {_ago(now_s - row.lease_until_s)})" for row in silent]
    return [waiting(seen), _heard(names, seen.counts[State.RUNNING]), *_parked(seen)]


def waiting(seen: Stats) -> Finding:
    """Say what the age of the oldest job that is due means. Pure."""
    queued = seen.counts[State.QUEUED]
    if seen.age_s < _WAITS_S:
        return fine(f"{queued} jobs are queued, and none that is due has waited for long.")
    said = f"{queued} jobs are queued, and one waits since {_ago(seen.age_s)}."
    return (fail if seen.age_s >= _WAITS_LONG_S else warn)(said, _START)


def _heard(silent: Sequence[str], running: int) -> Finding:
    if not silent:
        return fine(f"{running} jobs are being done, by workers that are heard of.")
    named = ", ".join(silent[:_NAMED_MAX]) + (", and others" if silent[_NAMED_MAX:] else "")
    return fail(
        f"Workers are not heard of any more, and nobody takes over: {named}.",
        "Any worker that runs takes such jobs over at once, so none does. " + _START,
    )


def _parked(seen: Stats) -> Sequence[Finding]:
    parked = seen.counts[State.PARKED]
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

"""The queue: whether somebody does what is in it."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.checkup.finding import Finding, Level, fail, fine, warn
from packager.queue.job import State
from packager.queue.stats import Stats, busy_workers, stats
from packager.queue.tables import claims, jobs

_WAITS_S: Final = 300.0
_WAITS_LONG_S: Final = 1_800.0
_NAMED_MAX: Final = 5
_START: Final = (
    "See whether `soundbridge worker`, or `soundbridge serve` without --no-packager, runs and what"
    " it logs; start more of them if they are busy."
)
_MORE: Final = "Start more workers where that is too long."


async def look_at_queue(connection: AsyncConnection, now_s: float) -> Sequence[Finding]:
    """Say how long jobs wait, and whose jobs nobody hears of any more."""
    seen = await stats(connection, now_s=now_s)
    busy = await busy_workers(connection, now_s=now_s)
    silent = list(await connection.execute(_silent(now_s)))
    names = [f"{row.worker} (job {row.id}, {_ago(now_s - row.lease_until_s)})" for row in silent]
    heard = _heard(names, seen.counts[State.RUNNING], busy)
    return [waiting(seen, busy), heard, *_parked(seen)]


def waiting(seen: Stats, busy: int) -> Finding:
    """Say what the age of the oldest job that is due means, while workers are busy. Pure."""
    queued = seen.counts[State.QUEUED]
    if seen.age_s < _WAITS_S:
        return fine(f"{queued} jobs are queued, and none that is due has waited for long.")
    said = f"{queued} jobs are queued, and one waits since {_ago(seen.age_s)}."
    if busy:  # they take it as soon as one has done what it does, however long that is
        return warn(f"{said} {busy} workers are heard of, and busy.", _MORE)
    return (fail if seen.age_s >= _WAITS_LONG_S else warn)(said, _START)


def _heard(silent: Sequence[str], running: int, busy: int) -> Finding:
    if not silent:
        return fine(f"{running} jobs are being done, by workers that are heard of.")
    named = ", ".join(silent[:_NAMED_MAX]) + (", and others" if silent[_NAMED_MAX:] else "")
    if busy:
        return warn(
            f"Workers are not heard of any more: {named}. {busy} others are heard of, and busy.",
            "One of those takes such jobs over as soon as it has time. " + _MORE,
        )
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

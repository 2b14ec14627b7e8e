"""What is due for one CDN, and what becomes of it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdn.purge.target import By
from origin.companion.purging.promising import KIND
from origin.companion.purging.tables import FAILURE_LENGTH_MAX, purgers, purges
from packager.queue.job import State
from packager.queue.tables import jobs

UNKNOWN: Final = "purger_unknown"
"""Why a job failed that came to a worker without its CDN: another may send."""
REPEATED_AFTER_S: Final = 15.0
"""What a CDN was being given when it was purged has come to it by then."""
_PUT_OFF_S: Final = 2.0
_PUT_OFF_S_MAX: Final = 300.0
READ_AT_ONCE: Final = 5_000
_AT_ONCE: Final = 500

Key = tuple[By, str]


async def due(connection: AsyncConnection, purger_id: str, *, now_s: float) -> Sequence[Row[Any]]:
    """Return what is due: what is to be gone before what may be given a while, the first first.

    So what is taken down waits for no backlog, however long, of what was only published.
    """
    rows: Select[Any] = (
        select(
            purges.c.number,
            purges.c.by,
            purges.c.value,
            purges.c.soft,
            purges.c.is_repeat,
            purges.c.promised_s,
            purges.c.due_s,
        )
        .where(purges.c.purger_id == purger_id, purges.c.due_s <= now_s)
        .order_by(purges.c.soft, purges.c.due_s, purges.c.number)
        .limit(READ_AT_ONCE)
    )
    found: Sequence[Row[Any]] = (await connection.execute(rows)).all()
    return found


async def is_put_off(connection: AsyncConnection, purger_id: str, *, now_s: float) -> bool:
    """Tell whether a job that failed waits until this CDN is to be asked again.

    Where something was promised while that one sent, there is another beside it, that would ask at
    once.
    """
    waiting = select(jobs.c.id).where(
        jobs.c.subject == purger_id,
        jobs.c.kind == KIND,
        jobs.c.state == State.QUEUED,
        jobs.c.failure_code != UNKNOWN,
        jobs.c.not_before_s > now_s,
    )
    return await connection.scalar(waiting.limit(1)) is not None


def mark_of(values: Sequence[str], rows: Iterable[Row[Any]]) -> str:
    """Return what tells a sending of these rows from all others, and not from itself. Pure.

    A number alone would not: SQLite gives it again, once its row and all behind it have gone.
    """
    sent = sorted((row.number, row.promised_s, row.is_repeat, row.soft) for row in rows)
    return hashlib.sha256(repr((tuple(values), sent)).encode()).hexdigest()


async def next_due_s(connection: AsyncConnection, purger_id: str) -> float | None:
    """Return when the next is due, None where none is left."""
    rows = select(func.min(purges.c.due_s)).where(purges.c.purger_id == purger_id)
    first: float | None = await connection.scalar(rows)
    return first


async def full_s(connection: AsyncConnection, purger_id: str) -> float:
    """Return how far a CDN's rate is used."""
    return await connection.scalar(select(purgers.c.full_s).where(purgers.c.id == purger_id)) or 0.0


async def note_sent(
    connection: AsyncConnection,
    purger_id: str,
    rows: Mapping[Key, Sequence[Row[Any]]],
    *,
    now_s: float,
    full_s: float,
) -> None:
    """Note that a request was taken.

    What was sent for the first time is due once more, in a while; all else goes.
    """
    again, done = [], []
    for same in rows.values():
        first = next((row.number for row in same if not row.is_repeat), None)
        again += [] if first is None else [first]
        done += [row.number for row in same if row.number != first]
    again_s = now_s + REPEATED_AFTER_S
    await _remove(connection, done)
    await _change(connection, again, is_repeat=True, promised_s=again_s, due_s=again_s)
    await _count(
        connection,
        purger_id,
        full_s=full_s,
        requests=purgers.c.requests + 1,
        targets=purgers.c.targets + len(rows),
        failing_since_s=None,
        failure=None,
    )


async def note_refused(
    connection: AsyncConnection, purger_id: str, rows: Sequence[Row[Any]], *, full_s: float
) -> None:
    """Give up what a CDN will refuse however often."""
    await _remove(connection, [row.number for row in rows])
    refused = purgers.c.refused + 1
    await _count(connection, purger_id, full_s=full_s, refused=refused, failing_since_s=None)


async def put_off(
    connection: AsyncConnection,
    purger_id: str,
    rows: Sequence[Row[Any]],
    why: str,
    *,
    now_s: float,
    age_s: float,
    full_s: float,
) -> None:
    """Let what failed by itself be due again in a while: for as long as it has waited by now."""
    due_s = now_s + min(max(age_s, _PUT_OFF_S), _PUT_OFF_S_MAX)
    await _change(connection, [row.number for row in rows], due_s=due_s)
    await _count(
        connection,
        purger_id,
        full_s=full_s,
        failures=purgers.c.failures + 1,
        failing_since_s=None,
        failure=why[:FAILURE_LENGTH_MAX],
    )


async def note_failed(
    connection: AsyncConnection, purger_id: str, why: str, *, now_s: float, full_s: float
) -> None:
    """Note that a CDN did not do it."""
    since_s = case((purgers.c.failing_since_s.is_(None), now_s), else_=purgers.c.failing_since_s)
    await _count(
        connection,
        purger_id,
        full_s=full_s,
        failures=purgers.c.failures + 1,
        failing_since_s=since_s,
        failure=why[:FAILURE_LENGTH_MAX],
    )


async def _count(connection: AsyncConnection, purger_id: str, **values: Any) -> None:
    await connection.execute(update(purgers).where(purgers.c.id == purger_id).values(**values))


async def _change(connection: AsyncConnection, numbers: Sequence[int], **values: Any) -> None:
    for some in _each(numbers):
        await connection.execute(update(purges).where(some).values(**values))


async def _remove(connection: AsyncConnection, numbers: Sequence[int]) -> None:
    for some in _each(numbers):
        await connection.execute(delete(purges).where(some))


def _each(numbers: Sequence[int]) -> Iterator[ColumnElement[bool]]:
    """Return what finds rows by their numbers, so many at once."""
    for start in range(0, len(numbers), _AT_ONCE):
        yield purges.c.number.in_(numbers[start : start + _AT_ONCE])

"""Counting what is heard together: from marks of plays that were not looked at, some at a time.

Who listened is read here, and goes no further: a mark and its salt are gone two days later
(``plays.writing``). What is added, and that its marks were looked at, is one transaction; who reads
the same marks at the same time waits, and finds that they were.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.database import Database
from origin.companion.plays.tables import play_marks
from origin.companion.similar import rows
from origin.companion.similar.pairs import TRACKS_MAX, Pair, pairs_of, taken, weight_of
from origin.companion.similar.tables import heard_together
from packager.queue.inserting import insert_into

MARKS_AT_ONCE: Final = 100
"""Of which come 6,000 pairs at most, while others wait for SQLite's one writer."""
_NOTE: Final = (
    update(play_marks)
    .where(play_marks.c.day == bindparam("of_day"), play_marks.c.ticket == bindparam("shown"))
    .values(paired_s=bindparam("now_s"))
)


async def pair(database: Database, *, now_s: float) -> bool:
    """Count what some marks say; False where there may be no more. Raises DatabaseUnavailable."""
    async with database.look_now() as connection:
        if (await connection.execute(unpaired(1))).first() is None:
            return False
    async with database.change() as connection:
        marks = (await connection.execute(unpaired(MARKS_AT_ONCE).with_for_update())).all()
        weights: dict[Pair, float] = defaultdict(float)
        for (day, listener), theirs in groupby(marks, attrgetter("day", "listener")):
            before = set(await connection.scalars(paired(day, listener)))
            new = taken(before, [mark.track_id for mark in theirs])
            for each, number in pairs_of(before, new).items():
                weights[each] += number * weight_of(day)
        await _note(connection, marks, now_s)
        await _add(connection, weights)
        changed = {track_id for track_id, _ in weights}
        await rows.let_be_due(connection, changed, now_s=now_s)
    return len(marks) == MARKS_AT_ONCE


def unpaired(limit: int) -> Select[Any]:
    """Return the query of marks that nobody has looked at, a listener's day together."""
    order = (play_marks.c.day, play_marks.c.listener, play_marks.c.track_id)
    rows = select(*order, play_marks.c.ticket).where(play_marks.c.paired_s.is_(None))
    return rows.order_by(*order).limit(limit)


def paired(day: int, listener: str) -> Select[Any]:
    """Return the query of tracks of a listener's day that were looked at: all, or the most."""
    return (
        select(play_marks.c.track_id)
        .distinct()
        .where(
            play_marks.c.day == day,
            play_marks.c.listener == listener,
            play_marks.c.paired_s.is_not(None),
        )
        .limit(TRACKS_MAX)
    )


async def _note(connection: AsyncConnection, marks: Sequence[Row[Any]], now_s: float) -> None:
    if marks:
        values = [{"of_day": mark.day, "shown": mark.ticket, "now_s": now_s} for mark in marks]
        await connection.execute(_NOTE, values)


async def _add(connection: AsyncConnection, weights: Mapping[Pair, float]) -> None:
    if not weights:
        return
    add = insert_into(connection, heard_together)
    more = heard_together.c.weight + add.excluded.weight
    await connection.execute(
        add.on_conflict_do_update(index_elements=["track_id", "other_id"], set_={"weight": more}),
        [
            {"track_id": track_id, "other_id": other_id, "weight": weight}
            for (track_id, other_id), weight in sorted(weights.items())
        ],
    )

"""Plays in the database: marks, what they add up to, and what processes share.

All processes write one after another (PostgreSQL's advisory lock; SQLite has one writer anyhow), so
that limits hold for all of them together, and nobody waits for a row that waits for them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    bindparam,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.tracks.rows import add_plays
from origin.companion.plays.buffer import Play
from origin.companion.plays.rules import Limits
from origin.companion.plays.tables import play_days, play_keys, play_marks, play_salts
from packager.queue.inserting import insert_into

_LOCK_NUMBER: Final = 0x706C6179
"""Of PostgreSQL's advisory lock; any number that nobody else takes."""

_AT_ONCE: Final = 400
_KEY_ID: Final = 1

# Asked for each beacon: making a query takes longer than asking it, and asking two than one.
_ON_DAY: Final = play_marks.c.day == bindparam("on_day")
_STANDING: Final = union_all(
    select(play_marks.c.ticket, literal(0)).where(
        _ON_DAY, play_marks.c.ticket.in_(bindparam("shown", expanding=True))
    ),
    select(play_marks.c.track_id, func.count())
    .where(_ON_DAY, play_marks.c.listener == bindparam("of_listener"))
    .group_by(play_marks.c.track_id),
)
"""Tickets that have counted, with 0; tracks, with how often they have."""


async def shared_key(connection: AsyncConnection, new: bytes) -> bytes:
    """Return the key that tickets are signed with; ``new`` where there was none."""
    row = {"id": _KEY_ID, "secret": new}
    await connection.execute(
        insert_into(connection, play_keys).values(row).on_conflict_do_nothing()
    )
    key: bytes = (await connection.execute(select(play_keys.c.secret))).scalar_one()
    return key


async def shared_salt(connection: AsyncConnection, day: int, new: bytes) -> bytes:
    """Return a day's salt; ``new`` where there was none."""
    row = {"day": day, "salt": new}
    await connection.execute(
        insert_into(connection, play_salts).values(row).on_conflict_do_nothing()
    )
    of_day = select(play_salts.c.salt).where(play_salts.c.day == day)
    salt: bytes = (await connection.execute(of_day)).scalar_one()
    return salt


class Standing(NamedTuple):
    """What has counted of a listener's on a day: which of some tickets, how often each track."""

    counted: frozenset[str]
    counts: Mapping[str, int]


async def standing(
    connection: AsyncConnection, day: int, listener: str, tickets: Collection[str]
) -> Standing:
    """Return what has counted of what a listener shows and has heard on one day."""
    asked = {"on_day": day, "of_listener": listener, "shown": list(tickets)}
    found = (await connection.execute(_STANDING, asked)).all()
    return Standing(
        frozenset(name for name, number in found if not number),
        {name: number for name, number in found if number},
    )


async def counts(
    connection: AsyncConnection, listeners: Collection[tuple[int, str]]
) -> Counter[tuple[int, str, str]]:
    """Return how many plays of listeners, by their days, count for each track."""
    found: Counter[tuple[int, str, str]] = Counter()
    some = list(listeners)
    columns = (play_marks.c.day, play_marks.c.listener)
    for start in range(0, len(some), _AT_ONCE):
        of_some = (
            select(*columns, play_marks.c.track_id, func.count())
            .where(_on_days(play_marks.c.listener, some[start : start + _AT_ONCE]))
            .group_by(*columns, play_marks.c.track_id)
        )
        for day, listener, track_id, number in await connection.execute(of_some):
            found[day, listener, track_id] = number
    return found


async def write(connection: AsyncConnection, plays: Sequence[Play], limits: Limits) -> int:
    """Write what counts of plays, each ticket once; return how many those are."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
    admitted = await _admitted(connection, plays, limits)
    rows = [
        {
            "day": play.day,
            "ticket": play.ticket.nonce,
            "listener": play.listener,
            "track_id": play.ticket.track_id,
        }
        for play in admitted
    ]
    if not rows:
        return 0
    mark = (
        insert_into(connection, play_marks).on_conflict_do_nothing().returning(play_marks.c.ticket)
    )
    new = set(await connection.scalars(mark, rows))
    counted = [play for play in admitted if play.ticket.nonce in new]
    played_s: dict[str, list[float]] = defaultdict(list)
    for play in counted:
        played_s[play.ticket.track_id].append(play.ticket.begun_s)
    there = await add_plays(connection, played_s)
    await _add_to_days(connection, [play for play in counted if play.ticket.track_id in there])
    return len(counted)


async def _admitted(
    connection: AsyncConnection, plays: Sequence[Play], limits: Limits
) -> Sequence[Play]:
    """Return those that are within what counts of a listener."""
    of_track = await counts(connection, {(play.day, play.listener) for play in plays})
    of_all: Counter[tuple[int, str]] = Counter()
    for (day, listener, _), number in of_track.items():
        of_all[day, listener] += number
    admitted: dict[str, Play] = {}
    for play in plays:
        one, both = (play.day, play.listener, play.ticket.track_id), (play.day, play.listener)
        if limits.admit(of_track[one], of_all[both]):
            of_track[one] += 1
            of_all[both] += 1
            admitted[play.ticket.nonce] = play
    return list(admitted.values())


async def _add_to_days(connection: AsyncConnection, plays: Sequence[Play]) -> None:
    sums: dict[tuple[str, int], list[float]] = defaultdict(list)
    for play in plays:
        sums[play.ticket.track_id, play.day].append(play.heard_s)
    rows = [
        {"track_id": track_id, "day": day, "plays": len(heard_s), "heard_s": sum(heard_s)}
        for (track_id, day), heard_s in sorted(sums.items())
    ]
    if not rows:
        return
    add = insert_into(connection, play_days)
    more = {name: play_days.c[name] + add.excluded[name] for name in ("plays", "heard_s")}
    await connection.execute(
        add.on_conflict_do_update(index_elements=["track_id", "day"], set_=more), rows
    )


async def days(
    connection: AsyncConnection, track_id: str, first: int, last: int
) -> Mapping[int, Row[Any]]:
    """Return what a track's days add up to, by day; those without a play are not there."""
    rows = select(play_days).where(
        play_days.c.track_id == track_id, play_days.c.day.between(first, last)
    )
    return {row.day: row for row in await connection.execute(rows)}


async def forget_salts(connection: AsyncConnection, before_day: int) -> None:
    """Take away the salts of all days before one: who listened on those, nobody can tell."""
    await connection.execute(delete(play_salts).where(play_salts.c.day < before_day))


async def forget_marks(connection: AsyncConnection, before_day: int, limit: int) -> int:
    """Take away some marks of days before one; return how many."""
    columns = (play_marks.c.day, play_marks.c.ticket)
    old = select(*columns).where(play_marks.c.day < before_day).limit(limit)
    some = [(row.day, row.ticket) for row in await connection.execute(old)]
    if some:
        await connection.execute(delete(play_marks).where(_on_days(play_marks.c.ticket, some)))
    return len(some)


def _on_days(column: ColumnElement[str], some: Iterable[tuple[int, str]]) -> ColumnElement[bool]:
    """Whether a mark has one of some values, each on its day, which are few.

    SQLite looks no pair of columns up in a list of pairs: it reads the whole index instead.
    """
    of_days: dict[int, list[str]] = defaultdict(list)
    for day, value in some:
        of_days[day].append(value)
    return or_(
        *(and_(play_marks.c.day == day, column.in_(of_day)) for day, of_day in of_days.items())
    )

"""What changed, one row each, told in the transaction that changed it.

Numbers grow in the order of commits: on PostgreSQL, writers wait for each other from here on to
their commit, so that who has read up to a number has missed nothing below it. So this is the last
statement of a transaction, and transactions are short.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.alongside import about
from origin.companion.catalogue.kinds import EventKind
from origin.companion.catalogue.tables import events
from origin.companion.purging.news import promise_answers

_LOCK_NUMBER: Final = 0x736F756E65
"""Of PostgreSQL's advisory lock; any number that nobody else takes."""

_TELL: Final = insert(events)

# Asked several times a second: making a query takes longer than asking it.
_SINCE: Final = (
    select(events)
    .where(events.c.number > bindparam("number"))
    .order_by(events.c.number)
    .limit(bindparam("limit"))
)
_SINCE_OF_OWNER: Final = _SINCE.where(events.c.owner_id == bindparam("owner_id"))


@dataclass(frozen=True, slots=True)
class News:
    """An event that is to be told; ``content`` says what to read again, not what it says by now.

    ``kind`` is an ``EventKind``, or its text.
    """

    kind: str
    subject: str
    owner_id: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to what has the id ``subject``; ``number`` is its place in order."""

    number: int
    kind: str
    subject: str
    owner_id: str
    content: Mapping[str, Any]
    happened_s: float


def of_track(row: Row[Any]) -> dict[str, Any]:
    """Return what is said of a track: what goes with it, and may have to be read again, too."""
    return {"artist_id": row.artist_id, "album_id": row.album_id, "asset_id": row.asset_id}


async def tell(
    connection: AsyncConnection,
    kind: str,
    subject: str,
    owner_id: str,
    content: Mapping[str, Any],
    *,
    now_s: float,
) -> None:
    """Add an event to the transaction, as its last statement."""
    await tell_all(connection, [News(kind, subject, owner_id, content)], now_s=now_s)


async def tell_all(connection: AsyncConnection, news: Iterable[News], *, now_s: float) -> None:
    """Add events to the transaction, in this order, as its last statement."""
    news = list(news)
    if not news:
        return
    about(news[0].subject)
    rows = [
        {
            "kind": EventKind(one.kind),
            "subject": one.subject,
            "owner_id": one.owner_id,
            "content": json.dumps(one.content, separators=(",", ":")),
            "happened_s": now_s,
        }
        for one in news
    ]
    await promise_answers(connection, news, now_s=now_s)
    if connection.dialect.name == "postgresql":
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
    await connection.execute(_TELL, rows)


async def is_broken_off(connection: AsyncConnection, number: int) -> bool:
    """Tell whether something behind the event with a number is not kept any more.

    Nor is anything known of events of another database, which had come further. 0 is before all.
    """
    first = select(func.min(events.c.number)).scalar_subquery()
    last = select(func.max(events.c.number)).scalar_subquery()
    oldest, newest = (await connection.execute(select(first, last))).one()
    return number > 0 and (newest is None or not oldest - 1 <= number <= newest)


async def newest_number(connection: AsyncConnection) -> int:
    """Return the number of the event that happened last; 0 where none has."""
    return await connection.scalar(select(func.max(events.c.number))) or 0


async def since(
    connection: AsyncConnection, number: int, *, limit: int, owner_id: str | None = None
) -> list[Event]:
    """Return what happened after the event with a number, in order; of one owner, or of all."""
    asked = {"number": number, "limit": limit}
    if owner_id is None:
        found = await connection.execute(_SINCE, asked)
    else:
        found = await connection.execute(_SINCE_OF_OWNER, asked | {"owner_id": owner_id})
    return [
        Event(
            row.number, row.kind, row.subject, row.owner_id, json.loads(row.content), row.happened_s
        )
        for row in found
    ]

"""Finding out which tracks are similar to one, and storing that of those where it is due.

When a track was published, those that it is like are due, too, as it may be like them. Those make
no others due, so that each publication costs some tracks' work, and not more and more.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.database import Database
from origin.companion.similar import candidates, rows
from origin.companion.similar.closeness import Heard, Said, closest
from origin.companion.similar.pairs import weight_at

TRACKS_AT_ONCE: Final = 5
"""Whoever writes waits for as long as storing so many takes."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is similar to a track, and below which weight it was heard together with others."""

    others: list[str]
    dropped_below: float
    is_listed: bool
    """Whether the track itself can be similar to others."""


async def make(database: Database, *, now_s: float) -> bool:
    """Do what is due of some tracks; False where there may be no more.

    Raises DatabaseUnavailable.
    """
    async with database.look_now() as connection:
        due = (await connection.execute(rows.due(now_s, TRACKS_AT_ONCE))).all()
        made = [(each, await similar_to(connection, each.track_id, now_s=now_s)) for each in due]
    if made:
        async with database.change() as connection:
            like_new: set[str] = set()
            for before, found in sorted(made, key=lambda each: str(each[0].track_id)):
                await _store(connection, before, found, now_s)
                if before.is_first and found is not None and found.is_listed:
                    like_new.update(found.others)
            await rows.let_be_due(connection, like_new, now_s=now_s, rest_s=rows.SOON_S)
    return len(due) == TRACKS_AT_ONCE


async def similar_to(connection: AsyncConnection, track_id: str, *, now_s: float) -> Made | None:
    """Return what is similar to a track; None where that was deleted."""
    row = (await connection.execute(candidates.of_track(track_id))).one_or_none()
    if row is None:
        return None
    now_weight = weight_at(now_s)
    partners = await rows.partners(connection, track_id, now_weight)
    heard = {
        other_id: Heard(together / now_weight, at_all / now_weight)
        for other_id, (together, at_all) in partners.weights.items()
    }
    one = Said.of(row)
    listed_s = now_s if row.listed_s is None else row.listed_s
    others = await candidates.read(connection, one, listed_s, heard)
    found = closest(one, others, partners.own / now_weight, heard)
    return Made(found, partners.dropped_below, row.listed_s is not None)


async def _store(
    connection: AsyncConnection, before: Row[Any], made: Made | None, now_s: float
) -> None:
    if made is None:
        await rows.forget(connection, before.track_id)
        return
    others = made.others if made.is_listed else None
    await rows.store(connection, before, others, now_s=now_s)
    await rows.drop_light(connection, before.track_id, made.dropped_below)

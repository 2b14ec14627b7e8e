"""Which tracks are similar, in the database, and of which that is to be found out anew."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, case, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.similar.tables import heard_together, similar_tracks
from packager.queue.inserting import insert_into

PARTNERS_MAX: Final = 300
"""Of a track, those are kept that it was heard together with most."""

REST_S: Final = 600.0
"""A track that is always heard with others is made anew no more often."""

SOON_S: Final = 30.0
"""One of which something is said, or which something new is like, is made anew no more often."""

AGAIN_AFTER_S: Final = 86_400.0
_DROPPED_AT_ONCE: Final = 1_000
_FORGOTTEN: Final = 1 / 64
"""What a pair weighs that was heard once, half a year ago."""


async def let_be_due(
    connection: AsyncConnection, ids: Collection[str], *, now_s: float, rest_s: float = REST_S
) -> None:
    """Let some tracks' similar ones be made anew soon: now, or once they have rested."""
    if not ids:
        return
    add = insert_into(connection, similar_tracks)
    rested_s = similar_tracks.c.made_s + rest_s
    soon_s = case((rested_s > now_s, rested_s), else_=now_s)
    due_s = case((similar_tracks.c.due_s < soon_s, similar_tracks.c.due_s), else_=soon_s)
    await connection.execute(
        add.on_conflict_do_update(index_elements=["track_id"], set_={"due_s": due_s}),
        [{"track_id": each, "made_s": 0.0, "due_s": now_s} for each in sorted(ids)],
    )


def due(now_s: float, limit: int) -> Select[Any]:
    """Return the query of tracks whose similar ones are to be made, those due longest first.

    ``is_first`` is whether they were never made while the track was listed.
    """
    is_first = similar_tracks.c.others.is_(None).label("is_first")
    rows = select(similar_tracks.c.track_id, similar_tracks.c.due_s, is_first)
    return rows.where(similar_tracks.c.due_s <= now_s).order_by(similar_tracks.c.due_s).limit(limit)


async def stored(connection: AsyncConnection, track_id: str) -> list[str] | None:
    """Return the ids of similar tracks as they were made last; None where they are not kept."""
    others = select(similar_tracks.c.others).where(similar_tracks.c.track_id == track_id)
    text = await connection.scalar(others)
    return None if text is None else list(json.loads(text))


async def store(
    connection: AsyncConnection, before: Row[Any], others: Sequence[str] | None, *, now_s: float
) -> None:
    """Store what was made of a track that was ``due``; what is due since then stays so.

    ``others`` is None for one that is not listed.
    """
    again_s = case(
        (similar_tracks.c.due_s == before.due_s, now_s + AGAIN_AFTER_S),
        else_=similar_tracks.c.due_s,
    )
    text = None if others is None else json.dumps(list(others), separators=(",", ":"))
    await connection.execute(
        update(similar_tracks)
        .where(similar_tracks.c.track_id == before.track_id)
        .values(others=text, made_s=now_s, due_s=again_s)
    )


async def forget(connection: AsyncConnection, track_id: str) -> None:
    """Take away what there is of a track that was deleted."""
    for table in (heard_together, similar_tracks):
        await connection.execute(delete(table).where(table.c.track_id == track_id))


@dataclass(frozen=True, slots=True)
class Partners:
    """What a track was heard together with, by id: how often both were, and the other at all.

    ``own`` is how often it was itself; what weighs less than ``dropped_below`` is not worth
    keeping.
    """

    weights: Mapping[str, tuple[float, float]]
    own: float
    dropped_below: float


def partners_of(track_id: str, limit: int) -> Select[Any]:
    """Return the query of what a track was heard together with most, itself, too."""
    pair, at_all = heard_together.c, heard_together.alias("at_all")
    itself = (at_all.c.track_id == pair.other_id) & (at_all.c.other_id == pair.other_id)
    return (
        select(pair.other_id, pair.weight, at_all.c.weight.label("at_all"))
        .outerjoin_from(heard_together, at_all, itself)
        .where(pair.track_id == track_id)
        .order_by(pair.weight.desc(), pair.other_id.desc())
        .limit(limit)
    )


async def partners(connection: AsyncConnection, track_id: str, now_weight: float) -> Partners:
    """Return what a track was heard together with, as much as is worth keeping."""
    found = (await connection.execute(partners_of(track_id, PARTNERS_MAX + 1))).all()
    weights = {row.other_id: (row.weight, row.at_all or row.weight) for row in found}
    own, _ = weights.pop(track_id, (0.0, 0.0))
    least = found[-1].weight if len(found) > PARTNERS_MAX else 0.0
    return Partners(weights, own, max(least, now_weight * _FORGOTTEN))


async def drop_light(connection: AsyncConnection, track_id: str, below: float) -> None:
    """Take away some pairs of a track that weigh less than what is worth keeping."""
    pair = heard_together.c
    light = select(pair.other_id).where(pair.track_id == track_id, pair.weight < below)
    some = light.order_by(pair.weight, pair.other_id).limit(_DROPPED_AT_ONCE)
    gone = delete(heard_together).where(pair.track_id == track_id, pair.other_id.in_(some))
    await connection.execute(gone)

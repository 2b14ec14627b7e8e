"""Figures of assets in the database."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdn.cmcd.figures import Key
from origin.companion.assets.tables import owned_assets as owned
from origin.companion.quality.tables import quality_days
from origin.quality.sums import DaysOfAssets
from packager.queue.inserting import insert_into

_KEY: Final = ("asset_id", "day", "measure", "bucket")
_AT_ONCE: Final = 400


async def write(connection: AsyncConnection, days: DaysOfAssets) -> None:
    """Add figures to those of assets that are somebody's; others' are of no use to anyone.

    Assets are held meanwhile, so that none is deleted beside, and always in the same order.
    """
    there = await _hold(connection, sorted({asset_id for asset_id, _ in days}))
    rows = [
        {"asset_id": asset_id, "day": day, "measure": measure, "bucket": bucket, "number": number}
        for (asset_id, day), figures in sorted(days.items())
        if asset_id in there
        for (measure, bucket), number in sorted(figures.items())
    ]
    if not rows:
        return
    add = insert_into(connection, quality_days)
    more = {"number": quality_days.c.number + add.excluded["number"]}
    await connection.execute(add.on_conflict_do_update(index_elements=_KEY, set_=more), rows)


async def _hold(connection: AsyncConnection, asset_ids: Sequence[str]) -> set[str]:
    held: set[str] = set()
    for start in range(0, len(asset_ids), _AT_ONCE):
        some = (
            select(owned.c.asset_id)
            .where(
                owned.c.asset_id.in_(asset_ids[start : start + _AT_ONCE]),
                owned.c.deleted_s.is_(None),
            )
            .order_by(owned.c.asset_id)
            .with_for_update(read=True)
        )
        held.update(await connection.scalars(some))
    return held


async def days(
    connection: AsyncConnection, asset_id: str, first: int, last: int
) -> Mapping[int, Mapping[Key, float]]:
    """Return the figures of an asset by day; days without any are not there."""
    rows = select(quality_days).where(
        quality_days.c.asset_id == asset_id, quality_days.c.day.between(first, last)
    )
    found: dict[int, dict[Key, float]] = defaultdict(dict)
    for row in await connection.execute(rows):
        found[row.day][row.measure, row.bucket] = row.number
    return dict(sorted(found.items()))


async def forget(connection: AsyncConnection, asset_id: str) -> None:
    """Take away all that is known of an asset, which is being deleted, and held."""
    await connection.execute(delete(quality_days).where(quality_days.c.asset_id == asset_id))


async def forget_before(connection: AsyncConnection, day: int, limit: int) -> int:
    """Take away all of some assets on the first day, if that is before one; return how many.

    One day at a time: SQLite looks no pair of columns up in a list of pairs.
    """
    first = await connection.scalar(select(func.min(quality_days.c.day)))
    if first is None or first >= day:
        return 0
    of_day = quality_days.c.day == first
    some = select(quality_days.c.asset_id).where(of_day).distinct().limit(limit)
    asset_ids = list(await connection.scalars(some))
    await connection.execute(
        delete(quality_days).where(of_day, quality_days.c.asset_id.in_(asset_ids))
    )
    return len(asset_ids)

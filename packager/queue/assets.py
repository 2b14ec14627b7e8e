"""Publication: which revision an asset plays is a row here, and the entry object follows from it.

``publish`` belongs into the transaction in which ``lease.succeed`` ended the job: either both hold
or neither, and a worker that lost its lease has raised LeaseLost before. Of two jobs of one asset,
the one claimed last has the last word: a smaller token does not overwrite a larger one.

The entry goes into the store after the commit. ``stored`` notes that it did; rows without that note
(``behind``) had their worker killed in between, and their entry is written again.
"""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.entry import Entry
from packager.queue.errors import PlaybackIdTaken
from packager.queue.job import Claimed
from packager.queue.tables import assets


@dataclass(frozen=True, slots=True)
class Published:
    """An asset's entry as its row has it, by the claim that published it."""

    entry: Entry
    fence: int


async def register(connection: AsyncConnection, asset_id: str, playback_id: str) -> None:
    """Make the row that a job will publish into; the same pair may come again.

    Raises PlaybackIdTaken.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(assets).values(
        asset_id=asset_id, playback_id=playback_id, fence=0, stored_fence=0, publications=0
    )
    await connection.execute(row.on_conflict_do_nothing())
    found = select(assets.c.playback_id).where(assets.c.asset_id == asset_id)
    if await connection.scalar(found) != playback_id:
        raise PlaybackIdTaken(
            f"The pair of asset {asset_id} and playback id {playback_id} cannot be: one of them "
            "belongs to another. Choose new ids, or leave them out."
        )


async def publish(
    connection: AsyncConnection, held: Claimed, entry: Entry, *, now_s: float
) -> bool:
    """Let the asset play the entry's revision; False where a later claim has published."""
    done = await connection.execute(
        update(assets)
        .where(
            assets.c.asset_id == entry.asset_id,
            assets.c.playback_id == entry.playback_id,
            assets.c.fence < held.fence,
        )
        .values(
            revision=entry.revision,
            entry=entry.to_json().decode(),
            fence=held.fence,
            publications=assets.c.publications + 1,
            published_s=now_s,
        )
    )
    return done.rowcount == 1


async def published(connection: AsyncConnection, asset_id: str) -> Published | None:
    """Return what the asset plays, None where nothing has been published."""
    row = select(assets.c.entry, assets.c.fence).where(
        assets.c.asset_id == asset_id, assets.c.entry.is_not(None)
    )
    found = (await connection.execute(row)).one_or_none()
    return None if found is None else Published(Entry.from_json(found.entry), found.fence)


async def stored(connection: AsyncConnection, written: Published) -> bool:
    """Note that the store holds this entry; False where it has been published anew since."""
    done = await connection.execute(
        update(assets)
        .where(assets.c.asset_id == written.entry.asset_id, assets.c.fence == written.fence)
        .values(stored_fence=written.fence)
    )
    return done.rowcount == 1


async def behind(
    connection: AsyncConnection, *, published_before_s: float, limit: int
) -> list[str]:
    """Return ids of assets whose entry is not known to be in the store, oldest first."""
    rows = (
        select(assets.c.asset_id)
        .where(assets.c.fence > assets.c.stored_fence, assets.c.published_s < published_before_s)
        .order_by(assets.c.published_s)
        .limit(limit)
    )
    return list((await connection.scalars(rows)).all())

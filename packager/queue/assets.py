"""Publication: which revision an asset plays is a row here, and the entry object follows from it.

While a revision is being made, its asset may be ``announced``: the row has a provisional entry.
``publish`` replaces it by the one of a complete revision, and belongs into the transaction in which
``lease.succeed`` ended the job: either both hold or neither. From then on nothing provisional gets
into the row again (``publications`` counts). Where the job failed for good before, the asset is
``withdrawn``: there is no entry any more, and ``revision`` tells what played.

All of it is written by whoever holds the job, with its token. Of two jobs of one asset, the one
claimed last has the last word: a smaller token does not overwrite what a larger one published.

An asset that was taken down (``take_down``) plays nothing, and never will: whoever holds a job of
it publishes in vain.

The entry goes into the store after the commit. ``stored`` notes that it did; rows without that note
(``behind``) had their worker killed in between, and the store is brought up to them again. Where
there was none before, it ``is_awaited`` until then: nothing is said to play that is not there.
"""

from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Update, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.entry import Entry
from manifests.layout import Revision
from packager.queue.errors import PlaybackIdTaken
from packager.queue.inserting import insert_into
from packager.queue.job import Claimed, State
from packager.queue.tables import assets, claims, jobs

_NOT_STORED: Final = 0
"""A token that no claim ever has."""

IS_PLAYING: Final = and_(assets.c.entry.is_not(None), ~assets.c.is_awaited)
"""Whether an asset's playback id plays, in the store, too."""

DELETED: Final = "deleted"
"""Why a job was given up whose asset is no more."""


@dataclass(frozen=True, slots=True)
class Published:
    """What an asset's row says, by the claim that wrote it.

    ``entry`` is None where it was withdrawn; ``where`` is then what played until it was.
    """

    playback_id: str
    where: Revision
    entry: Entry | None
    fence: int


async def register(connection: AsyncConnection, asset_id: str, playback_id: str) -> None:
    """Make the row that a job will publish into; the same pair may come again.

    Raises PlaybackIdTaken.
    """
    row = insert_into(connection, assets).values(
        asset_id=asset_id,
        playback_id=playback_id,
        fence=_NOT_STORED,
        stored_fence=_NOT_STORED,
        publications=0,
    )
    await connection.execute(row.on_conflict_do_nothing())
    found = select(assets.c.playback_id).where(assets.c.asset_id == asset_id)
    if await connection.scalar(found) != playback_id:
        raise PlaybackIdTaken(
            f"The pair of asset {asset_id} and playback id {playback_id} cannot be: one of them "
            "belongs to another. Choose new ids, or leave them out."
        )


async def announce(
    connection: AsyncConnection, held: Claimed, entry: Entry, *, now_s: float
) -> bool:
    """Let the asset play a revision that is being made; False where it plays something better.

    That is what a later claim announced, or a complete revision. Goes with ``lease.confirm``.
    """
    written = _write(held, entry, now_s).where(
        assets.c.fence <= held.fence, assets.c.publications == 0
    )
    return (await connection.execute(written)).rowcount == 1


async def publish(
    connection: AsyncConnection, held: Claimed, entry: Entry, *, now_s: float
) -> bool:
    """Let the asset play a complete revision; False where a later claim has published."""
    written = (
        _write(held, entry, now_s)
        .where(or_(assets.c.fence <= held.fence, assets.c.publications == 0))
        .values(publications=assets.c.publications + 1)
    )
    return (await connection.execute(written)).rowcount == 1


def _write(held: Claimed, entry: Entry, now_s: float) -> Update:
    return (
        update(assets)
        .where(
            assets.c.asset_id == entry.asset_id,
            assets.c.playback_id == entry.playback_id,
            assets.c.deleted_s.is_(None),
        )
        .values(
            revision=entry.revision,
            entry=entry.to_json().decode(),
            fence=held.fence,
            stored_fence=_NOT_STORED,
            is_awaited=or_(assets.c.is_awaited, assets.c.entry.is_(None)),
            published_s=now_s,
        )
    )


async def withdraw(
    connection: AsyncConnection, held: Claimed, asset_id: str, *, now_s: float
) -> None:
    """Take back what was announced, unless by a later claim. Goes with ``lease.confirm``."""
    await connection.execute(
        _withdrawal(now_s)
        .where(assets.c.asset_id == asset_id, assets.c.fence <= held.fence)
        .values(fence=held.fence)
    )


async def withdraw_parked(connection: AsyncConnection, *, now_s: float) -> None:
    """Take back whatever was announced for jobs that are parked by now."""
    parked = exists().where(
        claims.c.fence == assets.c.fence,
        jobs.c.id == claims.c.job_id,
        jobs.c.state == State.PARKED,
    )
    await connection.execute(_withdrawal(now_s).where(parked))


def _withdrawal(now_s: float) -> Update:
    return (
        update(assets)
        .where(assets.c.publications == 0, assets.c.entry.is_not(None))
        .values(entry=None, stored_fence=_NOT_STORED, is_awaited=False, published_s=now_s)
    )


async def take_down(connection: AsyncConnection, asset_id: str, *, now_s: float) -> None:
    """Let the asset play nothing from now on, whatever is published into it later.

    Its open jobs are given up: whoever is at work on one has lost its lease. They come first, as
    where their holders publish, so that neither has what the other waits for.
    """
    await connection.execute(
        update(jobs)
        .where(jobs.c.subject == asset_id, jobs.c.state.in_((State.QUEUED, State.RUNNING)))
        .values(
            state=State.PARKED,
            failure_code=DELETED,
            failure_reason="Its asset was deleted.",
            finished_s=now_s,
        )
    )
    await connection.execute(
        update(assets)
        .where(assets.c.asset_id == asset_id)
        .values(
            entry=None,
            stored_fence=_NOT_STORED,
            is_awaited=False,
            published_s=now_s,
            deleted_s=now_s,
        )
    )


async def rename(
    connection: AsyncConnection, asset_id: str, playback_id: str, *, now_s: float
) -> None:
    """Give the asset another playback id; belongs where no job of it is open.

    A job names the playback id that it publishes under.
    """
    said = await connection.scalar(select(assets.c.entry).where(assets.c.asset_id == asset_id))
    values: dict[str, object] = {"playback_id": playback_id}
    if said is not None:
        entry = replace(Entry.from_json(said), playback_id=playback_id)
        values |= {
            "entry": entry.to_json().decode(),
            "stored_fence": _NOT_STORED,
            "published_s": now_s,
        }
    await connection.execute(update(assets).where(assets.c.asset_id == asset_id).values(**values))


async def published(connection: AsyncConnection, asset_id: str) -> Published | None:
    """Return what the asset plays or played last, None where nothing has been published."""
    row = select(assets.c.playback_id, assets.c.revision, assets.c.entry, assets.c.fence).where(
        assets.c.asset_id == asset_id, assets.c.revision.is_not(None)
    )
    found = (await connection.execute(row)).one_or_none()
    if found is None:
        return None
    entry = None if found.entry is None else Entry.from_json(found.entry)
    return Published(found.playback_id, Revision(asset_id, found.revision), entry, found.fence)


async def is_stored(connection: AsyncConnection, written: Published) -> bool:
    """Tell whether it was noted already that the store follows what an asset's row says."""
    mine = select(assets.c.asset_id).where(
        assets.c.asset_id == written.where.asset_id,
        assets.c.stored_fence == written.fence,
        assets.c.is_awaited.is_(False),
    )
    return await connection.scalar(mine) is not None


async def stored(connection: AsyncConnection, written: Published) -> bool:
    """Note that the store follows this; False where the row says something else by now."""
    entry = None if written.entry is None else written.entry.to_json().decode()
    done = await connection.execute(
        update(assets)
        .where(
            assets.c.asset_id == written.where.asset_id,
            assets.c.fence == written.fence,
            assets.c.entry.is_not_distinct_from(entry),
        )
        .values(stored_fence=written.fence, is_awaited=False)
    )
    return done.rowcount == 1


async def behind(
    connection: AsyncConnection, *, published_before_s: float, limit: int
) -> list[str]:
    """Return ids of assets whose row the store is not known to follow, oldest first."""
    rows = (
        select(assets.c.asset_id)
        .where(
            # A worker that knows nothing of ``is_awaited`` follows without noting that.
            or_(assets.c.fence != assets.c.stored_fence, assets.c.is_awaited),
            assets.c.published_s < published_before_s,
        )
        .order_by(assets.c.published_s)
        .limit(limit)
    )
    return list((await connection.scalars(rows)).all())

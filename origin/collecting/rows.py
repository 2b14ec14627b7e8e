"""What the workers' database says of an asset: which revision it plays, and what its jobs do.

Of a track it says which pictures there may be.

Jobs are found by their subject. Any job about the asset counts, of whatever kind: it may need what
the store has of it. So does an upload whose next bytes are waited for, and a part of another one.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Row as Record
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from manifests.layout import ID_PATTERN
from origin.collecting.errors import CollectionFailed
from origin.collecting.purging import PurgingRows
from origin.collecting.surroundings import PicturesOf, Purging, RowOf
from origin.companion.artwork.tables import artworks
from origin.companion.catalogue.tables import tracks
from origin.companion.uploads.tables import GOES, uploads
from origin.database.engine import open_existing
from packager.errors import first_line
from packager.publishing.garbage import Row
from packager.queue.job import State
from packager.queue.tables import assets, jobs

_AN_ID: Final = re.compile(ID_PATTERN)
_OPEN: Final = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a database says, and what is promised in it; all of it raises CollectionFailed."""

    row_of: RowOf
    pictures_of: PicturesOf
    purging: Purging


@contextmanager
def questions(state: Path | None, url: str | None) -> Iterator[Asked]:
    """Give the caller's block ``read_row`` and ``read_pictures``, and what purges.

    Raises DatabaseUnusable, also where there is no database of ours yet: an empty one would tell
    that nothing is waited for.
    """
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        engine = runner.run(opened.enter_async_context(open_existing(state or Path(), url)))
        try:
            yield Asked(
                lambda asset_id: runner.run(read_row(engine, asset_id)),
                lambda track_id: runner.run(read_pictures(engine, track_id)),
                PurgingRows(lambda work: runner.run(_write(engine, work))),
            )
        finally:
            runner.run(opened.aclose())


async def _write(engine: AsyncEngine, work: Callable[[AsyncConnection], Awaitable[None]]) -> None:
    try:
        async with engine.begin() as connection:
            await work(connection)
    except (SQLAlchemyError, OSError) as error:
        raise CollectionFailed(
            f"The database could not be written: {first_line(error)}. Run it again."
        ) from error


async def read_row(engine: AsyncEngine, asset_id: str) -> Row | None:
    """Return what the database says of an asset, None where it has never heard of it.

    Raises CollectionFailed.
    """
    asset = select(assets.c.revision, assets.c.entry).where(assets.c.asset_id == asset_id)
    about_it = select(jobs.c.state, jobs.c.finished_s).where(jobs.c.subject == asset_id)
    coming = select(exists().where(uploads.c.asset_id == asset_id, GOES))
    try:
        async with engine.begin() as connection:
            known = (await connection.execute(asset)).one_or_none()
            its_jobs = (await connection.execute(about_it)).all()
            is_coming = bool(await connection.scalar(coming))
    except (SQLAlchemyError, OSError) as error:
        raise _unread(error) from error
    if known is None and not its_jobs and not is_coming:
        return None
    # Where an asset was withdrawn, the revision that it played is still there, but no entry.
    played = known.revision if known is not None and known.entry is not None else None
    return _row(played, its_jobs, is_coming=is_coming)


async def read_pictures(engine: AsyncEngine, track_id: str) -> frozenset[str] | None:
    """Return the ids of a track's pictures, None where the database has never heard of the track.

    Raises CollectionFailed.
    """
    track = select(tracks.c.artwork).where(tracks.c.id == track_id)
    stored = select(artworks.c.id).where(artworks.c.track_id == track_id)
    try:
        async with engine.begin() as connection:
            known = (await connection.execute(track)).one_or_none()
            ids = set(await connection.scalars(stored))
    except (SQLAlchemyError, OSError) as error:
        raise _unread(error) from error
    if known is None:
        return None
    return frozenset(ids) | frozenset(_AN_ID.findall(known.artwork or ""))


def _unread(error: Exception) -> CollectionFailed:
    return CollectionFailed(f"The database could not be read: {first_line(error)}. Run it again.")


def _row(
    played: str | None, its_jobs: Sequence[Record[str, float | None]], *, is_coming: bool
) -> Row:
    ended = {job.finished_s or 0.0: job.state for job in its_jobs if job.state not in _OPEN}
    last_s = max(ended, default=None)
    return Row(
        played,
        has_open_job=is_coming or any(job.state in _OPEN for job in its_jobs),
        ended_s=last_s,
        is_parked=last_s is not None and ended[last_s] == State.PARKED,
    )

"""What the workers' database says of an asset: which revision it plays, and whether it has a job.

A job names its asset in its payload alone. The database looks for the id in the payloads of open
jobs, and those few that have it somewhere are read.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.collecting.errors import CollectionFailed
from origin.database.engine import FILE_NAME, DatabaseUnusable, open_database
from packager.publishing.garbage import Row
from packager.queue.job import State
from packager.queue.tables import assets, jobs

_OPEN: Final = (State.QUEUED, State.RUNNING)


@contextmanager
def rows(state: Path | None, url: str | None) -> Iterator[Callable[[str], Row]]:
    """Give the caller's block a function that reads an asset's row; it raises CollectionFailed.

    Raises DatabaseUnusable, also where the state folder has no database yet: an empty one would
    tell that nothing is waited for.
    """
    folder = state or Path()
    if url is None and not (folder / FILE_NAME).is_file():
        raise DatabaseUnusable(
            f"There is no {FILE_NAME} in {folder}. Give the state folder of the workers."
        )
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        engine = runner.run(opened.enter_async_context(open_database(folder, url)))
        try:
            yield lambda asset_id: runner.run(read_row(engine, asset_id))
        finally:
            runner.run(opened.aclose())


async def read_row(engine: AsyncEngine, asset_id: str) -> Row:
    """Return what the database says of an asset; raises CollectionFailed."""
    # Where an asset was withdrawn, the revision that it played is still there, but no entry.
    revision = select(assets.c.revision).where(
        assets.c.asset_id == asset_id, assets.c.entry.is_not(None)
    )
    payloads = select(jobs.c.payload).where(
        jobs.c.state.in_(_OPEN), jobs.c.payload.contains(asset_id, autoescape=True)
    )
    try:
        async with engine.begin() as connection:
            played = await connection.scalar(revision)
            found = (await connection.scalars(payloads)).all()
    except (SQLAlchemyError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise CollectionFailed(
            f"The database could not be read: {reason}. Run it again."
        ) from error
    has_open_job = any(json.loads(payload).get("asset_id") == asset_id for payload in found)
    return Row(played, has_open_job=has_open_job)

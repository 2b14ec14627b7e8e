"""Opening what a worker needs to fetch."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.uploads.fetching.fetch import Fetcher
from origin.companion.uploads.fetching.job import FetchHandler
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.rules import UploadRules


@asynccontextmanager
async def open_fetching(
    engine: AsyncEngine,
    store: str,
    state: Path,
    rules: UploadRules,
    fetcher: Fetcher | None = None,
) -> AsyncIterator[FetchHandler]:
    """Give the caller's block the handler of jobs that fetch into a store, as much as is taken."""
    database = Database(engine)
    async with open_uploads(database, store, state, rules, new_random_id) as around:
        yield FetchHandler(around, fetcher or Fetcher())

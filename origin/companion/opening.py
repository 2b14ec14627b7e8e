"""Opening what the companion needs for as long as a process serves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from origin.companion.composition import Companion, new_random_id
from origin.companion.database import Database
from origin.companion.rows import Rows
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.rules import UploadRules
from origin.database.engine import open_database, open_sqlite_reader


@asynccontextmanager
async def open_companion(
    rows: Rows, store: str, rules: UploadRules | None = None
) -> AsyncIterator[Companion]:
    """Give the caller's block the companion; sources go to ``store``.

    Raises DatabaseUnusable or StoreUnusable.
    """
    async with AsyncExitStack() as opened:
        primary = await opened.enter_async_context(open_database(rows.state, rows.url))
        readers = []
        if rows.url is None:
            readers.append(await opened.enter_async_context(open_sqlite_reader(rows.state)))
        database = Database(primary, readers)
        uploads = open_uploads(database, store, rows.state, rules or UploadRules(), new_random_id)
        yield Companion(database, await opened.enter_async_context(uploads))

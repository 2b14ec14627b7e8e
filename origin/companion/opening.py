"""Opening what the companion needs for as long as a process serves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from origin.beside import beside
from origin.companion.catalogue.emptying import keep_emptying
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.rows import Rows
from origin.database.engine import open_replica, open_serving, open_sqlite_reader


@asynccontextmanager
async def open_companion(rows: Rows) -> AsyncIterator[Companion]:
    """Give the caller's block the companion; raises DatabaseUnusable."""
    async with AsyncExitStack() as opened:
        primary = await opened.enter_async_context(open_serving(rows.state, rows.url))
        readers = [await opened.enter_async_context(open_replica(url)) for url in rows.replica_urls]
        if rows.url is None:
            readers.append(await opened.enter_async_context(open_sqlite_reader(rows.state)))
        database = Database(primary, readers)
        await opened.enter_async_context(
            beside(keep_emptying(database), "emptying deleted artists")
        )
        yield Companion(database)

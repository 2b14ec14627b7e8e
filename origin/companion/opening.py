"""Opening what the companion needs for as long as a process serves."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from origin.cache.running import telling
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.media import Media
from origin.companion.outward.addresses import networks
from origin.companion.rows import Rows
from origin.database.engine import open_database, open_reader
from origin.stores.opening import open_store


@asynccontextmanager
async def open_companion(
    rows: Rows,
    store: str,
    cache: str | None,
    is_draining: Callable[[], bool],
    outward: Sequence[str] = (),
) -> AsyncIterator[Companion]:
    """Give the caller's block the companion, which writes to ``store``.

    Changes there are told over ``cache``. Raises DatabaseUnusable, StoreUnusable or CacheUnusable.
    """
    async with AsyncExitStack() as opened:
        primary = await opened.enter_async_context(open_database(rows.state, rows.url))
        reader = await opened.enter_async_context(open_reader(rows.state, rows.url, primary))
        tell = await opened.enter_async_context(telling(cache))
        yield Companion(
            Database(primary, [reader]),
            Media(open_store(store), tell),
            is_draining,
            networks(outward),
        )

"""Opening what the companion needs for as long as a process serves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from origin.beside import beside
from origin.cache.connection import Connection, connect
from origin.companion.access import Access
from origin.companion.api.budgets import SharedCounter
from origin.companion.catalogue.emptying import keep_emptying
from origin.companion.composition import Companion, new_random_id
from origin.companion.database import Database
from origin.companion.identity.oidc.opening import open_bearers
from origin.companion.identity.sweeping import sweep
from origin.companion.rows import Rows
from origin.companion.search.opening import open_search
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.rules import UploadRules
from origin.companion.working import work_in_queue
from origin.database.engine import open_replica, open_serving, open_sqlite_reader


@asynccontextmanager
async def open_companion(
    rows: Rows, store: str, access: Access | None = None, rules: UploadRules | None = None
) -> AsyncIterator[Companion]:
    """Give the caller's block the companion; sources go to ``store``.

    Raises DatabaseUnusable or StoreUnusable.
    """
    access = access or Access()
    async with AsyncExitStack() as opened:
        primary = await opened.enter_async_context(open_serving(rows.state, rows.url))
        readers = [await opened.enter_async_context(open_replica(url)) for url in rows.replica_urls]
        if rows.url is None:
            readers.append(await opened.enter_async_context(open_sqlite_reader(rows.state)))
        database = Database(primary, readers)
        tokens = shared = None
        if access.issuers is not None:
            tokens = await opened.enter_async_context(
                open_bearers(access.issuers, database, new_random_id)
            )
        if access.cache is not None:
            client = connect(access.cache)
            opened.push_async_callback(client.aclose)
            shared = SharedCounter(Connection(client))
        uploads = await opened.enter_async_context(
            open_uploads(database, store, rows.state, rules or UploadRules(), new_random_id)
        )
        finding = await opened.enter_async_context(open_search(database, rows.state))
        companion = Companion(database, access, tokens, shared, uploads=uploads, finding=finding)
        for work, name in (
            (companion.uses.run(), "uses"),
            (sweep(database), "sweep of identity"),
            (keep_emptying(database), "emptying deleted artists"),
            (work_in_queue(database, companion.handlers), "jobs of the API"),
        ):
            await opened.enter_async_context(beside(work, name))
        yield companion

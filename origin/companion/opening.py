"""Opening what the companion needs for as long as a process serves."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from origin.beside import kept_beside
from origin.cache.running import telling
from origin.companion.access import Access
from origin.companion.api.budgets import SharedCounter
from origin.companion.artwork.collecting import keep_collecting
from origin.companion.caching.opening import open_answers
from origin.companion.catalogue.emptying import keep_emptying
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.oidc.opening import open_bearers
from origin.companion.identity.sweeping import sweep
from origin.companion.media import Media
from origin.companion.outward.addresses import networks
from origin.companion.pruning import keep_pruning
from origin.companion.purging.registering import registered
from origin.companion.rooms import EVERYTHING, Room
from origin.companion.rows import Rows
from origin.companion.search.opening import open_search
from origin.companion.similar.keeping import Keeper
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.rules import UploadRules
from origin.companion.working import work_in_queue
from origin.database.engine import open_replica, open_serving
from origin.database.sqlite import open_sqlite_reader
from origin.playback_keys import read_signing_key_of
from origin.quality.forwarding import receiving
from origin.stores.opening import open_store

KEPT: Final = frozenset({Room.CATALOGUE, Room.LISTS, Room.SEARCH})
"""Whose public answers are kept."""


@asynccontextmanager
async def open_companion(
    rows: Rows,
    store: str,
    access: Access | None = None,
    rules: UploadRules | None = None,
    *,
    cache: str | None,
    is_draining: Callable[[], bool],
    outward: Sequence[str] = (),
    rooms: frozenset[Room] = EVERYTHING,
    purge: Sequence[str] = (),
    signing_key: Path | None = None,
) -> AsyncIterator[Companion]:
    """Give the caller's block the companion, which writes to ``store``; sources go there, too.

    Changes there are told over ``cache``, and the CDNs that ``purge`` names are let be known. What
    only other ``rooms`` need is not opened. By the ``signing_key`` playback tokens are issued.
    Raises DatabaseUnusable, StoreUnusable, CacheUnusable, UnusablePurger or UnusableKey.
    """
    access = access or Access()
    async with AsyncExitStack() as opened:
        database = await _open_rows(opened, rows)
        if database.has_replicas:
            watching = kept_beside(database.keep_watching_replicas, "replicas watched")
            await opened.enter_async_context(watching)
        tokens = shared = None
        if access.issuers is not None:
            tokens = await opened.enter_async_context(
                open_bearers(access.issuers, database, new_random_id)
            )
        if access.cache is not None:
            from origin.cache.connection import Connection, connect  # noqa: PLC0415 only there

            client = connect(access.cache)
            opened.push_async_callback(client.aclose)
            shared = SharedCounter(Connection(client))
        tell = await opened.enter_async_context(telling(cache))
        uploads = finding = answers = None
        if rooms & {Room.UPLOADS, Room.ME}:  # who leaves takes uploads along
            uploads = await opened.enter_async_context(
                open_uploads(database, store, rows.state, rules or UploadRules(), new_random_id)
            )
        if Room.SEARCH in rooms:
            finding = await opened.enter_async_context(open_search(database, rows.state))
        media = Media(open_store(store), tell)
        if rooms & KEPT:
            answers = await opened.enter_async_context(open_answers(database, cache, tell))
        companion = Companion(
            database,
            media,
            access,
            tokens,
            shared,
            uploads=uploads,
            finding=finding,
            is_draining=is_draining,
            outward=networks(outward),
            rooms=rooms,
            answers=answers,
            signing_key=None if signing_key is None else read_signing_key_of(signing_key),
        )
        if purge:
            await opened.enter_async_context(registered(database.primary, purge))
        handed_over_at = cache if Room.ASSETS in rooms else None
        await opened.enter_async_context(receiving(handed_over_at, companion.quality))
        emptying = partial(keep_emptying, database, companion.withdrawal)
        for room, begin, name in (
            (None, companion.uses.run, "uses"),
            (None, companion.queue_watch.keep, "queue watched"),
            (None, companion.purge_watch.keep, "purging watched"),
            (None, companion.quality_writer.run, "figures of assets"),
            (Room.PLAYS, companion.playing.writer.run, "plays"),
            (Room.PLAYS, companion.playing.writer.keep_sweeping, "sweep of plays"),
            (Room.SESSIONS, lambda: sweep(database), "sweep of identity"),
            (Room.ME, lambda: keep_pruning(database, new_random_id()), "pruning"),
            (Room.CATALOGUE, emptying, "emptying deleted artists"),
            (Room.ME, lambda: work_in_queue(database, companion.handlers), "jobs of the API"),
            (Room.PLAYS, lambda: Keeper(database, new_random_id()).keep(), "similar tracks"),
            (Room.CATALOGUE, lambda: keep_collecting(database, media), "collecting artwork"),
        ):
            if room is None or room in rooms:
                await opened.enter_async_context(kept_beside(begin, name))
        yield companion


async def _open_rows(opened: AsyncExitStack, rows: Rows) -> Database:
    primary = await opened.enter_async_context(open_serving(rows.state, rows.url))
    readers = [await opened.enter_async_context(open_replica(url)) for url in rows.replica_urls]
    if rows.url is None:
        readers.append(await opened.enter_async_context(open_sqlite_reader(rows.state)))
    return Database(primary, readers)

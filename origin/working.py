"""Running a worker: the queue's database, the store, and a handler for each kind of job.

``run_worker`` blocks until SIGTERM or SIGINT, then lets jobs in hand finish.

An asset plays from its first chunk on. What is withdrawn stays for its listeners for as long as
``promises`` say.
"""

import asyncio
import os
import random
import secrets
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

import structlog
from obstore.store import ObjectStore

from origin.beside import kept_beside
from origin.cache.running import telling
from origin.companion.assets import collecting
from origin.companion.assets.collecting import Collector
from origin.companion.assets.watching import Watch
from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.outward.addresses import networks
from origin.companion.outward.client import public_client
from origin.companion.purging.opening import open_sender
from origin.companion.purging.promising import KIND as PURGE_KIND
from origin.companion.purging.registering import registered
from origin.companion.purging.sending import AGAIN_S
from origin.companion.uploads.fetching import FETCH_KIND
from origin.companion.uploads.fetching.opening import open_fetching
from origin.companion.webhooks import queueing
from origin.companion.webhooks.delivering import CONNECT_S, TOTAL_S, Deliverer
from origin.companion.webhooks.dispatching import Dispatch
from origin.cycles import look_as_usual
from origin.database.engine import open_database, open_reader
from origin.delivery import logs
from origin.entries import Entries
from origin.packaging_handler import PackagingHandler
from origin.packaging_job import KIND
from origin.promises import Promises
from origin.stores.opening import create_store
from origin.telemetry.library_lines import libraries_lead_here
from origin.telemetry.metrics import Metrics
from origin.work_settings import Settings
from packager.queue.persisting import Persisting
from packager.queue.worker import Handler, Surroundings, Worker
from packager.sandbox.kernel import ask_kernel, lacking
from packager.sandbox.warm import WarmReaders

_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_NAME_BYTES: Final = 4
_ERRANDS_AT_ONCE: Final = 8
"""What takes no processor, and so waits for no packaging."""

_FETCHES_AT_ONCE: Final = 8
"""Which may take an hour each, and so let nothing else wait."""
_FETCHES_OF_ONE: Final = 2
"""Of a creator: what they fetch from may be slow for all of that hour, and others do not wait."""

_log = structlog.get_logger("soundbridge.worker")


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT.

    Raises DatabaseUnusable, StoreUnusable or CacheUnusable before it begins.
    """
    logs.configure()
    with libraries_lead_here():
        asyncio.run(_until_signal(settings))


async def _until_signal(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    await work(settings, stop)


async def work(
    settings: Settings,
    stop: asyncio.Event,
    *,
    on_ready: Callable[[], None] = lambda: None,
    metrics: Metrics | None = None,
) -> None:
    """Work until ``stop`` is set; ``on_ready`` is called when that begins.

    Raises DatabaseUnusable, StoreUnusable or CacheUnusable before it begins. ``metrics`` are told
    what is counted.
    """
    look_as_usual()
    with create_store(settings.store) as store:
        await _work(settings, store, stop, on_ready, metrics)


async def _work(
    settings: Settings,
    store: ObjectStore,
    stop: asyncio.Event,
    on_ready: Callable[[], None],
    metrics: Metrics | None,
) -> None:
    async with (
        telling(settings.cache) as tell,
        open_database(settings.state, settings.database) as database,
        open_reader(settings.state, settings.database, database) as reader,
        open_fetching(database, settings.store, settings.state, settings.uploads) as fetching,
        AsyncExitStack() as opened,
    ):
        around = Surroundings(
            transaction=database.begin,
            name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(_NAME_BYTES)}"[:255],
            clock=time.time,
            chance=random.random,
            lease_s=settings.lease_s,
            drain_s=settings.drain_s,
        )
        entries = Entries(database, store, tell)
        promises = Promises(
            store, settings.state, settings.database, settings.promises_s, around.chance
        )
        looked_at = Database(database, [reader])
        watch = Watch(looked_at, store, around.name)
        dispatch = Dispatch(looked_at, around.name, new_random_id)
        if metrics is not None:
            metrics.gauge("degraded_assets", "Assets that lack objects.", lambda: watch.degraded)
        for begin, name in (
            (entries.repair, "repair of entries"),
            (promises.keep, "promises"),
            (watch.keep, "watch of assets"),
            (dispatch.keep, "dispatch of events"),
        ):
            await opened.enter_async_context(kept_beside(begin, name))
        _log.info("worker started", worker=around.name, jobs=settings.jobs)
        on_ready()
        _warn_of_what_is_lacking()
        client = await opened.enter_async_context(
            public_client(networks(settings.outward), total_s=TOTAL_S, connect_s=CONNECT_S)
        )
        purging = []
        if settings.purge:
            await opened.enter_async_context(registered(database, settings.purge))
            sender = await opened.enter_async_context(open_sender(database, settings.purge, stop))
            sends: dict[str, Handler] = {PURGE_KIND: Persisting(sender, AGAIN_S)}
            purging.append(Worker(around, sends, len(settings.purge), of_creator_max=1))
        with WarmReaders() as readers:
            packaging: dict[str, Handler] = {KIND: PackagingHandler(entries, readers)}
            errands: dict[str, Handler] = {
                collecting.KIND: Persisting(Collector(database, store, tell)),
                queueing.KIND: Persisting(Deliverer(looked_at, client, new_random_id)),
            }
            await asyncio.gather(
                Worker(around, packaging, slots=settings.jobs).run(stop),
                Worker(around, errands, slots=_ERRANDS_AT_ONCE).run(stop),
                Worker(
                    around, {FETCH_KIND: fetching}, _FETCHES_AT_ONCE, of_creator_max=_FETCHES_OF_ONE
                ).run(stop),
                *(each.run(stop) for each in purging),
            )
        await opened.aclose()
        _log.info("worker stopped", worker=around.name)


def _warn_of_what_is_lacking() -> None:
    missing = lacking(ask_kernel())
    if missing:
        remedy = " ".join(missing.values())
        _log.warning("readers less confined", lacking=list(missing), remedy=remedy)

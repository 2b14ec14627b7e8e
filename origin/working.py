"""Running a worker: the queue's database, the store, and a handler for each kind of job.

``run_worker`` blocks until SIGTERM or SIGINT, then lets jobs in hand finish. Packaging runs in a
thread, whose source is fetched, then read in a child; all end where the lease is lost.

An asset plays from its first chunk on. A job that is tried again goes on where the attempt before
ended, so what is stored stays whatever happens; where no attempt is left, it is withdrawn. What is
withdrawn stays for its listeners for as long as ``promises`` say.
"""

import asyncio
import os
import random
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.entry import Entry
from origin.beside import kept_beside
from origin.cache.running import telling
from origin.companion.assets import collecting
from origin.companion.assets.collecting import Collector
from origin.companion.assets.watching import Watch
from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.outward.addresses import networks
from origin.companion.outward.client import public_client
from origin.companion.uploads.fetching import FETCH_KIND
from origin.companion.uploads.fetching.opening import open_fetching
from origin.companion.webhooks import queueing
from origin.companion.webhooks.delivering import CONNECT_S, TOTAL_S, Deliverer
from origin.companion.webhooks.dispatching import Dispatch
from origin.cycles import look_as_usual
from origin.database.engine import open_database, open_reader
from origin.delivery import logs
from origin.entries import Entries, ThroughTheRow
from origin.inspection.blocking import in_thread
from origin.packaging_job import KIND, PackagingJob
from origin.promises import Promises
from origin.stores.opening import create_store
from origin.telemetry.library_lines import libraries_lead_here
from origin.telemetry.metrics import Metrics
from origin.work_settings import Settings
from packager.errors import StoreFailed
from packager.package import Progress, package
from packager.processors import usable_processors
from packager.queue import assets, policy
from packager.queue.persisting import Persisting
from packager.queue.worker import Completion, Handler, Run, Surroundings, Worker
from packager.sandbox.kernel import ask_kernel, lacking
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders

_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_ENDS_WITHIN_S: Final = 5.0
_NAME_BYTES: Final = 4
_ERRANDS_AT_ONCE: Final = 8
"""What takes no processor, and so waits for no packaging."""

_FETCHES_AT_ONCE: Final = 4
"""Which may take an hour each, and so let nothing else wait."""

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
        with WarmReaders() as readers:
            packaging: dict[str, Handler] = {KIND: PackagingHandler(entries, readers)}
            errands: dict[str, Handler] = {
                collecting.KIND: Persisting(Collector(database, store, tell)),
                queueing.KIND: Persisting(Deliverer(looked_at, client, new_random_id)),
            }
            await asyncio.gather(
                Worker(around, packaging, slots=settings.jobs).run(stop),
                Worker(around, errands, slots=_ERRANDS_AT_ONCE).run(stop),
                Worker(around, {FETCH_KIND: fetching}, slots=_FETCHES_AT_ONCE).run(stop),
            )
        await opened.aclose()
        _log.info("worker stopped", worker=around.name)


def _warn_of_what_is_lacking() -> None:
    missing = lacking(ask_kernel())
    if missing:
        remedy = " ".join(missing.values())
        _log.warning("readers less confined", lacking=list(missing), remedy=remedy)


class _Stopped(Exception):
    """Ends packaging from inside of it; nobody is told."""


class _Stop:
    """Ends a packaging from outside: what its child has not read will not come."""

    def __init__(self) -> None:
        self._is_asked_for = threading.Event()
        self._reader: Reader | None = None

    def ends(self, reader: Reader) -> None:
        self._reader = reader
        self.check()

    def ask(self) -> None:
        self._is_asked_for.set()
        if self._reader is not None:
            self._reader.kill()

    def check(self) -> None:
        if self._is_asked_for.is_set():
            raise _Stopped


@dataclass(slots=True)
class PackagingHandler:
    """Packages a source; the asset's row takes its entry together with the job's success.

    Jobs share the cores evenly as they begin: one alone has all of them, and each has one at least.
    """

    entries: Entries
    readers: WarmReaders
    _at_work: int = 0

    async def __call__(self, run: Run) -> Completion:
        """Package in a thread, which ends soon where this is cancelled; raises PackagingError."""
        self._at_work += 1
        try:
            return await self._packaged(run, max(usable_processors() // self._at_work, 1))
        finally:
            self._at_work -= 1

    async def _packaged(self, run: Run, cores: int) -> Completion:
        asked = PackagingJob.from_payload(run.held.payload)
        stop = _Stop()
        publisher = ThroughTheRow(self.entries, run.held, asyncio.get_running_loop())
        packaging = partial(self._package, asked, run, cores, stop, publisher)
        # Not from asyncio's pool: there, as many jobs as it has threads would wait for one more.
        thread = asyncio.ensure_future(in_thread(packaging))
        try:
            entry = await asyncio.shield(thread)
        except asyncio.CancelledError:
            stop.ask()
            # A store that does not answer must not hold this up: the thread ends when it can.
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    asyncio.gather(thread, return_exceptions=True), _ENDS_WITHIN_S
                )
            raise
        except Exception as error:
            failure = policy.failure_of(error, run.held.attempts)
            if policy.gives_up(failure, run.held.attempts):
                await self.entries.withdraw(run.held, asked.asset_id)
            raise
        return self._completion(run, entry)

    def _completion(self, run: Run, entry: Entry) -> Completion:
        async def record(connection: AsyncConnection) -> None:
            if not await assets.publish(connection, run.held, entry, now_s=time.time()):
                _log.warning("a later job published this asset", asset=entry.asset_id)

        async def follow() -> None:
            await self.entries.follow(entry.asset_id)

        return Completion(record, follow)

    def _package(
        self,
        asked: PackagingJob,
        run: Run,
        cores: int,
        stop: _Stop,
        publisher: ThroughTheRow,
    ) -> Entry:
        def on_progress(done: Progress) -> None:
            stop.check()
            run.progress = done.done_s / done.total_s if done.total_s else 0.0

        with self.readers.reader() as reader:
            stop.ends(reader)
            packaged = package(
                asked.source,
                self.entries.store,
                asset_id=asked.asset_id,
                playback_id=asked.playback_id,
                created_at=asked.created_at,
                extras=asked.extras,
                workers=cores,
                on_progress=on_progress,
                publisher=publisher,
                reader=reader,
                check_wanted=stop.check,
                on_growth=publisher.grew,
            )
        if asked.upload_sha256 not in {None, packaged.index.source.sha256}:
            raise StoreFailed(
                "The source did not arrive as it was uploaded: something was altered on the way. "
                "Check the store, then upload the file again."
            )
        return packaged.entry

"""Running a worker: the queue's database, the store, and a handler for each kind of job.

``run_worker`` blocks until SIGTERM or SIGINT, then lets jobs in hand finish. Packaging runs in a
thread, whose source is read in a child; both are ended where the lease is lost.

The entry that makes an asset playable is written to the store after the transaction that published
it. A worker killed in between leaves it out: every worker looks for such rows and writes them.
"""

import asyncio
import os
import random
import secrets
import signal
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from manifests import layout
from manifests.entry import Entry
from manifests.errors import ManifestError
from origin.database.engine import open_database
from origin.delivery import logs
from origin.packaging_job import KIND, PackagingJob
from origin.store import create_store
from packager.package import Progress, package
from packager.publishing.publication import Publication
from packager.queue import assets
from packager.queue.worker import DATABASE_ERRORS, Completion, Run, Surroundings, Worker
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders

_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_REPAIR_EVERY_S: Final = 5.0
_REPAIR_AFTER_S: Final = 2.0
_REPAIRS_AT_ONCE: Final = 100
_NAME_BYTES: Final = 4

_log = structlog.get_logger("soundbridge.worker")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker is told: where things are, how many jobs at a time, how patient it is."""

    store: str
    state: Path
    database: str | None
    jobs: int
    lease_s: float
    drain_s: float


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; raises DatabaseUnusable or StoreUnusable before it begins."""
    logs.configure()
    with create_store(settings.store) as store:
        asyncio.run(_work(settings, store))


async def _work(settings: Settings, store: ObjectStore) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    async with open_database(settings.state, settings.database) as database:
        around = Surroundings(
            transaction=database.begin,
            name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(_NAME_BYTES)}"[:255],
            clock=time.time,
            chance=random.random,
            lease_s=settings.lease_s,
            drain_s=settings.drain_s,
        )
        repairs = asyncio.create_task(_repair_entries(database, store))
        _log.info("worker started", worker=around.name, jobs=settings.jobs)
        try:
            with WarmReaders() as readers:
                handler = PackagingHandler(database, store, readers)
                await Worker(around, {KIND: handler}, slots=settings.jobs).run(stop)
        finally:
            repairs.cancel()
            await asyncio.gather(repairs, return_exceptions=True)
        _log.info("worker stopped", worker=around.name)


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


@dataclass(frozen=True, slots=True)
class PackagingHandler:
    """Packages a source; the asset's row takes its entry together with the job's success."""

    database: AsyncEngine
    store: ObjectStore
    readers: WarmReaders

    async def __call__(self, run: Run) -> Completion:
        """Package in a thread, which ends soon where this is cancelled; raises PackagingError."""
        asked = PackagingJob.from_payload(run.held.payload)
        stop = _Stop()
        thread = asyncio.ensure_future(asyncio.to_thread(self._package, asked, run, stop))
        try:
            entry = await asyncio.shield(thread)
        except asyncio.CancelledError:
            stop.ask()
            await asyncio.gather(thread, return_exceptions=True)
            raise

        async def record(connection: AsyncConnection) -> None:
            if not await assets.publish(connection, run.held, entry, now_s=time.time()):
                _log.warning("a later job published this asset", asset=entry.asset_id)

        async def follow() -> None:
            await store_entry(self.database, self.store, entry.asset_id)

        return Completion(record, follow)

    def _package(self, asked: PackagingJob, run: Run, stop: _Stop) -> Entry:
        def on_progress(done: Progress) -> None:
            stop.check()
            run.progress = done.done_s / done.total_s if done.total_s else 0.0

        with self.readers.reader() as reader:
            stop.ends(reader)
            return package(
                asked.source,
                self.store,
                asset_id=asked.asset_id,
                playback_id=asked.playback_id,
                created_at=asked.created_at,
                on_progress=on_progress,
                publisher=_ToTheRow(),
                reader=reader,
            ).entry


class _ToTheRow:
    """Leaves the entry out of the store: it follows from the asset's row."""

    def provisional(self, entry: Entry) -> None:
        """Wait for what is complete."""

    def final(self, entry: Entry) -> None:
        """Leave it to the transaction of the job's success."""

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        """Leave what is stored to the next attempt."""


async def store_entry(database: AsyncEngine, store: ObjectStore, asset_id: str) -> None:
    """Write the entry object that an asset's row asks for.

    Two may write at once and the older entry come last; whoever wrote it then finds that it is not
    the newest, and writes again.
    """
    while True:
        async with database.begin() as connection:
            newest = await assets.published(connection, asset_id)
        if newest is None:
            return
        key = layout.entry_key(newest.entry.playback_id)
        await obstore.put_async(store, key, newest.entry.to_json())
        async with database.begin() as connection:
            if await assets.stored(connection, newest):
                return


async def _repair_entries(database: AsyncEngine, store: ObjectStore) -> None:
    """Write the entries that killed workers left out, again and again."""
    while True:
        try:
            async with database.begin() as connection:
                behind = await assets.behind(
                    connection,
                    published_before_s=time.time() - _REPAIR_AFTER_S,
                    limit=_REPAIRS_AT_ONCE,
                )
            for asset_id in behind:
                await _repair_entry(database, store, asset_id)
        except DATABASE_ERRORS as error:
            _log.warning("entries not repaired", cause=str(error).partition("\n")[0])
        await asyncio.sleep(_REPAIR_EVERY_S)


async def _repair_entry(database: AsyncEngine, store: ObjectStore, asset_id: str) -> None:
    try:
        await store_entry(database, store, asset_id)
        _log.info("entry repaired", asset=asset_id)
    except (BaseError, OSError, ManifestError) as error:  # the next one may go well
        reason = str(error).partition("\n")[0]
        _log.warning("entry not repaired", asset=asset_id, cause=reason)

"""Packaging as a job of the queue: in a thread, whose source is fetched, then read in a child.

All end where the lease is lost. A job that is tried again goes on where the attempt before ended,
so what is stored stays whatever happens; where no attempt is left, it is withdrawn.
"""

import asyncio
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.entry import Entry
from origin.entries import Entries, ThroughTheRow
from origin.inspection.blocking import in_thread
from origin.packaging_job import PackagingJob
from packager.errors import SourceMismatch, StoreFailed
from packager.package import Progress, package
from packager.processors import usable_processors
from packager.queue import assets, policy
from packager.queue.worker import Completion, Run
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders

_ENDS_WITHIN_S: Final = 5.0

_log = structlog.get_logger("soundbridge.worker")


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
        _check_content(asked, packaged.index.source.sha256)
        return packaged.entry


def _check_content(asked: PackagingJob, sha256: str) -> None:
    """Raise StoreFailed where the store has altered a source, SourceMismatch where it is another.

    Where nobody saw all of it come, what its sender said of it is no reason to doubt the store.
    """
    if asked.upload_sha256 not in {None, sha256}:
        raise StoreFailed(
            "The source did not arrive as it was uploaded: something was altered on the way. "
            "Check the store, then upload the file again."
        )
    if asked.said_sha256 not in {None, sha256}:
        raise SourceMismatch(
            f"The SHA-256 of what came is {sha256}, and {asked.said_sha256} was announced. "
            "Upload the file again, with the digest of that very file."
        )

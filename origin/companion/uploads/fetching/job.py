"""The queue's job that fetches an upload, and then queues its packaging.

It begins anew where its worker was killed: nothing of a stranger's server is certain to be the same
the next time. Its success is told apart from the upload's, which comes first: where only that was
written, the next attempt finds nothing left to do.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.uploads import rows
from origin.companion.uploads.digests import DigestMismatch
from origin.companion.uploads.fetching.fetch import Fetched, Fetcher
from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.places.place import Reception
from origin.companion.uploads.receiving import interruptible
from origin.companion.uploads.rules import QuotaExceeded, UploadTooLarge
from origin.companion.uploads.signatures import NotSound
from origin.companion.uploads.states import OPEN, State
from origin.companion.uploads.surroundings import Empty, SizeMismatch, Surroundings
from origin.delivery.errors import ApiError
from packager.errors import PackagingError, SourceTooLarge, StoreFailed, UnsupportedSource
from packager.queue import policy
from packager.queue.worker import Completion, Run

_LARGE: Final = (QuotaExceeded, UploadTooLarge)
_AT_FAULT: Final = (DigestMismatch, Empty, NotSound, SizeMismatch)


class FetchHandler:
    """Fetches; ``fetcher`` says from where."""

    def __init__(self, around: Surroundings, fetcher: Fetcher) -> None:
        self._around = around
        self._fetcher = fetcher

    async def __call__(self, run: Run) -> Completion:
        """Fetch an upload; raises PackagingError."""
        upload_id = str(run.held.payload.get("upload_id"))
        async with self._around.database.change() as connection:
            row = await rows.find(connection, upload_id)
        if row is None or row.state not in OPEN:
            return Completion(_nothing, _nothing_follows)
        try:
            await self._fetch(run, upload_id, row.source_url)
        except PackagingError as error:
            failure = policy.failure_of(error, run.held.attempts)
            if policy.gives_up(failure, run.held.attempts):
                await self._give_up(upload_id, failure)
            raise
        return Completion(_nothing, _nothing_follows)

    async def _fetch(self, run: Run, upload_id: str, url: str) -> None:
        around = self._around
        try:
            async with (
                around.holds.holding(upload_id, {"state": State.RECEIVING}) as hold,
                around.opened(hold, anew=True) as reception,
            ):
                with interruptible(hold):
                    async with self._fetcher.fetching(url) as fetched:
                        await self._take(run, hold, reception, fetched)
        except _LARGE as error:
            raise SourceTooLarge(str(error)) from error
        except _AT_FAULT as error:
            raise UnsupportedSource(str(error)) from error
        except ApiError as error:
            raise StoreFailed(str(error)) from error

    async def _take(self, run: Run, hold: Hold, reception: Reception, fetched: Fetched) -> None:
        around, size_bytes = self._around, fetched.size_bytes
        if size_bytes is not None:
            if hold.row.size_bytes not in {None, size_bytes}:
                raise SizeMismatch(f"{hold.row.size_bytes} bytes were said, {size_bytes} come.")
            await around.check_said_size(hold.row, size_bytes)

        async def counted() -> AsyncIterator[bytes]:
            async for part in fetched.content:
                run.progress = reception.position_bytes / size_bytes if size_bytes else 0.0
                yield part

        sha256 = hashlib.sha256()
        bound = await around.bound(hold.row)
        await around.receiver.receive(counted(), reception, hold, [sha256], bound)
        if hold.row.size_bytes not in {None, reception.position_bytes}:
            raise SizeMismatch(f"{hold.row.size_bytes} bytes were said, and less came.")
        await around.complete(hold, reception, sha256.hexdigest())

    async def _give_up(self, upload_id: str, failure: policy.Failure) -> None:
        around = self._around
        with suppress(UploadBusy):  # it failed already, or was deleted
            async with around.holds.holding(upload_id, {}) as hold:
                await around.fail(hold, failure.code, failure.reason)


async def _nothing(_: AsyncConnection) -> None:
    """Write nothing beside the job's success."""


async def _nothing_follows() -> None:
    """Do nothing after it."""

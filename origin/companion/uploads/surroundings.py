"""What all ways of sending share: where rows and bytes are, and what is done with both."""

import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row

from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import is_owner
from origin.companion.identity.users import lock_user, will_stay
from origin.companion.uploads import endings, rows
from origin.companion.uploads.digests import DigestMismatch, RunningDigests
from origin.companion.uploads.finishing import Finished, finish
from origin.companion.uploads.holding import Hold, Holds, UploadBusy
from origin.companion.uploads.places.place import Place, Reception, Source
from origin.companion.uploads.quota import FULL, check_left, reserve
from origin.companion.uploads.receiving import Bound, Receiver
from origin.companion.uploads.rules import QuotaExceeded, UploadRules, UploadTooLarge
from origin.companion.uploads.signatures import FIRST_BYTES, NotSound, check_sound
from origin.companion.uploads.states import (
    OPEN,
    PARTIAL,
    TRACK_DELETED,
    OwnerGone,
    State,
    TrackGone,
    UploadGone,
)
from origin.delivery.errors import (
    ApiError,
    CredentialsInvalid,
    NotFound,
    StoreUnavailable,
    Unprocessable,
)

THREADS: Final = 4
"""More than a disk or two cores have use for; what waits, waits for them."""


class SizeMismatch(Unprocessable):
    """The file has another size than was said."""

    code = "size_mismatch"


class Empty(Unprocessable):
    """The file has no bytes."""

    code = "upload_empty"

    def __init__(self) -> None:
        super().__init__("This file is empty. Export it again, then send it.")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an upload needs, for as long as a process serves."""

    database: Database
    place: Place
    rules: UploadRules
    holds: Holds
    receiver: Receiver
    new_id: Callable[[], str]
    digests: RunningDigests = field(default_factory=RunningDigests)
    clock: Callable[[], float] = time.time

    @classmethod
    def of(
        cls,
        database: Database,
        place: Place,
        rules: UploadRules,
        threads: ThreadPoolExecutor,
        new_id: Callable[[], str],
    ) -> "Surroundings":
        """Put them together."""
        holds = Holds(database, rules.expires_s)
        return cls(database, place, rules, holds, Receiver(threads), new_id)

    async def found(self, principal: Principal, upload_id: str) -> Row[Any]:
        """Return an upload of who asks; raises NotFound."""
        async with self.database.look(principal) as connection:
            row = await rows.find(connection, upload_id)
        if row is None or not is_owner(principal, row.user_id):
            raise NotFound("There is no upload with this id.")
        return row

    @asynccontextmanager
    async def opened(self, hold: Hold, *, anew: bool = False) -> AsyncIterator[Reception]:
        """Give the caller's block what is there of an upload that is held; ``anew``, nothing.

        What is found to be no sound is not taken again, and what is not what was said is dropped.
        Raises UploadBusy where it is not held any more.
        """
        source = Source.of(hold.row)
        await self.holds.confirm(hold)
        if anew:
            await self._start_again(hold, source)
            source = Source(source.key)
        if source.multipart_id is None:
            begun = await self.place.begin(source.key)
            if begun is not None:
                async with self.database.change(alone=True) as connection:
                    await rows.change(connection, hold.upload_id, {"multipart_id": begun})
                source = Source(source.key, begun)
        try:
            async with self.place.open(source) as reception:
                yield reception
        except NotSound as error:
            await self.fail(hold, error.code, str(error))
            raise
        except DigestMismatch:
            await self.holds.confirm(hold)
            await self._start_again(hold, source)
            raise

    async def _start_again(self, hold: Hold, source: Source) -> None:
        self.digests.forget(hold.upload_id)
        await self.place.discard(source)
        async with self.database.change(alone=True) as connection:
            dropped = {"multipart_id": None, "trusted_bytes": None}
            await rows.change(connection, hold.upload_id, dropped)
        hold.received_bytes = 0

    async def fail(self, hold: Hold, code: str, reason: str) -> None:
        """Let nothing come of an upload that is held; raises UploadBusy where it is another's."""
        values = {
            "state": State.FAILED,
            "failure_code": code,
            "failure_reason": reason,
            "multipart_id": None,
        }
        async with self.database.change(alone=True) as connection:
            row = await rows.find(connection, hold.upload_id, to_change=True)
            if row is not None and row.state in OPEN:  # it may have ended for another reason
                if row.holder != hold.token:
                    raise UploadBusy
                await rows.change(connection, hold.upload_id, values)
                told = [endings.failed(row, code, reason)]
                await events.tell_all(connection, told, now_s=self.clock())
        if row is None or row.state != State.COMPLETE:  # of which another has made an asset
            await self.place.discard(Source.of(row or hold.row))

    async def check_said_size(self, row: Row[Any], size_bytes: int) -> None:
        """Raise UploadTooLarge or QuotaExceeded, where the size of an upload is said only now.

        Others may come meanwhile: it is counted once all of it is there, and looked at again.
        """
        self.rules.check_size(size_bytes)
        async with self.database.change(alone=True) as connection:
            await check_left(connection, self.rules, row, size_bytes)

    async def say_size(self, hold: Hold, size_bytes: int) -> None:
        """Write the size of an upload that is held, which is counted from now on, and stays.

        Raises UploadTooLarge, QuotaExceeded, or UploadBusy where it is not held any more.
        """
        self.rules.check_size(size_bytes)
        async with self.database.change(alone=True) as connection:
            await reserve(connection, self.rules, hold, size_bytes)
            hold.row = await rows.find(connection, hold.upload_id) or hold.row

    async def bound(self, row: Row[Any]) -> Bound:
        """Return how far an upload may grow."""
        rules = self.rules
        if row.size_bytes is not None:
            more = SizeMismatch(f"More comes than the {row.size_bytes} bytes that were said.")
            return Bound(row.size_bytes, more)
        async with self.database.change(alone=True) as connection:
            used = await rows.used(connection, row.user_id)
        left_bytes = rules.quota_bytes - used.size_bytes + row.received_bytes
        if left_bytes < rules.size_bytes_max:
            return Bound(max(left_bytes, 0), QuotaExceeded(FULL))
        most_mb = rules.size_bytes_max // 1_000_000
        too_large = UploadTooLarge(f"It has more than the {most_mb} MB that are taken.")
        return Bound(rules.size_bytes_max, too_large)

    async def complete(self, hold: Hold, reception: Reception, sha256: str | None) -> Row[Any]:
        """Let all of it be there, and queue its packaging.

        Raises Empty, NotSound, DigestMismatch, UploadBusy where it is not held any more, or
        QuotaExceeded, UploadGone where it was dropped, or its owner is, or CredentialsInvalid where
        who sends it is not known any more: then nothing of it stays.
        """
        size_bytes = reception.position_bytes
        if size_bytes == 0:
            raise Empty
        if None not in {sha256, hold.row.said_sha256} and sha256 != hold.row.said_sha256:
            raise DigestMismatch
        is_part = hold.row.tus_concat == PARTIAL
        first = await reception.beginning(FIRST_BYTES)
        if not is_part:
            check_sound(first)
        hold.check()
        await self.holds.confirm(hold)
        await reception.complete()
        if not is_part and not first:  # a bucket shows nothing of its parts
            check_sound(await reception.beginning(FIRST_BYTES))
        where = self.place.where(Source.of(hold.row).key)
        try:
            row = await self._finish(hold, Finished(where, size_bytes, sha256))
        except TrackGone as error:
            await self.fail(hold, TRACK_DELETED, str(error))
            raise
        except (QuotaExceeded, UploadGone, CredentialsInvalid) as error:
            await self.fail(hold, error.code, str(error))
            raise
        with suppress(StoreUnavailable):  # it is done by now
            await self.place.settled(Source.of(hold.row))
        return row

    async def _finish(self, hold: Hold, found: Finished) -> Row[Any]:
        """Queue its packaging; raises QuotaExceeded, UploadGone or UploadBusy."""
        is_unsaid = hold.row.size_bytes is None  # others may have come meanwhile, unsaid, too
        async with self.database.change() as connection:
            if is_unsaid:
                await lock_user(connection, hold.row.user_id)
            if not await will_stay(connection, hold.row.user_id):
                raise OwnerGone
            row = await finish(
                connection, hold.upload_id, hold.token, found, self.new_id, now_s=self.clock()
            )
            if row is None:
                raise _why_not(await rows.find(connection, hold.upload_id))
            if is_unsaid:
                used = await rows.used(connection, row.user_id)
                if used.size_bytes > self.rules.quota_bytes:
                    raise QuotaExceeded(FULL)
        return row


def _why_not(row: Row[Any] | None) -> ApiError:
    """Return why an upload cannot be finished by who held it."""
    if row is None:
        return UploadGone("This upload was dropped. Make a new one.")
    return TrackGone() if row.failure_code == TRACK_DELETED else UploadBusy()

"""Sending what is due to one CDN: a job of the queue, one at a time for each of them.

What is due is read, made into as few requests as may be, and sent, as often as the CDN's rate
allows; after each request it is noted, in the same transaction as the rate, what it has done. After
a pause, what is due is read anew: what came meanwhile goes along. A worker that is killed leaves
rows, which are sent again: a purge bears repetition. Who has lost its job notes nothing any more:
the rows that it read may be gone, and their numbers those of others.

Where a CDN takes nothing, the queue decides when it is asked again. Where it is well, but something
fails by itself (an edge is to fetch anew what its origin cannot give), that is put off, and nothing
waits for it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any, Final, NoReturn

import structlog
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cdn.errors import (
    PurgeDelayed,
    PurgeFailed,
    PurgeNotDone,
    PurgerClosed,
    PurgeRefused,
    PurgerUnreachable,
)
from cdn.purge.batch import Batch, batches
from cdn.purge.purger import Purger
from cdn.purge.rate import turn
from cdn.purge.target import By, Target
from origin.companion.purging import rows
from origin.companion.purging.promising import have_job
from origin.companion.purging.registering import purger_id
from origin.companion.purging.rows import Key
from packager.queue import lease
from packager.queue.errors import AttemptFailed, Postponed
from packager.queue.job import Claimed
from packager.queue.policy import Failure
from packager.queue.worker import Completion, Run

AGAIN_S: Final = 300.0
"""After all attempts at a CDN, which may be a minute, it is tried again so often."""
_PAUSE_S: Final = 5.0
_ELSEWHERE_S: Final = 60.0
_BELIEVED_S: Final = 60.0
"""Who has had something put off for so long, and says again that it did not do it, never will."""
_WHOLE_S: Final = 10.0
"""For so long, what failed is sent as it was: a CDN may have done it, and not have said so. Then it
is found out which of what it is asked for singly fails. What is one request fails together."""

_log = structlog.get_logger("soundbridge.purging")


@dataclass(frozen=True, slots=True)
class Sender:
    """Does such jobs, with the CDNs that this process has, by their names."""

    database: AsyncEngine
    purgers: Mapping[str, Purger]
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def __call__(self, run: Run) -> Completion:
        """Send all that is due; raises Postponed, AttemptFailed or LeaseLost; the rest stays."""
        mine = run.held.creator_id
        found = {purger_id(name): (name, each) for name, each in self.purgers.items()}.get(mine)
        if found is None:
            why = "No worker that was asked has this CDN: give all of them the same --purge."
            raise Postponed(Failure(rows.UNKNOWN, why, again_s=_ELSEWHERE_S))
        async with self.database.begin() as connection:
            is_put_off = await rows.is_put_off(connection, mine, now_s=self.clock())
        if not is_put_off:
            await _Sending(self, run.held, *found).send()

        async def record(connection: AsyncConnection) -> None:
            next_s = await rows.next_due_s(connection, mine)
            if next_s is not None:
                await have_job(connection, mine, now_s=self.clock(), due_s=next_s)

        return Completion(record, _nothing)


@dataclass(slots=True)
class _Sending:
    """One job's work for one CDN."""

    around: Sender
    held: Claimed
    name: str
    purger: Purger
    full_s: float = 0.0
    has_waited: bool = False
    has_taken: bool = False
    """Whether the CDN took anything yet: what it refuses then, it refuses by itself."""

    @property
    def id(self) -> str:
        """The CDN's."""
        return self.held.creator_id

    async def send(self) -> None:
        """Send what is due until nothing is."""
        async with self.around.database.begin() as connection:
            self.full_s = await rows.full_s(connection, self.id)
        while due := await self._due():
            known = self.purger.limits.at_once
            by_key: dict[Key, list[Row[Any]]] = {}
            for row in due:
                by_key.setdefault((By(row.by), row.value), []).append(row)
            for key in [key for key in by_key if key[0] not in known]:
                why = f"It finds nothing by {key[0]} any more."
                await self._give_up(by_key.pop(key), key[1], why)
            targets = [Target(By(row.by), row.value, row.soft) for row in due if row.by in known]
            self.has_waited = False
            for batch in batches(targets, self.purger.limits):
                await self._send(batch, by_key)
                if self.has_waited:
                    break

    async def _due(self) -> Sequence[Row[Any]]:
        async with self.around.database.begin() as connection:
            return await rows.due(connection, self.id, now_s=self.around.clock())

    async def _send(self, batch: Batch, by_key: Mapping[Key, Sequence[Row[Any]]]) -> None:
        """Send a batch; of one that is refused, send what is not."""
        parts = [batch]
        while parts:
            part = parts.pop()
            await self._wait(len(part.values))
            its = {(part.by, value): by_key[part.by, value] for value in part.values}
            some = list(chain.from_iterable(its.values()))
            mark = rows.mark_of(part.values, some)
            try:
                await self.purger.send(replace(part, mark=mark))
            except PurgeFailed as error:
                parts += await self._failed(error, part, some)
                continue
            self.has_taken = True
            _log.info("purged", purger=self.name, by=part.by, soft=part.soft, targets=len(its))
            note = partial(rows.note_sent, rows=its, now_s=self.around.clock())
            await self._note(note)

    async def _wait(self, targets: int) -> None:
        """Wait until the CDN's rate allows for a request."""
        limits = self.purger.limits
        its = turn(limits.rate, self.full_s, self.around.clock(), limits.cost(targets))
        self.full_s = its.full_s
        if its.wait_s > 0:
            self.has_waited = True
            await self.around.sleep(its.wait_s)

    async def _failed(
        self, error: PurgeFailed, part: Batch, some: Sequence[Row[Any]]
    ) -> Sequence[Batch]:
        """Return what of a part that failed is to be sent by itself; the rest is put off, or over.

        Raises what it means for the job where the CDN takes nothing at all.
        """
        age_s = self.around.clock() - min(row.promised_s for row in some)
        put_off_s = max(row.due_s - row.promised_s for row in some)
        is_refused, is_doubted = isinstance(error, PurgeRefused), isinstance(error, PurgeNotDone)
        is_over = is_refused or (is_doubted and put_off_s >= _BELIEVED_S)
        is_singly = part.by in self.purger.limits.singly
        if (ailment := await self._ailment(error, is_singly=is_singly)) is not None:
            await self._fail(ailment)
        is_one_of_them = is_singly and age_s >= _WHOLE_S
        if len(part.values) > 1 and (is_over or is_doubted or is_one_of_them):
            return part.halves()[::-1]
        if is_over:
            await self._give_up(some, part.values[0], str(error))
        else:
            _log.warning("put off", purger=self.name, targets=len(part.values), cause=str(error))
            now_s = self.around.clock()
            note = partial(rows.put_off, rows=some, why=str(error), now_s=now_s, age_s=age_s)
            await self._note(note)
        return ()

    async def _ailment(self, error: PurgeFailed, *, is_singly: bool) -> PurgeFailed | None:
        """Return why the CDN takes nothing at all; None where nothing else has to wait for this.

        Where it asks to be left alone it is, unless an edge may say what an origin said to it.
        """
        is_refused = isinstance(error, PurgeRefused)
        if is_refused and self.has_taken:
            return None
        is_of_this = is_refused or isinstance(error, PurgerUnreachable | PurgeNotDone)
        if not is_of_this or (error.pause_s and not is_singly):
            return error
        await self._wait(1)
        try:
            await self.purger.look()
        except PurgeRefused as said:  # Cloudflare answers 400 to a token of the wrong form
            return PurgerClosed(f"{said} It takes nothing: look at its address and its secret.")
        except PurgeFailed as said:
            return said if is_refused else error
        self.has_taken = True
        return None

    async def _give_up(self, some: Sequence[Row[Any]], value: str, why: str) -> None:
        _log.error("not to be purged", purger=self.name, target=value, cause=why)
        await self._note(partial(rows.note_refused, rows=some))

    async def _fail(self, error: PurgeFailed) -> NoReturn:
        """Raise what a failure means for the job."""
        why = f"{self.name}: {error}"
        _log.warning("not purged", purger=self.name, cause=str(error), code=error.code)
        if not isinstance(error, PurgeDelayed):
            note = partial(rows.note_failed, why=str(error), now_s=self.around.clock())
            await self._note(note)
        if isinstance(error, PurgeDelayed) or error.pause_s:
            again_s = error.pause_s or _PAUSE_S
            raise Postponed(Failure(error.code, why, again_s=again_s)) from error
        raise AttemptFailed(error.code, why) from error

    async def _note(self, note: Callable[..., Awaitable[None]]) -> None:
        """Note what came of a request; raises LeaseLost."""
        async with self.around.database.begin() as connection:
            await lease.confirm(connection, self.held)
            await note(connection, self.id, full_s=self.full_s)


async def _nothing() -> None:
    """Nothing follows."""

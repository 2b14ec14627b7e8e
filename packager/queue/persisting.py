"""Work that was promised to be done some time: where all attempts failed, it is queued anew."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.queue import policy
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob
from packager.queue.tables import jobs
from packager.queue.worker import Completion, Handler, Run

AGAIN_S: Final = 3_600.0

_log = structlog.get_logger("soundbridge.worker")


@dataclass(frozen=True, slots=True)
class Persisting:
    """A handler that gives up for an hour only; ``clock`` tells epoch seconds.

    What no other attempt can mend is given up as ever.
    """

    handler: Handler
    new_id: Callable[[], str]
    clock: Callable[[], float] = time.time

    async def __call__(self, run: Run) -> Completion:
        """Do it, or have it done later."""
        try:
            return await self.handler(run)
        except Exception as error:
            attempts = run.held.attempts
            failure = policy.failure_of(error, attempts)
            if failure.is_permanent or not policy.gives_up(failure, attempts):
                raise
            _log.error("is tried again in an hour", kind=run.held.kind, reason=failure.reason)

        async def queue_again(connection: AsyncConnection) -> None:
            await self._queue_again(connection, run)

        return Completion(queue_again, _nothing)

    async def _queue_again(self, connection: AsyncConnection, run: Run) -> None:
        held, now_s = run.held, self.clock()
        subject = await connection.scalar(select(jobs.c.subject).where(jobs.c.id == held.job_id))
        job = NewJob(
            held.kind, held.payload, held.creator_id, subject, not_before_s=now_s + AGAIN_S
        )
        await enqueue(connection, job, job_id=self.new_id(), now_s=now_s)


async def _nothing() -> None:
    """Nothing follows."""

"""A worker: claims jobs, runs their handlers, and keeps their leases while they run.

Handlers are given by kind; this module knows none. A handler does its work, outside of the event
loop where it is work for a processor, and returns what is to be written in the transaction in which
its job succeeds. It is cancelled when the lease is lost, or when the worker must go and has waited
long enough; the job is then somebody else's, or released.

A database that cannot be reached is waited for: a job in hand keeps running, and ends well if its
lease can be extended in time. A worker killed outright leaves leases that run out.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from packager.errors import first_line
from packager.queue import lease, policy
from packager.queue.claim import claim
from packager.queue.errors import LeaseLost, Postponed
from packager.queue.job import Claimed

DATABASE_ERRORS: Final = (SQLAlchemyError, OSError)
_BEATS_A_LEASE: Final = 3
_TRIES_TO_END: Final = 3

_log = structlog.get_logger("soundbridge.worker")
_T = TypeVar("_T")
_Log = structlog.typing.FilteringBoundLogger

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Begins one; it is committed where its block ends without an error."""


@dataclass(slots=True)
class Run:
    """One attempt at a job. The handler sets ``progress``, of 1; heartbeats pass it on."""

    held: Claimed
    progress: float = 0.0


@dataclass(frozen=True, slots=True)
class Completion:
    """What follows from a handler's work.

    ``record`` writes it in the transaction of the job's success; ``follow`` runs after the commit,
    and may never run: what it does must be found missing, and done, by somebody else.
    """

    record: Callable[[AsyncConnection], Awaitable[None]]
    follow: Callable[[], Awaitable[None]]


Handler = Callable[[Run], Awaitable[Completion]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a worker takes from outside: where jobs are, clock and chance, and how patient it is."""

    transaction: Transaction
    name: str
    clock: Callable[[], float]
    chance: Callable[[], float]
    lease_s: float = 30.0
    poll_s: float = 0.5
    drain_s: float = 60.0


@dataclass(slots=True)
class Worker:
    """Runs up to ``slots`` jobs at a time, of the kinds that have a handler.

    None is begun for a creator of whom ``of_creator_max`` are running, here or elsewhere.
    """

    around: Surroundings
    handlers: Mapping[str, Handler]
    slots: int
    of_creator_max: int | None = None
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then let jobs finish for a while, and release the others."""
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                if len(self._running) < self.slots and await self._start_one():
                    continue
                pause_s = self.around.poll_s * (0.5 + self.around.chance())
                await asyncio.wait(
                    {stopped, *self._running},
                    timeout=pause_s,
                    return_when=asyncio.FIRST_COMPLETED,
                )
            await self._drain()
        finally:
            stopped.cancel()
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _start_one(self) -> bool:
        around = self.around
        try:
            async with around.transaction() as connection:
                held = await claim(
                    connection,
                    self.handlers.keys(),
                    worker=around.name,
                    now_s=around.clock(),
                    lease_s=around.lease_s,
                    of_creator_max=self.of_creator_max,
                )
                run = None if held is None else Run(held)
                if run is not None:
                    await _renew(around, connection, run)
        except DATABASE_ERRORS as error:
            _log.warning("database unreachable", cause=first_line(error))
            return False
        if run is None:
            return False
        task = asyncio.create_task(_attempt(around, self.handlers[run.held.kind], run))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return True

    async def _drain(self) -> None:
        _log.info("draining", running=len(self._running), at_most_s=self.around.drain_s)
        if self._running:
            await asyncio.wait(self._running, timeout=self.around.drain_s)


async def _attempt(around: Surroundings, handler: Handler, run: Run) -> None:
    """See one job to its end, whichever: nothing but cancellation leaves this."""
    log = _log.bind(job=run.held.job_id, kind=run.held.kind, attempt=run.held.attempts)
    log.info("job started", fence=run.held.fence)
    try:
        async with _kept(around, run):
            outcome = await _handled(handler, run, log)
        if isinstance(outcome, policy.Failure):
            state = await _end(partial(_fail, around, run, outcome))
            log.warning("job failed", code=outcome.code, reason=outcome.reason, state=state)
            return
        await _end(partial(_succeed, around, run, outcome))
    except LeaseLost as lost:
        log.warning("lease lost", cause=str(lost))
    except DATABASE_ERRORS as error:
        log.warning("job left to its lease", cause=first_line(error))
    except asyncio.CancelledError:
        with suppress(LeaseLost, *DATABASE_ERRORS):
            await _release(around, run)
            log.info("job released")
        raise
    else:
        log.info("job succeeded")
        await _follow(outcome, log)


async def _handled(handler: Handler, run: Run, log: _Log) -> Completion | policy.Failure:
    try:
        return await handler(run)
    except LeaseLost:
        raise
    except Postponed as postponed:
        return postponed.failure
    except Exception as error:  # whatever a handler raises is its job's failure
        failure = policy.failure_of(error, run.held.attempts)
        if failure.code == policy.UNEXPECTED:
            log.exception("handler broke")
        return failure


async def _follow(completion: Completion, log: _Log) -> None:
    try:
        await completion.follow()
    except Exception as error:  # noqa: BLE001 the job is done; what is missing will be found
        log.warning("left for later", cause=first_line(error))


@asynccontextmanager
async def _kept(around: Surroundings, run: Run) -> AsyncIterator[None]:
    """Keep the lease while the caller's block runs; where it is lost, LeaseLost interrupts it.

    No heartbeat is under way after the block: it would not find the job that has just ended.
    """
    block = asyncio.current_task()
    assert block is not None  # noqa: S101 a coroutine runs in a task
    done = asyncio.Event()
    lost: list[LeaseLost] = []

    async def beat() -> None:
        found = await _beat(around, run, done)
        if found is not None:
            lost.append(found)
            block.cancel()

    beats = asyncio.create_task(beat())
    try:
        yield
    except asyncio.CancelledError:
        if lost and block.uncancel() == 0:
            raise lost[0] from None
        raise
    finally:
        done.set()
        await asyncio.shield(beats)


async def _beat(around: Surroundings, run: Run, done: asyncio.Event) -> LeaseLost | None:
    """Extend the lease again and again, until ``done`` is set or it is lost."""
    until_s = around.clock() + around.lease_s
    while around.clock() < until_s:
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), around.lease_s / _BEATS_A_LEASE)
            return None
        try:
            until_s = await _extend(around, run)
        except LeaseLost as lost:
            return lost
        except DATABASE_ERRORS as error:
            _log.warning("heartbeat failed", job=run.held.job_id, cause=first_line(error))
    return LeaseLost(run.held.job_id, run.held.fence)


async def _extend(around: Surroundings, run: Run) -> float:
    """Extend the lease once; return until when."""
    async with around.transaction() as connection:
        await lease.confirm(connection, run.held)
        return await _renew(around, connection, run)


async def _renew(around: Surroundings, connection: AsyncConnection, run: Run) -> float:
    """Let a lease be as long as it is from now on; return until when.

    A transaction's first statement may have waited for others to write, for longer than a lease.
    """
    now_s = around.clock()
    await lease.heartbeat(
        connection, run.held, now_s=now_s, lease_s=around.lease_s, progress=run.progress
    )
    return now_s + around.lease_s


async def _succeed(around: Surroundings, run: Run, completion: Completion) -> None:
    async with around.transaction() as connection:
        await lease.succeed(connection, run.held, now_s=around.clock())
        await completion.record(connection)


async def _fail(around: Surroundings, run: Run, failure: policy.Failure) -> str:
    async with around.transaction() as connection:
        now_s, chance = around.clock(), around.chance()
        return await lease.fail(connection, run.held, failure, now_s=now_s, chance=chance)


async def _release(around: Surroundings, run: Run) -> None:
    async with around.transaction() as connection:
        await lease.release(connection, run.held)


async def _end(write: Callable[[], Awaitable[_T]]) -> _T:
    """Write how a job ended, again where the database cannot be reached for a moment."""
    for wait_s in range(1, _TRIES_TO_END):
        try:
            return await write()
        except DATABASE_ERRORS as error:
            _log.warning("database unreachable", cause=first_line(error))
            await asyncio.sleep(wait_s)
    return await write()

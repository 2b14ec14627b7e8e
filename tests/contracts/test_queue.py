"""What the queue promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from packager.errors import CorruptSource, StoreFailed
from packager.queue import lease, policy
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.errors import JobRefused, LeaseLost
from packager.queue.job import Claimed, Enqueued, NewJob, State
from packager.queue.stats import OfKind, open_jobs
from packager.queue.tables import claims, jobs

NOON_S = 1_800_000_000.0
LEASE_S = 30.0
JOB = NewJob("package", {"source": "s3://in/a.wav"}, "ann")


@dataclass
class Queue:
    """The queue as one worker after another sees it, each step in a transaction of its own."""

    database: AsyncEngine
    numbers: int = 0

    async def put(self, job: NewJob = JOB, now_s: float = NOON_S) -> Enqueued:
        self.numbers += 1
        job_id = f"job-{self.numbers:04d}"  # before others that are put at once count on
        async with self.database.begin() as connection:
            return await enqueue(connection, job, job_id=job_id, now_s=now_s)

    async def take(self, now_s: float = NOON_S, *, worker: str = "w", **of: Any) -> Claimed | None:
        kinds = of.get("kinds", ("package",))
        async with self.database.begin() as connection:
            return await claim(
                connection,
                kinds,
                worker=worker,
                now_s=now_s,
                lease_s=LEASE_S,
                of_creator_max=of.get("of_creator_max"),
            )

    async def held(self, now_s: float = NOON_S) -> Claimed:
        taken = await self.take(now_s)
        assert taken is not None
        return taken

    async def beat(self, held: Claimed, now_s: float) -> None:
        async with self.database.begin() as connection:
            await lease.heartbeat(connection, held, now_s=now_s, lease_s=LEASE_S, progress=0.5)

    async def succeed(self, held: Claimed) -> None:
        async with self.database.begin() as connection:
            await lease.succeed(connection, held, now_s=NOON_S)

    async def fail(self, held: Claimed, error: Exception, now_s: float = NOON_S) -> State:
        failure = policy.failure_of(error)
        async with self.database.begin() as connection:
            return await lease.fail(connection, held, failure, now_s=now_s, chance=0.5)

    async def release(self, held: Claimed) -> None:
        async with self.database.begin() as connection:
            await lease.release(connection, held)

    async def row(self, job_id: str) -> Any:
        async with self.database.begin() as connection:
            return (await connection.execute(select(jobs).where(jobs.c.id == job_id))).one()


@pytest.fixture
def queue(database: AsyncEngine) -> Queue:
    return Queue(database)


async def test_a_job_is_claimed_once_with_what_was_asked(queue: Queue) -> None:
    await queue.put()
    held = await queue.held()
    assert (held.kind, held.payload, held.creator_id) == (JOB.kind, JOB.payload, JOB.creator_id)
    assert held.attempts == 1
    assert await queue.take() is None


async def test_a_job_is_there_only_if_its_transaction_is(queue: Queue) -> None:
    async with queue.database.connect() as connection:
        await enqueue(connection, JOB, job_id="never", now_s=NOON_S)
        await connection.rollback()
    assert await queue.take() is None


async def test_claims_at_once_never_take_the_same_job(queue: Queue) -> None:
    for number in range(30):
        await queue.put(replace(JOB, creator_id=f"creator-{number % 3}"))

    async def work(name: str) -> list[str]:
        taken = []
        while (held := await queue.take(worker=name)) is not None:
            taken.append(held.job_id)
            await queue.succeed(held)
        return taken

    taken = await asyncio.gather(*(work(f"w{number}") for number in range(6)))
    everything = [job_id for each in taken for job_id in each]
    left = [job_id async for job_id in _rest(queue)]
    assert sorted(everything + left) == [f"job-{number:04d}" for number in range(1, 31)]


async def _rest(queue: Queue) -> AsyncIterator[str]:
    """What workers left that saw all rows locked by others for a moment."""
    while (held := await queue.take()) is not None:
        yield held.job_id


async def test_an_open_claim_does_not_hand_its_job_to_another(queue: Queue) -> None:
    if queue.database.dialect.name == "sqlite":  # one writer: there is no second open claim
        await queue.put()
        assert await queue.take() is not None
        assert await queue.take() is None
        return
    await queue.put()
    await queue.put()
    async with queue.database.begin() as connection:
        first = await claim(connection, ["package"], worker="a", now_s=NOON_S, lease_s=LEASE_S)
        second = await asyncio.wait_for(queue.take(), timeout=10)
    assert first is not None
    assert second is not None
    assert first.job_id != second.job_id


async def test_a_dead_workers_job_is_taken_up_when_its_lease_is_over(queue: Queue) -> None:
    await queue.put()
    dead = await queue.held()
    assert await queue.take(NOON_S + LEASE_S - 0.001) is None
    heir = await queue.held(NOON_S + LEASE_S)
    assert heir.job_id == dead.job_id
    assert heir.attempts == 2
    assert heir.fence > dead.fence


async def test_heartbeats_keep_a_job(queue: Queue) -> None:
    await queue.put()
    held = await queue.held()
    await queue.beat(held, NOON_S + 20)
    assert await queue.take(NOON_S + LEASE_S + 1) is None
    assert (await queue.row(held.job_id)).progress == 0.5
    assert await queue.take(NOON_S + 20 + LEASE_S) is not None


async def test_a_late_heartbeat_keeps_a_job_that_nobody_took(queue: Queue) -> None:
    await queue.put()
    held = await queue.held()
    await queue.beat(held, NOON_S + 2 * LEASE_S)
    assert await queue.take(NOON_S + 2 * LEASE_S) is None


async def test_a_stolen_lease_can_do_nothing_any_more(queue: Queue) -> None:
    await queue.put()
    stale = await queue.held()
    heir = await queue.held(NOON_S + LEASE_S)
    for act in (
        queue.beat(stale, NOON_S + LEASE_S),
        queue.succeed(stale),
        queue.fail(stale, StoreFailed("late")),
        queue.release(stale),
    ):
        with pytest.raises(LeaseLost, match="no longer held"):
            await act
    await queue.succeed(heir)
    with pytest.raises(LeaseLost):
        await queue.succeed(heir)


async def test_tokens_increase_over_all_jobs(queue: Queue) -> None:
    for _ in range(5):
        await queue.put()
    fences = [(await queue.held()).fence for _ in range(5)]
    assert fences == sorted(set(fences))


async def test_a_token_is_never_given_twice_though_its_job_is_deleted(queue: Queue) -> None:
    await queue.put()
    gone = await queue.held()
    async with queue.database.begin() as connection:
        await connection.execute(jobs.delete())
        assert (await connection.execute(select(claims))).all() == []
    await queue.put()
    assert (await queue.held()).fence > gone.fence


async def test_a_failed_job_comes_back_later_and_later(queue: Queue) -> None:
    await queue.put()
    now_s, waits = NOON_S, []
    for _ in range(policy.ATTEMPTS - 1):
        held = await queue.held(now_s)
        assert await queue.fail(held, StoreFailed("busy"), now_s) is State.QUEUED
        due_s = (await queue.row(held.job_id)).not_before_s
        assert await queue.take(due_s - 0.001) is None
        waits.append(due_s - now_s)
        now_s = due_s
    assert waits == sorted(waits)
    assert waits[0] == pytest.approx(1.5)


async def test_a_job_that_always_fails_is_parked_with_its_reason(queue: Queue) -> None:
    await queue.put()
    states = []
    for attempt in range(policy.ATTEMPTS):
        now_s = NOON_S + 1_000 * attempt
        states.append(await queue.fail(await queue.held(now_s), OSError("no disk"), now_s))
    assert states == [State.QUEUED] * (policy.ATTEMPTS - 1) + [State.PARKED]
    row = await queue.row("job-0001")
    assert (row.state, row.failure_code) == (State.PARKED, policy.UNEXPECTED)
    assert row.failure_reason == "OSError: no disk"
    assert await queue.take(NOON_S + 1e6) is None


async def test_a_source_at_fault_is_parked_at_once(queue: Queue) -> None:
    await queue.put()
    held = await queue.held()
    assert await queue.fail(held, CorruptSource("It ends early.")) is State.PARKED
    row = await queue.row(held.job_id)
    assert (row.failure_code, row.failure_reason) == ("corrupt_source", "It ends early.")


async def test_a_job_that_kills_its_workers_is_parked(queue: Queue) -> None:
    await queue.put()
    await queue.put(now_s=NOON_S + 1)
    for attempt in range(policy.ATTEMPTS):
        assert (await queue.held(NOON_S + LEASE_S * attempt)).job_id == "job-0001"
    after = await queue.held(NOON_S + LEASE_S * policy.ATTEMPTS)
    assert after.job_id == "job-0002"
    row = await queue.row("job-0001")
    assert (row.state, row.failure_code) == (State.PARKED, policy.WORKER_DIED)
    assert "5 attempts" in row.failure_reason


async def test_a_released_job_is_there_at_once_and_lost_no_attempt(queue: Queue) -> None:
    await queue.put()
    await queue.release(await queue.held())
    assert (await queue.held()).attempts == 1


async def test_a_job_waits_for_its_time(queue: Queue) -> None:
    await queue.put(replace(JOB, not_before_s=NOON_S + 60))
    assert await queue.take(NOON_S + 59) is None
    assert await queue.take(NOON_S + 60) is not None


async def test_a_worker_takes_only_what_it_has_handlers_for(queue: Queue) -> None:
    await queue.put(replace(JOB, kind="purge"))
    assert await queue.take() is None
    assert await queue.take(kinds=("package", "purge")) is not None


async def test_an_idempotency_key_takes_in_one_job_a_creator(queue: Queue) -> None:
    keyed = replace(JOB, idempotency_key="upload-7")
    first = await queue.put(keyed)
    again = await queue.put(replace(keyed, payload={"source": "another"}))
    other = await queue.put(replace(keyed, creator_id="bob"))
    assert first.is_new
    assert again == Enqueued(first.job_id, JOB.payload, is_new=False)
    assert other.is_new
    assert [each.count for each in await _open(queue)] == [2]


async def test_an_idempotency_key_at_once_takes_in_one_job(queue: Queue) -> None:
    keyed = replace(JOB, idempotency_key="upload-7")
    answers = await asyncio.gather(*(queue.put(keyed) for _ in range(8)))
    assert len({answer.job_id for answer in answers}) == 1
    assert [answer.is_new for answer in answers].count(True) == 1


async def test_jobs_come_in_the_order_of_the_policy(queue: Queue) -> None:
    chance = Random(7)  # noqa: S311 a seed makes a failure come again
    waiting: dict[str, tuple[int, str, float]] = {}
    for _ in range(40):
        priority, creator = chance.choice((0, 0, 10)), chance.choice(("ann", "bob", "cyd"))
        created_s = NOON_S - chance.randrange(1_000)
        put = await queue.put(replace(JOB, priority=priority, creator_id=creator), created_s)
        waiting[put.job_id] = (priority, creator, created_s)
    running: list[str] = []
    served: dict[str, int] = {}
    while waiting:
        expected = min(
            waiting,
            key=lambda job_id: policy.order(
                waiting[job_id][0],
                running.count(waiting[job_id][1]),
                served.get(waiting[job_id][1], 0),
                waiting[job_id][2],
                job_id,
            ),
        )
        held = await queue.held()
        assert held.job_id == expected
        running.append(waiting.pop(held.job_id)[1])
        served[held.creator_id] = held.fence
        if chance.random() < 0.5:
            await queue.succeed(held)
            running.remove(held.creator_id)


async def test_many_jobs_of_one_do_not_hold_up_another(queue: Queue) -> None:
    for number in range(20):
        await queue.put(now_s=NOON_S - 100 + number)
    await queue.put(replace(JOB, creator_id="bob"))
    assert [(await queue.held()).creator_id for _ in range(3)] == ["ann", "bob", "ann"]


async def test_creators_take_turns_where_one_job_at_a_time_has_room(queue: Queue) -> None:
    for number in range(20):
        await queue.put(now_s=NOON_S - 100 + number)
    for creator in ("bob", "bob", "cyd"):
        await queue.put(replace(JOB, creator_id=creator))
    turns = []
    for _ in range(6):
        held = await queue.held()
        turns.append(held.creator_id)
        await queue.succeed(held)
    assert turns == ["ann", "bob", "cyd", "ann", "bob", "ann"]


async def test_a_job_is_kept_with_what_it_is_about(queue: Queue) -> None:
    about = await queue.put(replace(JOB, subject="asset"))
    nothing = await queue.put()
    assert (await queue.row(about.job_id)).subject == "asset"
    assert (await queue.row(nothing.job_id)).subject is None


async def test_what_does_not_fit_is_refused(queue: Queue) -> None:
    with pytest.raises(JobRefused, match="at most 65536"):
        await queue.put(replace(JOB, payload={"source": "x" * 70_000}))
    with pytest.raises(JobRefused, match="not JSON"):
        await queue.put(replace(JOB, payload={"source": object()}))
    for subject in ("", "x" * 65):
        with pytest.raises(JobRefused, match="subject has 1 to 64 characters"):
            await queue.put(replace(JOB, subject=subject))
    assert await queue.take() is None


async def test_open_jobs_are_counted_with_since_when_the_first_is_due(queue: Queue) -> None:
    assert await _open(queue) == []
    for now_s in (NOON_S - 50, NOON_S - 40, NOON_S - 30):
        await queue.put(now_s=now_s)
    await queue.succeed(await queue.held())
    await queue.put(replace(JOB, kind="errand"), now_s=NOON_S + 10)
    assert sorted(await _open(queue), key=lambda each: each.kind) == [
        OfKind("errand", State.QUEUED, 1, None),
        OfKind(JOB.kind, State.QUEUED, 2, NOON_S - 40),
    ]
    held = await queue.held()
    assert OfKind(JOB.kind, State.RUNNING, 1, None) in await _open(queue)
    lost_s = NOON_S + LEASE_S
    assert OfKind(JOB.kind, State.RUNNING, 1, lost_s) in await _open(queue, now_s=lost_s)
    await queue.succeed(held)


async def _open(queue: Queue, now_s: float = NOON_S) -> list[OfKind]:
    async with queue.database.begin() as connection:
        return await open_jobs(connection, now_s=now_s)


async def test_no_creator_has_more_than_a_share_of_what_runs_at_once(queue: Queue) -> None:
    """Where jobs take long, whoever comes later would wait for as long as those of one take."""
    for creator in ("ann", "ann", "ann", "bob"):
        await queue.put(replace(JOB, creator_id=creator))
    await queue.put(replace(JOB, kind="errand"))
    first, second, third = [await queue.take(of_creator_max=2) for _ in range(3)]
    assert first is not None
    assert second is not None
    assert third is not None
    assert sorted(held.creator_id for held in (first, second, third)) == ["ann", "ann", "bob"]
    assert await queue.take(of_creator_max=2) is None
    errand = await queue.take(of_creator_max=2, kinds=("errand",))
    assert errand is not None, "what runs of other kinds is none of it"
    anns = [held for held in (first, second, third) if held.creator_id == "ann"]
    await queue.succeed(anns[0])
    fourth = await queue.take(of_creator_max=2)
    assert fourth is not None
    assert fourth.creator_id == "ann"
    lost = await queue.take(NOON_S + LEASE_S, of_creator_max=2)
    assert lost is not None, "whose worker was lost runs no more"

"""What metrics tell of the queue, on SQLite and on PostgreSQL."""

from sqlalchemy.ext.asyncio import AsyncEngine

from origin.companion.database import Database
from origin.companion.queue_watching import QueueWatch
from origin.telemetry.metrics import Metrics
from packager.errors import CorruptSource
from packager.queue import lease, policy
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.job import Claimed, NewJob
from tests.functional.api.plans import explained, noted

NOON_S = 1_800_000_000.0
LEASE_S = 30.0


async def fill(database: AsyncEngine) -> None:
    """Leave two that wait, one for later, one held, one whose worker is lost, parked and done."""
    begun_s = NOON_S - 700
    async with database.begin() as connection:

        async def put(job_id: str, kind: str, at_s: float, not_before_s: float = 0.0) -> None:
            job = NewJob(kind, {}, "ann", not_before_s=not_before_s)
            await enqueue(connection, job, job_id=job_id, now_s=at_s)

        async def take(job_id: str) -> Claimed:
            await put(job_id, "package", begun_s)
            held = await claim(
                connection, ["package"], worker=job_id, now_s=begun_s, lease_s=LEASE_S
            )
            assert held is not None
            return held

        parked, done, held, _lost = [await take(name) for name in ("a", "b", "c", "d")]
        failure = policy.failure_of(CorruptSource("It is none."))
        await lease.fail(connection, parked, failure, now_s=begun_s, chance=0.5)
        await lease.succeed(connection, done, now_s=begun_s)
        await lease.heartbeat(connection, held, now_s=NOON_S, lease_s=LEASE_S, progress=0.5)
        await put("first", "webhook", NOON_S - 200)
        await put("second", "webhook", NOON_S - 100)
        await put("later", "erase-user", NOON_S, NOON_S + 3_600)


async def test_jobs_are_counted_by_kind_and_the_first_that_is_due_is_told(
    database: AsyncEngine,
) -> None:
    await fill(database)
    watch, metrics = QueueWatch(Database(database), lambda: NOON_S), Metrics()
    watch.tell(metrics)
    await watch.look()
    assert told(metrics, "jobs") == {
        ("package", "running"): 2,
        ("package", "parked"): 1,
        ("webhook", "queued"): 2,
        ("erase-user", "queued"): 1,
    }
    assert told(metrics, "oldest_seconds") == {
        ("package",): 700 - LEASE_S,
        ("webhook",): 200,
        ("erase-user",): 0,
    }
    assert told(metrics, "busy_workers") == {(): 1}


async def test_both_questions_are_answered_from_indexes(database: AsyncEngine) -> None:
    await fill(database)
    with noted(database) as statements:
        await QueueWatch(Database(database), lambda: NOON_S).look()
    questions = [each for each in statements if each[0].startswith("SELECT")]
    assert len(questions) == 2
    for statement, parameters in questions:
        plan = await explained(database, statement, parameters)
        whole = [line for line in plan if "SCAN jobs" in line or "Seq Scan" in line]
        assert not whole, (statement, plan)


def told(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """Return what metrics say by this name, by the values of labels."""
    (family,) = [each for each in metrics.report() if each[0] == f"soundbridge_queue_{name}"]
    return {tuple(map(str, labels.values())): number for _, labels, number in family[3]}

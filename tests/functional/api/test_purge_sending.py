"""How what is promised is sent: within rates, whoever fails or is killed, and what is told."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from cdn.purge.address import Address
from cdn.purge.opening import open_purgers
from origin.companion.purging.media import promise_entries, promise_objects
from origin.companion.purging.registering import registered
from origin.companion.purging.sending import Sender
from origin.companion.purging.tables import purgers, purges
from origin.companion.purging.watching import PurgeWatch
from origin.telemetry.metrics import Metrics
from packager.queue import lease
from packager.queue.errors import LeaseLost
from packager.queue.worker import Run
from tests.functional.api.packaging import LEASE_S
from tests.functional.api.purging import (
    CREDENTIALS,
    Purging,
    dropped,
    hard,
    promise_tag,
    soft,
    until,
)
from tests.servers.purged.bucket import Bucket

pytestmark = pytest.mark.long_if("postgresql")
ENTRIES = ["/song.json", "/song.m3u8", "/song.mpd", "/song.packed.m3u8"]


async def test_one_that_is_down_gets_it_later_and_holds_up_no_other(purged: Purging) -> None:
    purged.edge.is_down = True
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    await purged.work_for(20)
    assert purged.fastly.take() == [soft("playback-song")] * 2, "once and again"
    assert purged.edge.paths() == []
    assert await purged.left() == 4
    await purged.work_for(2_000, 50)
    await purged.packaging.playing(ann, "more")
    assert purged.fastly.take() == []
    purged.edge.is_down = False
    await purged.work_for(400, 20)
    assert await purged.left() == 0
    assert {path for path, _ in purged.edge.heads} == {
        each.replace("song", name) for each in ENTRIES for name in ("song", "more")
    }


async def test_one_that_let_nobody_in_is_asked_when_a_process_begins(purged: Purging) -> None:
    """Somebody has set it right, and what was deleted plays there no longer than that."""
    address, its_own = Address.parse(purged.edge.purger), purged.purgers
    async with open_purgers([address], replace(CREDENTIALS, edge="another-secret")) as shut:
        purged.purgers = {**its_own, **shut}
        await purged.packaging.playing(await purged.service.user())
        await purged.work_for(60)
    purged.purgers = its_own
    assert await purged.left() == len(ENTRIES)
    assert await purged.work() == 0, "it is asked again in five minutes"
    async with registered(purged.service.database.primary, [purged.edge.purger]):
        assert await purged.work() == 1
    assert {path for path, _ in purged.edge.heads} == set(ENTRIES)


async def test_what_an_edge_cannot_fetch_anew_holds_up_nothing_else(purged: Purging) -> None:
    """Its origin fails at one address, as where the store has lost what is there."""
    purged.edge.breaks = frozenset({"/song.mpd"})
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    await purged.work()
    for name in ("more", "most"):
        await purged.packaging.playing(ann, name)
        await purged.work()
        assert (f"/{name}.m3u8", "br") in purged.edge.heads
        await purged.work_for(150, 10)
    assert await purged.left() == 1
    purged.edge.heads.clear()
    purged.edge.breaks = frozenset()
    await purged.work_for(400, 20)
    assert {path for path, _ in purged.edge.heads} == {"/song.mpd"}
    assert await purged.left() == 0


@pytest.mark.parametrize(("by", "failures"), [(429, 0), (503, 1)])
async def test_one_that_asks_to_be_left_alone_is_left_alone(
    purged: Purging, by: int, failures: int
) -> None:
    await promise_tag(purged, "track-a")
    purged.fastly.is_down, purged.fastly.down_by, purged.fastly.down_for_s = True, by, 100
    await purged.work()
    purged.fastly.is_down = False
    await purged.work_for(90, 10)
    assert purged.fastly.take() == []
    async with purged.service.database.look_now() as connection:
        rows = select(purgers.c.failures).where(purgers.c.name.like("fastly%"))
        assert await connection.scalar(rows) == failures
    await purged.work_for(20, 10)
    assert purged.fastly.take() == [hard("track-a")]


async def test_who_lacks_a_cdn_leaves_it_to_another(purged: Purging) -> None:
    """As while processes with another --purge take the place of those before, one by one."""
    its_own, name = purged.purgers, purged.edge.purger
    await promise_tag(purged, "track-a")
    held = await purged.claim()
    assert held is not None
    await promise_tag(purged, "track-b")
    purged.purgers = {name: its_own[name]}
    await purged.attempt(held)
    purged.purgers = its_own
    assert await purged.work() == 1
    assert purged.fastly.take() == [hard("track-a", "track-b")]


async def test_what_is_promised_meanwhile_asks_nobody_earlier(purged: Purging) -> None:
    await promise_tag(purged, "track-a")
    held = await purged.claim()
    assert held is not None
    await promise_tag(purged, "track-b")
    theirs, purged.fastly.bucket = purged.fastly.bucket, Bucket(0.001, 0, purged.fastly.clock)
    await purged.attempt(held)
    assert await purged.work() == 1
    assert (purged.fastly.throttled, purged.fastly.take()) == (1, [])
    purged.fastly.bucket = theirs
    await purged.work_for(3)
    assert purged.fastly.take() == [hard("track-a", "track-b")]
    await purged.forget()


async def test_of_a_batch_that_is_refused_the_rest_is_dropped(purged: Purging) -> None:
    ann = await purged.service.user()
    purged.fastly.refuses = frozenset({"playback-song3"})
    for number in range(7):
        await purged.packaging.playing(ann, f"song{number}")
    await purged.work_for(40, 10)
    others = [f"playback-song{number}" for number in range(7) if number != 3]
    assert {value for each in dropped(purged.fastly) for value in each.values} == set(others)
    async with purged.service.database.look_now() as connection:
        rows = select(purgers.c.refused).where(purgers.c.name.like("fastly%"))
        assert await connection.scalar(rows) == 1
    assert await purged.left() == 0


async def test_a_thousand_changes_at_once_are_few_requests_within_the_rate(
    purged: Purging,
) -> None:
    for start in range(0, 1_000, 20):
        some = (f"track-{number % 700}" for number in range(start, start + 20))
        await promise_tag(purged, *some, soft=True)
    assert await purged.waiting_jobs(next(iter(purged.purgers))) == 1
    await purged.work()
    sent = purged.fastly.take()
    assert [len(each.values) for each in sent] == [256, 256, 188]
    assert purged.fastly.throttled == 0
    assert {value for each in sent for value in each.values} == {
        f"track-{number}" for number in range(700)
    }
    await purged.work_for(16)
    assert len(purged.fastly.take()) == 3, "all of it again"


async def test_what_is_to_be_gone_waits_for_one_request_at_most(purged: Purging) -> None:
    """It comes while those before it wait for their rate."""
    purged.edge.is_down = True
    await promise_tag(purged, *(f"track-{number}" for number in range(600)), soft=True)
    async with purged.service.database.change() as connection:
        full = update(purgers).values(full_s=purged.now_s() + 10_000)
        await connection.execute(full)

    async def sleep(seconds: float) -> None:
        if not purged.slept_s:
            await promise_tag(purged, "track-gone")
        await purged.sleep(seconds)

    held = await purged.claim()
    assert held is not None
    await Sender(purged.service.database.primary, purged.purgers, purged.now_s, sleep)(Run(held))
    assert [len(each.values) for each in purged.fastly.take()[:4]] == [256, 1, 256, 88]


async def test_a_rate_is_kept_from_one_job_to_the_next(purged: Purging) -> None:
    purged.edge.is_down = True
    per_s = 97_440 / 3_600
    for number in range(44):
        async with purged.service.database.change() as connection:
            await promise_entries(connection, f"s{number}", soft=True, now_s=purged.now_s())
    async with purged.service.database.change() as connection:  # another has just sent its burst
        full_s = purged.now_s() + 2_560 / per_s
        fastly = purgers.c.name.like("fastly%")
        await connection.execute(update(purgers).where(fastly).values(full_s=full_s))
    await purged.work()
    assert purged.slept_s == [pytest.approx(44 / per_s, abs=0.5)]
    assert len(purged.fastly.values()) == 44


async def test_a_worker_that_is_killed_while_it_sends_loses_nothing(purged: Purging) -> None:
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    held = await purged.claim()
    assert held is not None
    await purged.sender(Run(held))  # and then it is killed: the job is not ended
    purged.fastly.take()
    purged.edge.heads.clear()
    purged.ahead_s += 31
    await purged.work()
    assert purged.fastly.take() == [soft("playback-song")]
    assert purged.edge.paths() == ENTRIES


async def test_who_lost_its_job_while_it_sent_notes_nothing(purged: Purging) -> None:
    """On SQLite a number comes again, so its rows may be another promise's by then."""
    await promise_tag(purged, "track-a")
    await purged.work()
    purged.ahead_s += 16
    purged.fastly.gate.clear()
    held = await purged.claim()
    assert held is not None
    first = asyncio.create_task(purged.attempt(held))
    await until(lambda: purged.fastly.waiting)
    purged.ahead_s += LEASE_S + 1
    again = await purged.claim()
    assert again is not None
    assert again.job_id == held.job_id
    async with purged.service.database.change() as connection:  # it was quicker
        await connection.execute(delete(purges))
        await lease.succeed(connection, again, now_s=purged.now_s())
    await promise_tag(purged, "track-b")
    purged.fastly.gate.set()
    with pytest.raises(LeaseLost):
        await first
    assert purged.fastly.values() == ["track-a", "track-a"]
    await purged.work()
    assert purged.fastly.values() == ["track-b"]


async def test_metrics_tell_what_waits_and_what_fails(purged: Purging) -> None:
    purged.edge.is_down = True
    ann = await purged.service.user()
    await purged.packaging.playing(ann)
    await purged.work()
    watch, metrics = PurgeWatch(purged.service.database), Metrics()
    watch.tell(metrics)
    await watch.look()
    edge, fastly = purged.edge.purger, "fastly://SU1Z0isxPaozGVKXdv0eY"

    def said(name: str, purger: str) -> float:
        found = metrics.registry.get_sample_value(f"soundbridge_{name}", {"purger": purger})
        assert found is not None
        return found

    assert (said("purge_pending", edge), said("purge_pending", fastly)) == (4, 0)
    assert said("purge_oldest_seconds", edge) > 0
    assert said("purge_oldest_seconds", fastly) == 0
    assert (said("purge_requests", fastly), said("purge_targets", fastly)) == (1, 1)
    assert (said("purge_failures", edge), said("purge_failures", fastly)) == (1, 0)
    assert said("purge_failing_seconds", edge) > 0
    async with purged.service.database.change() as connection:
        now_s = purged.now_s()
        await promise_objects(connection, "a1", ["media/a1/r1/128k/00000.m4s"], now_s=now_s)
    await watch.look()
    assert said("purge_pending", edge) == 4, "what is held until it has gone waits for nobody"
    assert said("purge_refused", edge) == 0
    purged.edge.is_down, purged.edge.breaks = False, frozenset(ENTRIES)
    await purged.work_for(4)
    await watch.look()
    assert said("purge_pending", edge) == 4
    assert said("purge_failing_seconds", edge) == 0, "it takes other things"

"""Who may publish, on SQLite and on PostgreSQL: whoever holds the job, once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from manifests.entry import Entry
from packager.queue import assets, lease, policy
from packager.queue.claim import claim
from packager.queue.enqueue import enqueue
from packager.queue.errors import LeaseLost, PlaybackIdTaken
from packager.queue.job import Claimed, NewJob
from packager.queue.tables import assets as table

NOON_S = 1_800_000_000.0
ENTRY = Entry("play", "asset", "r1", "2026-01-02T03:04:05Z", 5.0, "First Light")
GROWING = Entry("play", "asset", "r1", "2026-01-02T03:04:05Z", 5.0, "x", provisional=True)
LATER = Entry("play", "asset", "r2", "2026-01-02T03:04:05Z", 5.0, "First Light")


async def ask(database: AsyncEngine, job_id: str = "job") -> None:
    async with database.begin() as connection:
        job = NewJob("package", {}, "ann")
        await enqueue(connection, job, job_id=job_id, now_s=NOON_S)
        await assets.register(connection, "asset", "play")


async def take(database: AsyncEngine, now_s: float = NOON_S) -> Claimed:
    async with database.begin() as connection:
        held = await claim(connection, ["package"], worker="w", now_s=now_s, lease_s=30)
    assert held is not None
    return held


async def finish(database: AsyncEngine, held: Claimed, entry: Entry = ENTRY) -> bool:
    async with database.begin() as connection:
        await lease.succeed(connection, held, now_s=NOON_S)
        return await assets.publish(connection, held, entry, now_s=NOON_S)


async def publications(database: AsyncEngine) -> int | None:
    async with database.begin() as connection:
        return await connection.scalar(select(table.c.publications))


async def playing(database: AsyncEngine) -> assets.Published | None:
    async with database.begin() as connection:
        return await assets.published(connection, "asset")


def row_of(entry: Entry, held: Claimed) -> assets.Published:
    return assets.Published("play", entry.where, entry, held.fence)


async def announce(database: AsyncEngine, held: Claimed, entry: Entry = GROWING) -> bool:
    async with database.begin() as connection:
        await lease.confirm(connection, held)
        return await assets.announce(connection, held, entry, now_s=NOON_S)


async def withdraw(database: AsyncEngine, held: Claimed) -> None:
    async with database.begin() as connection:
        await lease.confirm(connection, held)
        await assets.withdraw(connection, held, "asset", now_s=NOON_S)


async def behind(database: AsyncEngine) -> list[str]:
    async with database.begin() as connection:
        return await assets.behind(connection, published_before_s=NOON_S + 1, limit=9)


async def note_stored(database: AsyncEngine, written: assets.Published | None) -> bool:
    assert written is not None
    async with database.begin() as connection:
        return await assets.stored(connection, written)


async def park(database: AsyncEngine, held: Claimed) -> None:
    async with database.begin() as connection:
        failure = policy.Failure("corrupt_source", "It ends in the middle.", is_permanent=True)
        await lease.fail(connection, held, failure, now_s=NOON_S, chance=0.5)


async def test_an_asset_plays_nothing_until_it_is_published(database: AsyncEngine) -> None:
    await ask(database)
    assert await playing(database) is None
    held = await take(database)
    assert await finish(database, held)
    assert await playing(database) == row_of(ENTRY, held)


async def test_a_worker_that_lost_its_lease_cannot_publish(database: AsyncEngine) -> None:
    await ask(database)
    stale = await take(database)
    heir = await take(database, NOON_S + 31)
    with pytest.raises(LeaseLost):
        await finish(database, stale, LATER)
    assert await playing(database) is None
    assert await finish(database, heir)
    with pytest.raises(LeaseLost):
        await finish(database, stale, LATER)
    assert await playing(database) == row_of(ENTRY, heir)
    assert await publications(database) == 1


async def test_an_old_token_does_not_overwrite_a_newer_one(database: AsyncEngine) -> None:
    await ask(database, "one")
    await ask(database, "two")
    first, second = await take(database), await take(database)
    assert await finish(database, second, LATER)
    assert not await finish(database, first)
    assert await playing(database) == row_of(LATER, second)


async def test_of_many_that_finish_at_once_one_publishes(database: AsyncEngine) -> None:
    await ask(database)
    holders = [await take(database, NOON_S + 31 * number) for number in range(5)]
    results = await asyncio.gather(
        *(finish(database, held) for held in holders), return_exceptions=True
    )
    assert [result for result in results if not isinstance(result, LeaseLost)] == [True]
    assert await publications(database) == 1


async def test_a_claim_while_publication_is_open_does_not_get_the_job(
    database: AsyncEngine,
) -> None:
    await ask(database)
    held = await take(database)

    async def steal() -> Claimed | None:
        async with database.begin() as connection:
            return await claim(
                connection, ["package"], worker="thief", now_s=NOON_S + 31, lease_s=30
            )

    async with database.begin() as connection:
        await lease.succeed(connection, held, now_s=NOON_S)
        theft = asyncio.create_task(steal())
        await asyncio.sleep(0.2)
        assert await assets.publish(connection, held, ENTRY, now_s=NOON_S)
    assert await theft is None
    assert await publications(database) == 1


async def test_success_and_publication_are_one(database: AsyncEngine) -> None:
    await ask(database)
    held = await take(database)
    async with database.connect() as connection:
        await lease.succeed(connection, held, now_s=NOON_S)
        await assets.publish(connection, held, ENTRY, now_s=NOON_S)
        await connection.rollback()
    assert await playing(database) is None
    assert (await take(database, NOON_S + 31)).job_id == held.job_id


async def test_entries_that_did_not_reach_the_store_are_found(database: AsyncEngine) -> None:
    await ask(database)
    await finish(database, await take(database))
    written = await playing(database)
    assert written is not None
    async with database.begin() as connection:
        assert await assets.behind(connection, published_before_s=NOON_S, limit=9) == []
        assert await assets.behind(connection, published_before_s=NOON_S + 1, limit=9) == ["asset"]
        assert await assets.stored(connection, written)
        assert await assets.behind(connection, published_before_s=NOON_S + 1, limit=9) == []


async def test_what_an_older_worker_let_the_store_follow_is_not_awaited_for_ever(
    database: AsyncEngine,
) -> None:
    """During an upgrade, one may follow the row that knows nothing of ``is_awaited``."""
    await ask(database)
    held = await take(database)
    await finish(database, held)
    async with database.begin() as connection:
        await connection.execute(update(table).values(stored_fence=held.fence))
    assert await behind(database) == ["asset"]
    assert await note_stored(database, await playing(database))
    assert await behind(database) == []


async def test_an_entry_written_late_is_not_noted_as_the_newest(database: AsyncEngine) -> None:
    await ask(database, "one")
    await finish(database, await take(database))
    late = await playing(database)
    assert late is not None
    await ask(database, "two")
    await finish(database, await take(database), LATER)
    async with database.begin() as connection:
        assert not await assets.stored(connection, late)
        assert await assets.behind(connection, published_before_s=NOON_S + 1, limit=9) == ["asset"]


async def test_ids_belong_together(database: AsyncEngine) -> None:
    await ask(database)
    for asset_id, playback_id in (("asset", "another"), ("another", "play")):
        async with database.begin() as connection:
            with pytest.raises(PlaybackIdTaken):
                await assets.register(connection, asset_id, playback_id)


async def test_what_is_announced_plays_until_the_complete_one_does(database: AsyncEngine) -> None:
    await ask(database)
    held = await take(database)
    assert await announce(database, held)
    assert await playing(database) == row_of(GROWING, held)
    assert await publications(database) == 0
    assert await finish(database, held)
    assert await playing(database) == row_of(ENTRY, held)
    assert await publications(database) == 1


async def test_every_step_is_stored_anew(database: AsyncEngine) -> None:
    await ask(database)
    held = await take(database)
    await announce(database, held)
    announced = await playing(database)
    assert await behind(database) == ["asset"]
    assert await note_stored(database, announced)
    assert await behind(database) == []
    await finish(database, held)
    assert not await note_stored(database, announced)
    assert await behind(database) == ["asset"]
    assert await note_stored(database, await playing(database))
    assert await behind(database) == []


async def test_a_worker_that_lost_its_lease_cannot_announce(database: AsyncEngine) -> None:
    await ask(database)
    stale = await take(database)
    heir = await take(database, NOON_S + 31)
    with pytest.raises(LeaseLost):
        await announce(database, stale)
    assert await announce(database, heir)
    with pytest.raises(LeaseLost):
        await withdraw(database, stale)
    assert await playing(database) == row_of(GROWING, heir)


async def test_what_is_complete_is_never_replaced_by_what_grows(database: AsyncEngine) -> None:
    await ask(database, "one")
    await finish(database, await take(database))
    before = await playing(database)
    await ask(database, "two")
    second = await take(database)
    assert not await announce(database, second)
    await withdraw(database, second)
    await park(database, second)
    async with database.begin() as connection:
        await assets.withdraw_parked(connection, now_s=NOON_S)
    assert await playing(database) == before


async def test_of_two_that_grow_the_later_plays_and_the_first_complete(
    database: AsyncEngine,
) -> None:
    await ask(database, "one")
    await ask(database, "two")
    first, second = await take(database), await take(database)
    assert await announce(database, second, replace(GROWING, revision="r2"))
    assert not await announce(database, first)
    assert await finish(database, first)
    assert await playing(database) == row_of(ENTRY, first)
    assert await finish(database, second, LATER)
    assert await playing(database) == row_of(LATER, second)


async def test_what_is_withdrawn_plays_no_more_until_it_is_announced_again(
    database: AsyncEngine,
) -> None:
    await ask(database)
    held = await take(database)
    await announce(database, held)
    await note_stored(database, await playing(database))
    await withdraw(database, held)
    withdrawn = assets.Published("play", GROWING.where, None, held.fence)
    assert await playing(database) == withdrawn
    assert await behind(database) == ["asset"]
    assert await note_stored(database, withdrawn)
    assert await behind(database) == []
    assert await announce(database, held)
    assert await playing(database) == row_of(GROWING, held)


async def test_what_a_parked_job_announced_is_withdrawn(database: AsyncEngine) -> None:
    await ask(database)
    lost = await take(database)
    await announce(database, lost)
    last = await take(database, NOON_S + 31)
    async with database.begin() as connection:
        await assets.withdraw_parked(connection, now_s=NOON_S)
    assert await playing(database) == row_of(GROWING, lost)
    await park(database, last)
    async with database.begin() as connection:
        await assets.withdraw_parked(connection, now_s=NOON_S)
    assert await playing(database) == assets.Published("play", GROWING.where, None, lost.fence)


async def test_nothing_announced_is_nothing_to_withdraw(database: AsyncEngine) -> None:
    await ask(database)
    held = await take(database)
    await withdraw(database, held)
    assert await playing(database) is None
    assert await behind(database) == []

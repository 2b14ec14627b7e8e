"""Stores that fail or hang: who waits for them, and who does not."""

import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from origin.circuit import FAILURES_MAX, PAUSE_MAX_S, PAUSE_MIN_S
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.stores.homes import FAILING_PATIENCE_S, LOOKED_FOR_EVERY_S, PATIENCE_S
from origin.stores.reader import StoreReader
from origin.stores.several import StoresReader
from tests.servers.counting import until
from tests.servers.several_stores import (
    ENTRY,
    INDEX,
    SEGMENT,
    TIMEOUT_S,
    Several,
    fail,
    is_there,
    listed,
)
from tests.sources.published import publish


@pytest.mark.parametrize(("how", "raised"), [("down", StoreUnavailable), ("altered", BrokenObject)])
async def test_a_store_alone_is_asked_as_often_as_by_its_own_reader(
    several: Several, how: str, raised: type[Exception]
) -> None:
    asset = publish(several.trusted)
    alone = several.reading(several.trusted)
    await is_there(alone, asset)
    fail(several.trusted, how)
    times = []
    for reader in (alone, StoreReader(several.trusted)):
        several.trusted.asked.clear()
        with pytest.raises(raised):
            await reader.read(SEGMENT, listed=listed(asset, "128k/00000.m4s"))
        times.append(several.trusted.asked[SEGMENT])
    assert times[0] == times[1]


async def test_a_store_alone_that_could_not_be_looked_through_is_left_alone(
    several: Several,
) -> None:
    asset = publish(several.trusted)
    several.trusted.down = True
    with pytest.raises(StoreUnavailable):
        await several.reading(several.trusted).read(SEGMENT, listed=listed(asset, "128k/00000.m4s"))
    assert several.trusted.asked[SEGMENT] == 0


async def test_a_store_that_fails_hides_no_track_of_others(several: Several) -> None:
    asset = publish(several.other)
    several.trusted.down = True
    await is_there(several.reader, asset)
    for key in ("entry/unknown.json", "media/unknown/r1/index.json"):
        with pytest.raises(StoreUnavailable):
            await several.reader.read(key)


async def test_a_store_that_hangs_is_waited_for_once_in_a_while(several: Several) -> None:
    """By those who look for what they do not know."""
    loop = asyncio.get_running_loop()
    asset = publish(several.other)
    await is_there(several.reader, asset)
    several.trusted.gate.clear()
    begun_s = loop.time()
    await is_there(several.reader, asset)
    assert loop.time() - begun_s < PATIENCE_S / 2, "what is known is not waited for"
    readers = [several.reader.read(ENTRY) for _ in range(50)]
    several.now_s += LOOKED_FOR_EVERY_S
    await asyncio.gather(*readers)
    assert loop.time() - begun_s < 2 * PATIENCE_S
    begun_s = loop.time()
    publish(several.other, "another")
    assert await several.reader.read("entry/another.json")
    assert loop.time() - begun_s < PATIENCE_S / 2 + FAILING_PATIENCE_S, "it is known to fail"
    several.trusted.gate.set()
    publish(several.trusted, "another", title="The real one")
    several.now_s += LOOKED_FOR_EVERY_S
    assert b"The real one" in await several.reader.read("entry/another.json")


async def test_a_store_that_hangs_keeps_nobody_waiting_who_asks_for_what_is_nowhere(
    several: Several,
) -> None:
    loop = asyncio.get_running_loop()
    unknown = await several.hang_after_failing()
    begun_s = loop.time()
    for key in (next(unknown), "media/unknown/r1/index.json", next(unknown)):
        several.now_s += 2 * PAUSE_MAX_S  # it is time to see whether it is back
        with pytest.raises(StoreUnavailable):
            await several.reader.read(key)
    assert loop.time() - begun_s < 3 * FAILING_PATIENCE_S + PATIENCE_S


async def test_a_store_that_is_back_and_slow_is_found_to_be_so_by_who_did_not_wait(
    several: Several,
) -> None:
    unknown = await several.hang_after_failing()
    several.trusted.asked.clear()
    several.now_s += PAUSE_MIN_S
    with capture_logs() as events:
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await several.reader.read(next(unknown))
        assert several.trusted.waiting == 1, "one is left to see whether it is back"
        several.trusted.gate.set()
        await until(lambda: bool(events))
    assert events[0]["event"] == "store answers again"
    with pytest.raises(NotFound):
        await several.reader.read(next(unknown))


async def test_who_is_cancelled_leaves_nothing_under_way(several: Several) -> None:
    several.trusted.down = True
    for number in range(FAILURES_MAX):
        with pytest.raises(StoreUnavailable):
            await several.reader.read(f"entry/unknown-{number}.json")
    several.trusted.down = False
    several.trusted.gate.clear()
    several.now_s += PAUSE_MIN_S
    asks = asyncio.create_task(several.reader.read("entry/unknown.json"))
    await until(lambda: several.trusted.waiting == 1)
    asks.cancel()
    await asyncio.gather(asks, return_exceptions=True)
    assert several.trusted.waiting == 0


async def test_nobody_takes_the_place_of_what_was_in_a_store_that_fails(several: Several) -> None:
    asset = publish(several.trusted)
    await is_there(several.reader, asset)
    publish(several.other, title="An impostor")
    several.trusted.down = True
    several.now_s += 10 * LOOKED_FOR_EVERY_S
    for key in (ENTRY, INDEX):
        with pytest.raises(StoreUnavailable):
            await several.reader.read(key)
    several.trusted.down = False
    await is_there(several.reader, asset)


async def test_the_log_says_which_store_fails_and_when_that_is_over(several: Several) -> None:
    publish(several.trusted)
    with capture_logs() as events:
        for is_down in (True, False, True):
            several.trusted.down = is_down
            for number in range(5):
                with suppress(NotFound, StoreUnavailable):
                    await several.reader.read(f"entry/unknown-{number}.json")
    assert [(event["event"], event["store"]) for event in events] == [
        ("store does not answer", 1),
        ("store answers again", 1),
        ("store does not answer", 1),
    ]


async def test_each_store_has_places_of_its_own(several: Several) -> None:
    publish(several.trusted, "slow")
    publish(several.other, "quick")
    readers = [
        StoreReader(store, timeout_s=TIMEOUT_S, reads_at_once=2)
        for store in (several.trusted, several.other)
    ]
    reader = StoresReader(readers)
    slow, quick = "media/slow-asset/r1/waveform.dat", "media/quick-asset/r1/waveform.dat"
    assert reader.is_busy_for(slow), "nobody knows where it is"
    for key in (slow, quick):
        await reader.read(key)
    several.trusted.gate.clear()
    waiting = [asyncio.create_task(reader.read(slow)) for _ in range(10)]
    await until(lambda: reader.is_busy_for(slow))
    assert not reader.is_busy_for(quick)
    assert await reader.read(quick)
    several.trusted.gate.set()
    await asyncio.gather(*waiting)

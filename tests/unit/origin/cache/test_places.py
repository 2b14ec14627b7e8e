"""Room for commands and their bytes, first come first served."""

import asyncio

import pytest

from origin.cache.places import Places

TURNS = 5
"""More turns of the loop than it takes to let somebody in."""


async def turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.mark.parametrize("when", range(TURNS))
async def test_who_goes_away_at_any_moment_takes_no_place_with_him(when: int) -> None:
    places = Places(1, 100)
    assert places.take_at_once(60)
    gone, stays = (asyncio.create_task(places.take(60)) for _ in range(2))
    await turns()
    places.give_back(60)
    for _ in range(when):
        await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    if not gone.cancelled():
        places.give_back(60)
    async with asyncio.timeout(1):
        await stays
    places.give_back(60)
    assert places.take_at_once(100), "all of it is free"


async def test_who_waits_and_goes_away_lets_the_next_in() -> None:
    places = Places(2, 100)
    assert places.take_at_once(60)
    large, small = asyncio.create_task(places.take(60)), asyncio.create_task(places.take(40))
    await turns()
    assert not small.done(), "the large one came first"
    large.cancel()
    async with asyncio.timeout(1):
        await small


async def test_there_are_so_many_places_whatever_they_bring() -> None:
    places = Places(2, 100)
    assert [places.take_at_once(0) for _ in range(3)] == [True, True, False]
    places.give_back(0)
    assert places.take_at_once(1_000), "nothing else is under way"
    assert not places.take_at_once(0)

"""Of what an index lists: any store will do that has the right bytes."""

import asyncio
import hashlib

import pytest

from manifests.index import StoredObject
from origin.cache.tiered import SMALL_BYTES_MAX, TieredReader
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.stores.homes import PATIENCE_S
from tests.servers.several_stores import SEGMENT, WHERE, Several, fail, is_there, listed
from tests.sources.published import publish


async def test_what_an_index_lists_is_never_taken_for_something_else(several: Several) -> None:
    asset = publish(several.trusted)
    several.trusted.delete(SEGMENT)
    several.other.put(SEGMENT, b"other sound")
    with pytest.raises(NotFound):
        await several.reader.read(SEGMENT, listed=listed(asset, "128k/00000.m4s"))
    with pytest.raises(NotFound):
        await several.reader.read(SEGMENT)
    content = asset.contents["128k/00000.m4s"]
    several.other.put(SEGMENT, content)
    assert await several.reader.read(SEGMENT, listed=listed(asset, "128k/00000.m4s")) == content


@pytest.mark.parametrize("how", ["altered", "down", "gone", "hangs"])
@pytest.mark.parametrize("home", ["trusted", "other"])
async def test_what_an_index_lists_comes_from_whoever_has_it(
    several: Several, home: str, how: str
) -> None:
    at_home, elsewhere = several.trusted, several.other
    if home == "other":
        at_home, elsewhere = elsewhere, at_home
    asset = publish(at_home)
    content, vouched = asset.contents["128k/00000.m4s"], listed(asset, "128k/00000.m4s")
    await is_there(several.reader, asset)
    elsewhere.put(SEGMENT, content)
    fail(at_home, how)
    assert await several.reader.read(SEGMENT, listed=vouched) == content


@pytest.mark.parametrize(("how", "raised"), [("down", StoreUnavailable), ("gone", NotFound)])
async def test_what_nothing_vouches_for_comes_from_its_home_alone(
    several: Several, how: str, raised: type[Exception]
) -> None:
    asset = publish(several.trusted)
    await is_there(several.reader, asset)
    several.other.put(SEGMENT, asset.contents["128k/00000.m4s"])
    fail(several.trusted, how)
    with pytest.raises(raised):
        await several.reader.read(SEGMENT)


@pytest.mark.parametrize(
    ("at_home", "elsewhere", "raised"),
    [
        ("gone", "gone", NotFound),
        ("gone", "altered", NotFound),
        ("gone", "down", StoreUnavailable),
        ("altered", "gone", BrokenObject),
        ("altered", "altered", BrokenObject),
        ("altered", "down", StoreUnavailable),
        ("down", "gone", StoreUnavailable),
        ("down", "altered", StoreUnavailable),
        ("down", "down", StoreUnavailable),
    ],
)
async def test_what_nobody_has_is_lost_only_if_nobody_can_have_it(
    several: Several, at_home: str, elsewhere: str, raised: type[Exception]
) -> None:
    asset = publish(several.trusted)
    await is_there(several.reader, asset)
    several.other.put(SEGMENT, asset.contents["128k/00000.m4s"])
    fail(several.trusted, at_home)
    fail(several.other, elsewhere)
    vouched = listed(asset, "128k/00000.m4s")
    with pytest.raises(raised):
        await several.reader.read(SEGMENT, listed=vouched)


async def test_a_home_that_hangs_is_soon_hardly_waited_for(several: Several) -> None:
    loop = asyncio.get_running_loop()
    asset = publish(several.trusted)
    await is_there(several.reader, asset)
    publish(several.other)
    several.trusted.gate.clear()
    vouched = listed(asset, "128k/00000.m4s")

    async def took_s() -> float:
        begun_s = loop.time()
        await several.reader.read(SEGMENT, listed=vouched)
        return loop.time() - begun_s

    assert await took_s() >= PATIENCE_S
    await asyncio.gather(*(took_s() for _ in range(5)))
    several.asked()
    assert await took_s() < PATIENCE_S / 2
    assert several.asked() == (1, 1), "it may have recovered"
    several.trusted.gate.set()
    await took_s()
    several.asked()
    several.other.gate.clear()
    assert await took_s() < PATIENCE_S / 2
    assert several.asked() == (1, 0), "who answers is asked alone"


async def test_what_is_large_comes_from_where_it_is_now(several: Several) -> None:
    publish(several.trusted)
    several.trusted.delete(WHERE.key("waveform.dat"))
    large = bytes(range(256)) * (SMALL_BYTES_MAX // 256 + 1)
    several.other.put(WHERE.key("waveform.dat"), large)
    vouched = StoredObject("waveform.dat", len(large), hashlib.sha256(large).hexdigest())
    tiers = TieredReader(several.reader)
    assert await tiers.read(WHERE.key("waveform.dat"), listed=vouched) == large

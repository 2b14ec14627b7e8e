"""Several stores behind one reader, in memory: what is asked of which, and what is made of it."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from obstore.store import HTTPStore, LocalStore
from structlog.testing import capture_logs

from manifests.index import StoredObject
from manifests.layout import Revision
from origin.cache.tiered import SMALL_BYTES_MAX, TieredReader
from origin.circuit import FAILURES_MAX, PAUSE_MAX_S, PAUSE_MIN_S
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.delivery.reading import Missing, Newest
from origin.stores.homes import FAILING_PATIENCE_S, LOOKED_FOR_EVERY_S, PATIENCE_S
from origin.stores.listing import LISTED_KEYS_MAX
from origin.stores.reader import StoreReader
from origin.stores.several import StoresReader
from tests.servers.counting import CountingStore, until
from tests.sources.published import AnyStore, PublishedAsset, publish

WHERE = Revision("first-light-asset", "r1")
INDEX = WHERE.key("index.json")
SEGMENT = WHERE.key("128k/00000.m4s")
ENTRY = "entry/first-light.json"
TIMEOUT_S = 30.0
"""Longer than a test may take: nothing here is waited for to its end."""


@dataclass
class Several:
    """A trusted store and another one."""

    trusted: CountingStore = field(default_factory=CountingStore)
    other: CountingStore = field(default_factory=CountingStore)
    now_s: float = 1_000.0

    def __post_init__(self) -> None:
        stores = (self.trusted, self.other)
        self.reader = self.reading(*stores)

    def reading(self, *stores: AnyStore) -> StoresReader:
        """Return a process's reader that knows nothing yet."""
        readers = [StoreReader(store, timeout_s=TIMEOUT_S) for store in stores]
        return StoresReader(readers, clock=lambda: self.now_s)

    def asked(self) -> tuple[int, int]:
        """Return how often either was asked for an object since the last time."""
        counts = self.trusted.asked.total(), self.other.asked.total()
        self.trusted.asked.clear()
        self.other.asked.clear()
        return counts

    async def hang_after_failing(self) -> Iterator[str]:
        """Let the trusted store hang that is taken for failing; return keys of what is nowhere."""
        self.trusted.down = True
        unknown = (f"entry/unknown-{number}.json" for number in count())
        for _ in range(FAILURES_MAX):
            with pytest.raises(StoreUnavailable):
                await self.reader.read(next(unknown))
        self.trusted.down = False
        self.trusted.gate.clear()
        return unknown


@pytest.fixture
async def several() -> Several:
    return Several()


def move(key: str, source: AnyStore, target: AnyStore) -> None:
    target.put(key, source.get(key).bytes())
    source.delete(key)


def listed(asset: PublishedAsset, name: str) -> StoredObject:
    return asset.index.objects()[name]


async def is_there(reader: StoresReader, asset: PublishedAsset) -> None:
    """Read all that a listener needs."""
    assert await reader.read(ENTRY) == asset.entry.to_json()
    assert await reader.read(INDEX) == asset.index.to_json()
    for name, content in asset.contents.items():
        assert await reader.read(WHERE.key(name), listed=listed(asset, name)) == content


async def test_a_known_home_alone_is_asked(several: Several) -> None:
    asset = publish(several.other)
    await is_there(several.reader, asset)
    assert several.asked() == (2, 2 + len(asset.contents)), "the entry and the index are looked for"
    await is_there(several.reader, asset)
    assert several.asked() == (0, 2 + len(asset.contents))
    several.now_s += LOOKED_FOR_EVERY_S
    await is_there(several.reader, asset)
    assert several.asked() == (1, 2 + len(asset.contents)), "the entry is looked for again"


async def test_who_is_trusted_more_wins_a_clash_though_it_is_slower(several: Several) -> None:
    publish(several.trusted, title="The real one")
    publish(several.other, title="An impostor")
    several.trusted.gate.clear()
    read = asyncio.create_task(several.reader.read(ENTRY))
    await until(lambda: several.trusted.asked.total() == 1 == several.other.asked.total())
    several.trusted.gate.set()
    assert b"The real one" in await read


async def test_nobody_adds_to_what_grows_in_a_store_that_is_trusted_more(several: Several) -> None:
    """The names of its next segments are known to all who listen."""
    several.trusted.put(WHERE.key("128k/00000.m4s"), b"sound")
    several.trusted.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    publish(several.other)  # an index and all segments
    for key in (INDEX, WHERE.key("128k/00001.m4s"), WHERE.growing_key("multivariant.m3u8")):
        with pytest.raises(NotFound):
            await several.reader.read(key)
    assert await several.reader.read(SEGMENT) == b"sound"


async def test_what_grows_is_found_complete_where_it_grew(several: Several) -> None:
    several.other.put(SEGMENT, b"sound")
    several.other.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    with pytest.raises(NotFound):
        await several.reader.read(INDEX)
    several.asked()
    with pytest.raises(NotFound):
        await several.reader.read(INDEX)
    assert several.asked() == (0, 1), "where it is is not looked for at once again"
    asset = publish(several.other)
    await is_there(several.reader, asset)


@pytest.mark.parametrize("who", ["has played it", "knows nothing"])
@pytest.mark.parametrize("way", [("trusted", "other"), ("other", "trusted")])
async def test_an_asset_plays_whatever_part_of_it_has_moved(
    several: Several, way: tuple[str, str], who: str
) -> None:
    source, target = (getattr(several, name) for name in way)
    asset = publish(source)
    for key in [ENTRY, INDEX, *map(WHERE.key, asset.contents)]:
        reader = several.reader
        if who == "knows nothing":
            reader = several.reading(several.trusted, several.other)
        await is_there(reader, asset)
        move(key, source, target)
        await is_there(reader, asset)
    await is_there(several.reading(several.trusted, several.other), asset)
    await is_there(several.reading(target), asset)


@pytest.mark.parametrize("way", [("trusted", "other"), ("other", "trusted")])
async def test_an_asset_plays_while_it_is_copied(several: Several, way: tuple[str, str]) -> None:
    source, target = (getattr(several, name) for name in way)
    asset = publish(source)
    for key in [*map(WHERE.key, asset.contents), INDEX, ENTRY]:
        target.put(key, source.get(key).bytes())
        await is_there(several.reading(several.trusted, several.other), asset)


async def test_growing_playlists_that_were_left_behind_hide_nothing(several: Several) -> None:
    asset = publish(several.other)
    several.trusted.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    await is_there(several.reader, asset)


async def test_folders_that_were_left_empty_hide_nothing(several: Several, tmp_path: Path) -> None:
    left = LocalStore(tmp_path)
    asset = publish(several.other)
    for name in asset.contents:
        for key in (WHERE.key(name), WHERE.growing_key(name)):
            left.put(key, b"")
            left.delete(key)  # its folder stays
    left.put(WHERE.growing_key("128k/playlist.m3u8"), b"playlist")
    await is_there(several.reading(left, several.other), asset)
    left.delete(WHERE.growing_key("128k/playlist.m3u8"))
    left.put(SEGMENT, b"sound")
    await is_there(several.reading(left, several.other), asset)


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


def fail(store: CountingStore, how: str) -> None:
    """Let a store fail to give a segment: down, or with another one in its place."""
    if how == "altered":
        store.put(SEGMENT, bytes(store.get(SEGMENT).bytes())[::-1])
    elif how == "gone":
        store.delete(SEGMENT)
    elif how == "hangs":
        store.gate.clear()
    else:
        store.down = True


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


async def test_what_is_large_comes_from_where_it_is_now(several: Several) -> None:
    publish(several.trusted)
    several.trusted.delete(WHERE.key("waveform.dat"))
    large = bytes(range(256)) * (SMALL_BYTES_MAX // 256 + 1)
    several.other.put(WHERE.key("waveform.dat"), large)
    vouched = StoredObject("waveform.dat", len(large), hashlib.sha256(large).hexdigest())
    tiers = TieredReader(several.reader)
    assert await tiers.read(WHERE.key("waveform.dat"), listed=vouched) == large


async def test_a_listing_is_of_all_stores_and_says_where_one_is_missing(
    several: Several, unused_tcp_port: int
) -> None:
    publish(several.trusted, "one")
    publish(several.other, "two")
    publish(several.trusted, "three")
    publish(several.other, "one")
    whole = Newest(["entry/three.json", "entry/two.json"], Missing.NOTHING)
    assert await several.reader.newest("entry", 2) == whole
    gone = HTTPStore(f"http://127.0.0.1:{unused_tcp_port}/", client_options={"allow_http": True})
    silent = StoreReader(gone, timeout_s=1.0)
    reader = StoresReader([StoreReader(several.other), silent])
    (partial, *_) = await asyncio.gather(*(reader.newest("entry", 9) for _ in range(3)))
    assert (set(partial.keys), partial.missing) == (
        {"entry/one.json", "entry/two.json"},
        Missing.WHAT_NOBODY_CAN_TELL,
    )
    begun_s = asyncio.get_running_loop().time()
    assert await reader.newest("entry", 9) == partial
    assert asyncio.get_running_loop().time() - begun_s < 0.5, "who fails is hardly waited for"
    with pytest.raises(StoreUnavailable):
        await StoresReader([silent, silent]).newest("entry", 9)


async def test_a_listing_of_more_than_is_looked_at_says_so(several: Several) -> None:
    for number in range(LISTED_KEYS_MAX):
        several.other.put(f"entry/{number:06d}.json", b"")
    assert (await several.reader.newest("entry", 1)).missing is Missing.NOTHING
    several.other.put("entry/zzz.json", b"")
    assert (await several.reader.newest("entry", 1)).missing is Missing.WHAT_IS_TOO_MUCH
    assert (await StoreReader(several.other).newest("entry", 1)).missing is Missing.WHAT_IS_TOO_MUCH
    several.trusted.down = True  # a list of it comes all the same
    assert (await several.reader.newest("entry", 1)).missing is Missing.WHAT_IS_TOO_MUCH


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

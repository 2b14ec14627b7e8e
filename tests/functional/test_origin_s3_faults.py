"""What players see of an S3 store that fails: what was published, or a problem nobody keeps."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Iterator
from http import HTTPStatus
from itertools import count

import pytest
from aiohttp import TCPConnector, web
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from manifests.index import StoredObject
from origin.app import create_app
from origin.cache.tiered import STAND_IN_AFTER_S
from origin.stores.reader import StoreReader
from tests.functional.storing import quick
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import (
    LYING,
    PASSING,
    Fault,
    Plan,
    Request,
    always,
    first_of_each,
    reads,
    seeded,
)
from tests.servers.seaweedfs import Bucket
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import PublishedAsset, publish

Client = TestClient[web.Request, web.Application]
IMMUTABLE = "public, max-age=31536000, immutable"
ENTRY = "entry/first-light.json"
TIMEOUT_S = 2.0
TOO_SHORT_S = 0.1
"""Less than a body takes that comes slowly."""
STALE_AFTER_S = 2.6
"""When an entry is neither fresh nor given while it is read anew."""
LATE_S = 5.0
"""How much later all may be on a busy machine."""


@pytest.fixture(scope="module")
def asset(s3: Bucket) -> PublishedAsset:
    return publish(s3.store("media-store"))


def paths(asset: PublishedAsset) -> dict[str, bytes]:
    """The segments and initialization sections, by their paths."""
    return {
        f"{asset.path}/{name}": content
        for name, content in asset.contents.items()
        if name.endswith(("m4s", "mp4"))
    }


def is_media(request: Request) -> bool:
    return request.target.endswith(("m4s", "mp4"))


async def seen(client: Client, path: str, content: bytes) -> HTTPStatus:
    """Ask for an object; whatever is said, it is no lie, and no problem is kept."""
    response = await client.get(path)
    body = await response.read()
    if response.status == HTTPStatus.OK:
        assert body == content
        assert response.headers["Cache-Control"] == IMMUTABLE
    else:
        assert response.status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INTERNAL_SERVER_ERROR}
        assert response.headers["Cache-Control"] == "no-store"
        assert response.content_type == "application/problem+json"
    return HTTPStatus(response.status)


@pytest.mark.parametrize("seed", range(3))
async def test_faults_that_pass_are_not_seen(s3: Bucket, asset: PublishedAsset, seed: int) -> None:
    with fault_proxy(s3, seeded(seed, 0.3)) as proxy:
        app = create_app(quick(proxy.bucket, "media-store"), store_timeout_s=10)
        async with TestClient(TestServer(app)) as client:
            told = [await seen(client, path, content) for path, content in paths(asset).items()]
        assert proxy.faults.total() > 0
    assert set(told) == {HTTPStatus.OK}


@pytest.mark.long_if("no answer comes")
@pytest.mark.parametrize(
    "fault", [*PASSING, *LYING, Fault.STALLED, Fault.ALTERED_ANSWER, Fault.OTHER_TAG]
)
async def test_a_fault_that_stays_is_a_problem_and_no_lie(
    s3: Bucket, asset: PublishedAsset, fault: Fault
) -> None:
    is_spoiled = iter([False] + [True] * 10_000)  # the index comes whole

    def plan(_request: Request) -> Fault | None:
        return fault if next(is_spoiled) else None

    with fault_proxy(s3, plan) as proxy:
        app = create_app(quick(proxy.bucket, "media-store", 3), store_timeout_s=TIMEOUT_S)
        async with TestClient(TestServer(app)) as client:
            told = []
            for path, content in list(paths(asset).items())[:3]:
                begun_s = time.monotonic()
                told.append(await seen(client, path, content))
                assert time.monotonic() - begun_s < TIMEOUT_S + LATE_S
    if fault is Fault.SLOW_BODY:
        assert set(told) == {HTTPStatus.OK}
    elif fault in {Fault.OTHER_TAG, Fault.UPLOAD_CUT, Fault.OTHER_RANGE}:  # harmless
        assert set(told) <= {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
    else:
        assert HTTPStatus.OK not in told


@pytest.mark.parametrize(
    "plan",
    [
        first_of_each(Fault.ALTERED_ANSWER, reads),
        first_of_each(Fault.OTHER_TAG, reads),
        always(Fault.OTHER_TAG, reads),
    ],
    ids=["altered once", "another tag once", "another tag always"],
)
async def test_what_nothing_lists_is_held_against_its_entity_tag(
    s3: Bucket, asset: PublishedAsset, plan: Plan
) -> None:
    """Unless the bucket has tags that are no digests: then it comes the same each time."""
    where = asset.entry.where
    contents = {where.key("index.json"): asset.index.to_json(), ENTRY: asset.entry.to_json()}
    with fault_proxy(s3, plan) as proxy:
        reader = StoreReader(quick(proxy.bucket, "media-store"))
        assert {key: await reader.read(key) for key in contents} == contents


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (first_of_each(Fault.ALTERED_ANSWER, is_media), HTTPStatus.OK),
        (always(Fault.ALTERED_ANSWER, is_media), HTTPStatus.INTERNAL_SERVER_ERROR),
    ],
    ids=["once", "always"],
)
async def test_a_segment_without_an_index_is_given_as_the_packager_stored_it(
    s3: Bucket, plan: Plan, told: HTTPStatus
) -> None:
    store, finished = s3.store("grows"), publish(MemoryStore())
    growing = GrowingAsset(store, finished.entry, finished.index, finished.contents, {})
    growing.start(2)
    with fault_proxy(s3, plan) as proxy:
        app = create_app(quick(proxy.bucket, "grows"), store_timeout_s=10)
        async with TestClient(TestServer(app)) as client:
            for name in ("128k/00000.m4s", "128k/00001.m4s", "320k/00001.m4s"):
                path, content = f"{finished.path}/{name}", finished.contents[name]
                assert await seen(client, path, content) == told
        assert proxy.faults[Fault.ALTERED_ANSWER] >= 3


async def test_a_body_that_is_still_coming_when_time_is_over(
    s3: Bucket, asset: PublishedAsset
) -> None:
    with fault_proxy(s3, always(Fault.SLOW_BODY, is_media)) as proxy:
        app = create_app(quick(proxy.bucket, "media-store"), store_timeout_s=TOO_SHORT_S)
        async with TestClient(TestServer(app)) as client:
            told = [await seen(client, path, content) for path, content in paths(asset).items()]
    assert set(told) == {HTTPStatus.SERVICE_UNAVAILABLE}


async def test_what_is_asked_for_twice_is_given_once(s3: Bucket) -> None:
    """A slow body is overtaken by the second request's; the connection to the player goes on."""
    published = [publish(s3.store("twice"), f"track-{number}") for number in range(12)]
    requests = count(1)

    def plan(request: Request) -> Fault | None:
        is_slow = is_media(request) and next(requests) % 30 == 0
        return Fault.SLOW_BODY if is_slow else None

    with fault_proxy(s3, plan) as proxy:
        app = create_app(quick(proxy.bucket, "twice"), store_timeout_s=TIMEOUT_S)
        connector = TCPConnector(limit=1)
        async with TestClient(TestServer(app), connector=connector) as client:
            for asset in published:
                for path, content in paths(asset).items():
                    assert await seen(client, path, content) == HTTPStatus.OK
        asked = Counter(arrival.target for arrival in proxy.arrivals)
    assert proxy.faults[Fault.SLOW_BODY] > 0
    assert set(asked.values()) == {1, 2}


async def test_what_is_in_memory_outlives_the_store(s3: Bucket, asset: PublishedAsset) -> None:
    is_down = False

    def plan(_request: Request) -> Fault | None:
        return Fault.INTERNAL_ERROR if is_down else None

    with fault_proxy(s3, plan) as proxy:
        app = create_app(quick(proxy.bucket, "media-store", 1), store_timeout_s=TIMEOUT_S)
        async with TestClient(TestServer(app)) as client:
            before = await (await client.get("/first-light.m3u8")).read()
            for path, content in paths(asset).items():
                assert await seen(client, path, content) == HTTPStatus.OK
            is_down = True
            for path, content in paths(asset).items():
                assert await seen(client, path, content) == HTTPStatus.OK
            entry = await client.get("/first-light.m3u8")
            assert (entry.status, await entry.read()) == (HTTPStatus.OK, before)


@pytest.fixture
def stalling(s3: Bucket) -> Iterator[tuple[StoreReader, list[int]]]:
    """A reader whose store does not answer each fiftieth request, and how many there were."""
    requests, seen = count(1), [0]

    def plan(_request: Request) -> Fault | None:
        seen[0] = next(requests)
        return Fault.STALLED if seen[0] % 50 == 0 else None

    s3.store("hedged").put("key", b"sound" * 1_000)
    with fault_proxy(s3, plan) as proxy:
        yield StoreReader(quick(proxy.bucket, "hedged"), timeout_s=TIMEOUT_S), seen


async def test_a_large_object_is_asked_for_once(s3: Bucket) -> None:
    """It takes longer than most for its size."""
    store, small, large = s3.store("sizes"), b"sound" * 1_000, bytes(16 * 1024 * 1024)
    store.put("small", small)
    store.put("large", large)
    with fault_proxy(s3, lambda _: None) as proxy:
        reader = StoreReader(quick(proxy.bucket, "sizes"))
        for _ in range(100):
            assert await reader.read("small", listed=listed(small)) == small
        before = len(proxy.arrivals)
        for _ in range(3):
            assert await reader.read("large", listed=listed(large)) == large
        assert len(proxy.arrivals) == before + 3


def listed(content: bytes) -> StoredObject:
    return StoredObject("name", len(content), hashlib.sha256(content).hexdigest())


async def test_who_is_unlucky_does_not_wait(stalling: tuple[StoreReader, list[int]]) -> None:
    """A read that is late is asked for again; without that, four of these would fail."""
    reader, requests = stalling
    longest_s = 0.0
    for _ in range(200):
        begun_s = time.monotonic()
        assert await reader.read("key") == b"sound" * 1_000
        longest_s = max(longest_s, time.monotonic() - begun_s)
    assert longest_s < TIMEOUT_S
    assert requests[0] <= 200 * 1.1 + 10


@pytest.mark.long
async def test_a_damaged_entry_hides_none_that_was_good(s3: Bucket) -> None:
    """It comes the same each time, as what a store gives whose tags are no digests."""
    publish(s3.store("damaged"))
    is_damaged = False

    def plan(request: Request) -> Fault | None:
        return Fault.SHORT_LENGTH if is_damaged and ENTRY in request.target else None

    with fault_proxy(s3, plan) as proxy:
        app = create_app(quick(proxy.bucket, "damaged"), store_timeout_s=10)
        async with TestClient(TestServer(app)) as client:
            before = await (await client.get("/first-light.m3u8")).read()
            await asyncio.sleep(STALE_AFTER_S)
            is_damaged = True
            for _ in range(3):
                stale = await client.get("/first-light.m3u8")
                assert (stale.status, await stale.read()) == (HTTPStatus.OK, before)
                assert "detail=stale-if-error" in stale.headers["Cache-Status"]
            assert proxy.faults[Fault.SHORT_LENGTH] > 0
            is_damaged = False
            await asyncio.sleep(STAND_IN_AFTER_S)
            anew = await client.get("/first-light.m3u8")
            assert (anew.status, await anew.read()) == (HTTPStatus.OK, before)
            assert "fwd=" in anew.headers["Cache-Status"]


async def test_one_object_that_is_cut_short_hides_no_other_that_is_altered(s3: Bucket) -> None:
    store = s3.store("cut")
    for key in ("cut-short", "altered"):
        store.put(key, key.encode())
    faults = iter([*[Fault.SHORT_LENGTH] * 3, Fault.ALTERED_ANSWER])
    with fault_proxy(s3, lambda _: next(faults, None)) as proxy:
        reader = StoreReader(quick(proxy.bucket, "cut"))
        assert await reader.read("cut-short") != b"cut-short"
        assert await reader.read("altered") == b"altered"
        assert proxy.faults[Fault.ALTERED_ANSWER] == 1

"""What was deleted and collected is heard by nobody any more, however much of it was in memory."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from manifests import layout
from manifests.entry import Entry
from origin.app import create_app
from origin.cache.running import telling
from origin.companion.assets.collecting import AFTER_S
from tests.functional.api.collecting import collect
from tests.functional.api.keeping import Process, process
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service
from tests.servers.valkey import Valkey
from tests.sources.published import publish

NAMES = ("128k/playlist.m3u8", "128k/00000.m4s", "128k/00001.m4s")
SOON_S = 20.0


@pytest.fixture
async def one(service: Service) -> AsyncIterator[Process]:
    """A process that serves, and follows what happens."""
    async with process(service) as made:
        yield made


def paths_of(entry: Entry) -> list[str]:
    where = entry.where
    return [f"/{where.key(name)}" for name in NAMES] + [f"/{where.growing_key(NAMES[0])}"]


async def statuses(one: Service, paths: list[str]) -> set[int]:
    responses = [await one.ask("GET", path) for path in paths]
    for response in responses:
        await response.read()
    return {response.status for response in responses}


async def test_what_was_collected_is_given_from_memory_no_more(
    service: Service, one: Process
) -> None:
    packaging = Packaging(service)
    ann = await service.user()
    asset_id = await packaging.queue(ann)
    gone = await packaging.succeed(await packaging.claim())
    await packaging.queue(ann, "stays")
    stays = await packaging.succeed(await packaging.claim())
    for entry in (gone, stays):
        for _ in range(3):
            assert await statuses(one, paths_of(entry)) == {200}
    await service.ask("DELETE", f"/v1/assets/{asset_id}", ann)
    await one.hears()
    assert not await collect(packaging)
    assert await statuses(one, paths_of(gone)) == {200}, "who listens by then may end"
    packaging.now_s += AFTER_S
    assert await collect(packaging)
    async with asyncio.timeout(SOON_S):
        while await statuses(one, paths_of(gone)) != {404}:  # noqa: ASYNC110 it is told to nobody
            await asyncio.sleep(0.05)
    assert await statuses(one, paths_of(stays)) == {200}


async def test_who_has_no_database_is_told_over_the_cache(cache: Valkey) -> None:
    store = MemoryStore()
    gone, stays = publish(store), publish(store, "stays")
    app = create_app(store, cache=cache.url)
    async with TestClient(TestServer(app)) as client, telling(cache.url) as tell:

        async def found(entry: Entry) -> set[int]:
            return {(await client.get(path)).status for path in paths_of(entry)}

        for entry in (gone.entry, stays.entry):
            assert await found(entry) == await found(entry) == {200}
        prefixes = layout.prefixes_of(gone.entry.asset_id)
        for prefix in prefixes:
            for page in store.list(prefix):
                for each in page:
                    store.delete(each["path"])
        assert await found(gone.entry) == {200}
        async with asyncio.timeout(SOON_S):
            while await found(gone.entry) != {404}:  # it may not be listening yet
                await tell(prefixes)
                await asyncio.sleep(0.05)
        assert await found(stays.entry) == {200}

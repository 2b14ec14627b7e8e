"""A real Varnish and a real nginx in front of the origin drop what they are told, and no more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from obstore.store import MemoryStore

from cdn.errors import PurgerClosed, PurgeRefused, PurgerUnreachable
from cdn.purge.address import Address
from cdn.purge.batch import Batch
from cdn.purge.credentials import Credentials
from cdn.purge.opening import open_purgers
from cdn.purge.target import By
from manifests.layout import entry_key
from origin.app import create_app
from tests.servers.purged import nginx, varnish
from tests.servers.purged.varnish import SECRET
from tests.servers.seaweedfs import free_ports
from tests.sources.published import PublishedAsset, publish

ENTRIES = ("/song.m3u8", "/song.mpd", "/song.json")


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await holds():  # noqa: ASYNC110 an edge tells nobody
            await asyncio.sleep(0.1)


class Edge:
    """An edge in front of an origin, and what is published there."""

    def __init__(self, url: str, purger: str, store: MemoryStore, asset: PublishedAsset) -> None:
        self.url, self.purger, self.store, self.asset = url, purger, store, asset
        self.client = ClientSession(auto_decompress=False)

    @property
    def segment(self) -> str:
        return f"{self.asset.path}/128k/00001.m4s"

    async def get(self, path: str, coding: str = "identity") -> tuple[int, bytes, str]:
        """Return the status, the content, and what the edge says of its copy."""
        async with self.client.get(self.url + path, headers={"Accept-Encoding": coding}) as answer:
            assert answer.headers.get("Content-Encoding", "identity") in {coding, "identity"}
            said = ", ".join(answer.headers.getall("Cache-Status", [])).rpartition(", ")[2]
            return answer.status, await answer.read(), said

    async def says_another(self, path: str, before: bytes) -> bool:
        return (await self.get(path))[1] != before

    async def is_kept(self, path: str, coding: str = "identity") -> bool:
        return "; hit" in (await self.get(path, coding))[2]

    async def is_up(self) -> bool:
        return (await self.get("/healthz"))[0] == 200

    async def warm(self) -> None:
        for path in (*ENTRIES, self.segment):
            for coding in ("identity", "gzip", "br"):
                await self.get(path, coding)
                assert await self.is_kept(path, coding), path

    async def purge(self, *batches: Batch, secret: str = SECRET) -> None:
        address = Address.parse(self.purger)
        async with open_purgers([address], Credentials(edge=secret)) as purgers:
            assert await purgers[address.name].look()
            for batch in batches:
                await purgers[address.name].send(batch)

    def publish_another(self) -> bytes:
        """Let the playback id play something else; return what it is called."""
        other = publish(self.store, "other").entry
        entry = self.asset.entry
        changed = replace(entry, asset_id=other.asset_id, revision=other.revision)
        self.store.put(entry_key(entry.playback_id), changed.to_json())
        return other.asset_id.encode()


@pytest.fixture(params=["varnish", "nginx"])
async def edge(request: pytest.FixtureRequest) -> AsyncIterator[Edge]:
    kind = {"varnish": varnish, "nginx": nginx}[request.param]
    store = MemoryStore()
    asset = publish(store, "song")
    async with TestServer(create_app(store, purged=True)) as origin:
        run = getattr(kind, request.param)
        with run(origin.port) as running:
            edge = Edge(running.url, running.purger, store, asset)
            await until(edge.is_up)
            yield edge
            await edge.client.close()


async def published(edge: Edge) -> None:
    """Publish, and have it purged, until the origin says so itself: it looks once a second."""
    name = edge.publish_another()
    if edge.purger.startswith("varnish"):
        batch = Batch(By.TAG, soft=True, values=("playback-song",))
    else:
        batch = Batch(By.PATH, soft=False, values=ENTRIES)

    async def is_new() -> bool:
        await edge.purge(batch)
        return name in (await edge.get("/song.json"))[1]

    await until(is_new)


async def test_what_is_published_is_seen_and_segments_stay(edge: Edge) -> None:
    await edge.warm()
    before = (await edge.get("/song.m3u8"))[1]
    await published(edge)
    for coding in ("identity", "gzip", "br"):
        assert await edge.is_kept(edge.segment, coding), "segments are immutable"
    # What was dropped softly is given once more while it is fetched.
    await until(lambda: edge.says_another("/song.m3u8", before))
    gzipped, brotli = [(await edge.get("/song.m3u8", each))[1] for each in ("gzip", "br")]
    assert gzipped != brotli, "each coding has a copy"


async def test_what_is_gone_is_given_no_more(edge: Edge) -> None:
    await edge.warm()
    for key in [found["path"] for page in edge.store.list() for found in page]:
        edge.store.delete(key)
    if edge.purger.startswith("varnish"):
        batch = Batch(By.TAG, soft=False, values=(f"asset-{edge.asset.entry.asset_id}",))
    else:
        batch = Batch(By.PATH, soft=False, values=(*ENTRIES, edge.segment))

    async def is_gone() -> bool:
        await edge.purge(batch)
        return (await edge.get("/song.json"))[0] == 404

    await until(is_gone)
    for path in ENTRIES:
        for coding in ("identity", "gzip", "br"):
            assert (await edge.get(path, coding))[0] == 404, (path, coding)


async def test_who_has_no_secret_purges_nothing(edge: Edge) -> None:
    await edge.warm()
    with pytest.raises(PurgerClosed, match="403"):
        await edge.purge(secret="guessed")  # noqa: S106
    if edge.purger.startswith("nginx"):  # Varnish has one listener for all
        edge.purger = edge.url.replace("http", "nginx")
        with pytest.raises(PurgerClosed, match="--purge-port"):
            await edge.purge()
    for path in ENTRIES:
        assert await edge.is_kept(path)


async def test_who_sends_on_to_https_purges_nothing() -> None:
    """As nginx does for listeners, at port 80."""

    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=308, headers={"Location": f"https://x{request.path}"})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", redirect)
    async with TestServer(app) as server:
        address = Address.parse(f"nginx://{server.host}:{server.port}")
        async with open_purgers([address], Credentials()) as purgers:
            with pytest.raises(PurgeRefused, match="308"):
                await purgers[address.name].send(Batch(By.PATH, soft=False, values=ENTRIES))


async def test_an_edge_whose_origin_is_down_is_not_well() -> None:
    """Else each of many addresses would be asked for by itself, to see which of them fails."""
    (nobody,) = free_ports(1)
    with nginx.nginx(nobody) as running:
        address = Address.parse(running.purger)
        async with open_purgers([address], Credentials(edge=SECRET)) as purgers:
            with pytest.raises(PurgerUnreachable, match=r"50[234]"):
                await purgers[address.name].look()

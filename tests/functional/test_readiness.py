"""Whether a process with an API says that it is ready, while its database comes and goes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import MemoryStore

from origin.app import create_app
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.media import Media
from origin.database.engine import open_serving
from tests.servers.postgres import Postgres, running

Client = TestClient[Request, Application]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running() as server:
        yield server


@asynccontextmanager
async def asked(server: Postgres, state: Path, *, delivers: bool) -> AsyncIterator[Client]:
    async with AsyncExitStack() as opened:
        engine = await opened.enter_async_context(open_serving(state, server.url))
        store = MemoryStore()
        companion = Companion(Database(engine), Media(store))
        app = create_app(store, companion=companion, delivers=delivers)
        yield await opened.enter_async_context(TestClient(TestServer(app)))


@pytest.fixture
async def client(server: Postgres, tmp_path: Path) -> AsyncIterator[Client]:
    """A process that has the API alone."""
    async with asked(server, tmp_path, delivers=False) as client:
        yield client


@pytest.fixture
async def delivering(server: Postgres, tmp_path: Path) -> AsyncIterator[Client]:
    """One that gives media, too."""
    async with asked(server, tmp_path, delivers=True) as client:
        yield client


async def until_ready_is(client: Client, status: int) -> str:
    async with asyncio.timeout(20):
        while (response := await client.get("/readyz")).status != status:  # noqa: ASYNC110 it is kept for a second
            await asyncio.sleep(0.1)
        return await response.text()


async def test_without_its_database_a_process_is_not_ready(
    server: Postgres, client: Client, delivering: Client
) -> None:
    assert await until_ready_is(client, 200) == "ok\n"
    socket_folder = server.url.rpartition("host=")[2]
    server.control("stop", "-m", "immediate")
    try:
        assert "database_unavailable" in await until_ready_is(client, 503)
        assert (await delivering.get("/readyz")).status == 200, "sound goes on"
        assert (await client.get("/healthz")).status == 200
    finally:
        server.control("start", "-o", f'-h "" -k {socket_folder}')
    assert await until_ready_is(client, 200) == "ok\n"


async def test_a_database_that_is_too_busy_is_not_waited_for(
    server: Postgres, client: Client, tmp_path: Path
) -> None:
    """All connections that there may be are taken."""
    async with AsyncExitStack() as opened:
        engine = await opened.enter_async_context(open_serving(tmp_path, server.url))
        database = Database(engine)
        for _ in range(20):
            await opened.enter_async_context(database.look_now())
        store = MemoryStore()
        app = create_app(store, companion=Companion(database, Media(store)), delivers=False)
        busy = await opened.enter_async_context(TestClient(TestServer(app)))
        async with asyncio.timeout(5):
            answers = await asyncio.gather(*(busy.get("/readyz") for _ in range(20)))
        assert {answer.status for answer in answers} == {503}
    assert await until_ready_is(client, 200) == "ok\n"

"""The API over both databases, the real ones."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from origin.app import create_app
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.media import Media
from origin.database.engine import open_database, open_sqlite_reader
from tests.functional.api.service import Service
from tests.servers.postgres import empty


@pytest.fixture(params=["sqlite", "postgresql"])
async def service(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Service]:
    """A running API with nothing in it."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with AsyncExitStack() as opened:
        engine = await opened.enter_async_context(open_database(tmp_path, url))
        readers = []
        if url is None:
            readers = [await opened.enter_async_context(open_sqlite_reader(tmp_path))]
        else:
            await empty(engine)
        database = Database(engine, readers)
        store = MemoryStore()
        app = create_app(store, companion=Companion(database, Media(store)))
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        yield Service(client, database, store)

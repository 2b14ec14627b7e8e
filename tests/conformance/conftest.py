"""The origin that the conformance tests speak to."""

from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer
from obstore.store import MemoryStore

from origin.app import create_app
from tests.conformance.wire import Origin
from tests.sources.published import publish


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    store = MemoryStore()
    asset = publish(store)
    async with TestServer(create_app(store)) as server:
        yield Origin(server, asset)

"""The origin that the conformance tests speak to, without the hot path and with it."""

from collections.abc import AsyncIterator

import pytest
from obstore.store import MemoryStore

from origin.app import create_app
from tests.conformance.both_paths import both_paths
from tests.conformance.wire import Origin
from tests.sources.published import publish


@pytest.fixture(params=["aiohttp", "hot"])
async def origin(request: pytest.FixtureRequest) -> AsyncIterator[Origin]:
    store = MemoryStore()
    asset = publish(store)
    async with both_paths(create_app(store)) as paths:
        if request.param == "hot":
            yield Origin(paths.hot_port, asset, turns=3)
        else:
            yield Origin(paths.plain_port, asset)

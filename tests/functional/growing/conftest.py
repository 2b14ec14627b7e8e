from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from origin.app import create_app
from origin.stores.reader import StoreReader
from tests.functional.growing.origin import Client
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import publish


@pytest.fixture
def asset() -> GrowingAsset:
    """An asset with its first segment in an otherwise empty store."""
    finished = publish(MemoryStore())
    growing = GrowingAsset.of(finished, MemoryStore())
    growing.start(1)
    return growing


@pytest.fixture
async def client(asset: GrowingAsset) -> AsyncIterator[Client]:
    async with TestClient(
        TestServer(create_app(asset.store, reader=StoreReader(asset.store)))
    ) as opened:
        yield opened

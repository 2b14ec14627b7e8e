"""Both databases, so that every contract is held against each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.engine import open_database
from tests.servers.postgres import empty


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, migrated: Path) -> AsyncIterator[AsyncEngine]:
    """An empty database with the schema."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with open_database(migrated, url) as engine:
        if url is not None:
            await empty(engine)
        yield engine

"""Both databases, so that every contract is held against each."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.engine import open_database
from packager.queue.tables import metadata
from tests.servers.postgres import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty database with the schema."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with open_database(tmp_path, url) as engine:
        if url is not None:
            tables = ", ".join(metadata.tables)
            async with engine.begin() as connection:
                await connection.execute(text(f"TRUNCATE {tables} CASCADE"))
        yield engine

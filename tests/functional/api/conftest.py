"""The API over both databases, the real ones."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from origin.app import create_app
from origin.companion.access import Access
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.oidc.opening import open_bearers
from origin.companion.media import Media
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.rules import UploadRules
from origin.database.engine import open_database
from origin.database.sqlite import open_sqlite_reader
from tests.functional.api.purging import Purging, purging
from tests.functional.api.searchable import Search, opened_database, searching
from tests.functional.api.service import SIGNING_KEY, Service
from tests.servers.identity_provider import IdentityProvider, identity_provider
from tests.servers.postgres import empty


@pytest.fixture
def access() -> Access:
    """Who gets in; tests that need something else say so by parametrizing this."""
    return Access()


@pytest.fixture
def where() -> tuple[str, str]:
    """The path of the identity provider's URL, and its algorithm."""
    return "/realms/radio", "RS256"


@pytest.fixture
async def provider(where: tuple[str, str]) -> AsyncIterator[IdentityProvider]:
    """An identity provider, which the service knows of once ``access`` says so."""
    async with identity_provider(*where) as running:
        yield running


@pytest.fixture
def rules() -> UploadRules:
    """What may be uploaded; tests that want others give them by this name."""
    return UploadRules()


@pytest.fixture
def clock() -> list[float]:
    """The seconds by which what is kept of identity providers grows old."""
    return [1000.0]


@pytest.fixture(params=["sqlite", "postgresql"])
async def service(
    request: pytest.FixtureRequest,
    migrated: Path,
    access: Access,
    rules: UploadRules,
    clock: list[float],
) -> AsyncIterator[Service]:
    """A running API with nothing in it."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with AsyncExitStack() as opened:
        engine = await opened.enter_async_context(open_database(migrated, url))
        readers = []
        if url is None:
            readers = [await opened.enter_async_context(open_sqlite_reader(migrated))]
        else:
            await empty(engine)
        database = Database(engine, readers)
        tokens = None
        if access.issuers is not None:
            tokens = await opened.enter_async_context(
                open_bearers(access.issuers, database, new_random_id, lambda: clock[0])
            )
        media = migrated / "media"
        media.mkdir()
        uploads = await opened.enter_async_context(
            open_uploads(database, str(media), migrated, rules, new_random_id)
        )
        store = MemoryStore()
        companion = Companion(
            database, Media(store), access, tokens, uploads=uploads, signing_key=SIGNING_KEY
        )
        app = create_app(store, companion=companion)
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        yield Service(client, database, companion, media, uploads, store)


@pytest.fixture
def companion(service: Service) -> Companion:
    """What runs behind the API."""
    return service.companion


@pytest.fixture(params=["sqlite", "postgresql"])
async def search(request: pytest.FixtureRequest, migrated: Path) -> AsyncIterator[Search]:
    """A running search with nothing to find."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with opened_database(migrated, url) as database:
        if url is not None:
            await empty(database.primary)
        async with searching(database, migrated) as search:
            yield search


@pytest.fixture
async def sqlite_search(migrated: Path) -> AsyncIterator[Search]:
    """The same over SQLite alone."""
    async with (
        opened_database(migrated, None) as database,
        searching(database, migrated) as search,
    ):
        yield search


@pytest.fixture
async def purged(service: Service) -> AsyncIterator[Purging]:
    """Two CDNs that the API purges."""
    async with purging(service) as running:
        yield running

"""A service over SQLite for who runs the event loop by hand, as state machines do."""

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from origin.app import create_app
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.media import Media
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.rules import UploadRules
from origin.database.engine import open_database, open_reader
from tests.functional.api.service import Service


async def open_service(opened: AsyncExitStack) -> Service:
    """Return a service with nothing in it, which ``opened`` closes; uploads go to ``media``."""
    folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
    media = folder / "media"
    media.mkdir()
    engine = await opened.enter_async_context(open_database(folder, None))
    reader = await opened.enter_async_context(open_reader(folder, None, engine))
    database, store = Database(engine, [reader]), MemoryStore()
    uploads = await opened.enter_async_context(
        open_uploads(database, str(media), folder, UploadRules(), new_random_id)
    )
    companion = Companion(database, Media(store), uploads=uploads)
    app = create_app(store, companion=companion)
    client = await opened.enter_async_context(TestClient(TestServer(app)))
    return Service(client, database, companion, media, uploads, store)

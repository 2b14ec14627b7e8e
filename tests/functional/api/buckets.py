"""The API whose sources go into a folder of a bucket, and what is sent straight there."""

import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import obstore
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from origin.app import create_app
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.media import Media
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.rules import UploadRules
from origin.database.engine import open_database
from origin.database.sqlite import open_sqlite_reader
from tests.functional.api.sending import key_of, queued
from tests.functional.api.service import Service, User
from tests.servers.seaweedfs import Bucket

PREFIX = "some/where"


@asynccontextmanager
async def service_over(
    s3: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    """Give the caller's block the API over SQLite, in a folder."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    async with AsyncExitStack() as opened:
        engine = await opened.enter_async_context(open_database(folder, None))
        reader = await opened.enter_async_context(open_sqlite_reader(folder))
        database = Database(engine, [reader])
        store = f"s3://{s3.name}/{PREFIX}"
        uploads = await opened.enter_async_context(
            open_uploads(database, store, folder, UploadRules(), new_random_id)
        )
        media = MemoryStore()
        companion = Companion(database, Media(media), uploads=uploads)
        app = create_app(media, companion=companion)
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        yield Service(client, database, companion, folder, uploads, media)


def there(s3: Bucket, upload: dict[str, Any]) -> dict[str, bytes]:
    """Return what is stored for an upload, by key."""
    store = s3.store(PREFIX)
    folder = key_of(upload).rpartition("/")[0]
    pages = obstore.list(store, folder)
    return {
        each["path"]: bytes(obstore.get(store, each["path"]).bytes())
        for page in pages
        for each in page
    }


async def is_packaged_from(service: Service, upload: dict[str, Any], s3: Bucket) -> None:
    (job,) = await queued(service)
    assert f"s3://{s3.name}/{PREFIX}/{key_of(upload)}" in job["payload"]
    assert job["subject"] == upload["asset_id"]


async def parts_of(service: Service, by: User, upload: dict[str, Any], **said: int) -> Any:
    return await service.post(upload["send"]["s3"], by, said, 200)


async def send(part: dict[str, Any], content: bytes, part_bytes: int) -> None:
    start = (part["number"] - 1) * part_bytes
    async with ClientSession() as session:
        body = io.BytesIO(content[start : start + part["size_bytes"]])
        answer = await session.put(part["url"], data=body, skip_auto_headers=["Content-Type"])
        assert answer.status == 200, await answer.text()

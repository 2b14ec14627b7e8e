"""Uploads into a bucket: through the server, in parts past it, and from a worker's fetch."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import obstore
import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer
from botocore.exceptions import EndpointConnectionError  # type: ignore[import-untyped] # it has none
from obstore.store import MemoryStore

from origin.app import create_app
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.new_ids import new_random_id
from origin.companion.media import Media
from origin.companion.uploads.digests import RunningDigests
from origin.companion.uploads.opening import open_uploads
from origin.companion.uploads.places.bucket import PART_BYTES
from origin.companion.uploads.places.multipart import Multipart
from origin.companion.uploads.rules import UploadRules
from origin.database.engine import open_database
from origin.database.sqlite import open_sqlite_reader
from tests.functional.api.sending import SOUND, key_of, put, queued, sha256_of
from tests.functional.api.service import Service, User
from tests.functional.api.test_tus import ask, make, offset_of, patch, upload_in
from tests.servers.seaweedfs import Bucket

LARGE = SOUND * 20
PREFIX = "some/where"


@pytest.fixture
async def service(
    s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    """The API over SQLite, whose sources go into a folder of a bucket."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    async with AsyncExitStack() as opened:
        engine = await opened.enter_async_context(open_database(tmp_path, None))
        reader = await opened.enter_async_context(open_sqlite_reader(tmp_path))
        database = Database(engine, [reader])
        store = f"s3://{s3.name}/{PREFIX}"
        uploads = await opened.enter_async_context(
            open_uploads(database, store, tmp_path, UploadRules(), new_random_id)
        )
        media = MemoryStore()
        companion = Companion(database, Media(media), uploads=uploads)
        app = create_app(media, companion=companion)
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        yield Service(client, database, companion, tmp_path, uploads, media)


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


@pytest.mark.parametrize("content", [SOUND, LARGE, LARGE[: 2 * PART_BYTES]])
async def test_one_put(service: Service, s3: Bucket, content: bytes) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"name": "song.wav"})
    assert made["send"]["s3"] == f"/v1/uploads/{made['id']}/s3"
    done = await put(service, ann, made, io.BytesIO(content))
    assert (done["state"], done["sha256"]) == ("complete", sha256_of(content))
    assert there(s3, made) == {key_of(made): content}
    await is_packaged_from(service, made, s3)


async def test_a_put_that_failed_is_made_anew(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    wrong = {"Content-Digest": "sha-256=:AAAA:"}
    await put(service, ann, made, io.BytesIO(LARGE), 422, headers=wrong)
    assert there(s3, made) == {}
    await put(service, ann, made, SOUND)
    assert there(s3, made) == {key_of(made): SOUND}


async def test_tus_goes_on_in_another_process(
    service: Service, s3: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await service.user()
    path = await make(service, ann, len(LARGE))
    for start in range(0, len(LARGE), 6_000_000):
        assert await offset_of(service, ann, path) == start
        monkeypatch.setattr(service.uploads.digests, "_seen", RunningDigests()._seen)  # noqa: SLF001
        part = LARGE[start : start + 6_000_000]
        assert (await patch(service, ann, path, start, part)).status == 204
    done = await service.get(upload_in(path), ann)
    assert done["state"] == "complete"
    assert there(s3, done) == {key_of(done): LARGE}
    await is_packaged_from(service, done, s3)


async def test_tus_with_checksums(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    path = await make(service, ann, len(LARGE))
    wrong = await patch(service, ann, path, 0, LARGE, Upload_Checksum="md5 AAAA")
    assert wrong.status == 460
    assert await offset_of(service, ann, path) == 0
    assert (await patch(service, ann, path, 0, LARGE)).status == 204
    done = await service.get(upload_in(path), ann)
    assert there(s3, done) == {key_of(done): LARGE}


async def test_what_broke_off_stays(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    path = await make(service, ann, len(LARGE))
    upload = await service.get(upload_in(path), ann)

    async def broken() -> AsyncIterator[bytes]:
        yield LARGE[:10_000_000]
        while not (await service.get(upload_in(path), ann))["received_bytes"]:
            pass
        raise ConnectionError

    with pytest.raises((ConnectionError, OSError)):
        await patch(service, ann, path, 0, broken())
    start = await offset_of(service, ann, path)
    assert PART_BYTES <= start <= 10_000_000
    assert (await patch(service, ann, path, start, LARGE[start:])).status == 204
    assert there(s3, upload) == {key_of(upload): LARGE}


async def test_concatenation(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    paths = [await make(service, ann, len(LARGE), Upload_Concat="partial") for _ in range(2)]
    for path in paths:
        assert (await patch(service, ann, path, 0, LARGE)).status == 204
    final = f"final;{' '.join(paths)}"
    made = await ask(service, ann, "POST", "/v1/uploads/tus", Upload_Concat=final)
    assert made.status == 201, await made.text()
    done = await service.get(upload_in(made.headers["Location"]), ann)
    assert there(s3, done) == {key_of(done): 2 * LARGE}
    await is_packaged_from(service, done, s3)


async def test_what_is_dropped_leaves_nothing(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    path = await make(service, ann, len(LARGE))
    await patch(service, ann, path, 0, LARGE[:9_000_000])
    upload = await service.get(upload_in(path), ann)
    assert len(there(s3, upload)) == 1
    assert (await ask(service, ann, "DELETE", path)).status == 204
    assert there(s3, upload) == {}


async def parts_of(service: Service, by: User, upload: dict[str, Any], **said: int) -> Any:
    return await service.post(upload["send"]["s3"], by, said, 200)


async def send(part: dict[str, Any], content: bytes, part_bytes: int) -> None:
    start = (part["number"] - 1) * part_bytes
    async with ClientSession() as session:
        body = io.BytesIO(content[start : start + part["size_bytes"]])
        answer = await session.put(part["url"], data=body, skip_auto_headers=["Content-Type"])
        assert answer.status == 200, await answer.text()


async def test_parts_go_straight_to_the_bucket(service: Service, s3: Bucket) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    draft = {"size_bytes": len(LARGE), "way": "s3", "sha256": sha256_of(LARGE)}
    made = await service.post("/v1/uploads", ann, draft)
    await service.post(made["send"]["s3"], bob, {}, 404)
    plan = await parts_of(service, ann, made, first=2)
    assert (plan["part_bytes"], plan["part_count"]) == (PART_BYTES, 3)
    assert [part["number"] for part in plan["parts"]] == [2, 3]
    for part in plan["parts"]:
        await send(part, LARGE, PART_BYTES)
    complete = f"{made['send']['s3']}/complete"
    assert (await service.post(complete, ann, None, 409))["code"] == "parts_missing"
    plan = await parts_of(service, ann, made, count=1)
    assert [part["number"] for part in plan["received"]] == [2, 3]
    assert (await service.get(f"/v1/uploads/{made['id']}", ann))["received_bytes"] > PART_BYTES
    signed = parse_qs(urlsplit(plan["parts"][0]["url"]).query)
    assert signed["X-Amz-SignedHeaders"] == ["content-length;host"], "no other size can be sent"
    await send(plan["parts"][0], LARGE, PART_BYTES)
    done = await service.post(complete, ann, None, 200)
    assert (done["state"], done["sha256"]) == ("complete", sha256_of(LARGE))
    assert there(s3, made) == {key_of(made): LARGE}
    await is_packaged_from(service, made, s3)
    assert (await service.post(complete, ann, None, 409))["code"] == "upload_complete"


async def test_parts_of_another_size(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": 1000})
    plan = await parts_of(service, ann, made)
    await send(plan["parts"][0] | {"size_bytes": 5000}, LARGE, PART_BYTES)
    complete = f"{made['send']['s3']}/complete"
    assert (await service.post(complete, ann, None, 409))["code"] == "parts_missing"
    await asyncio.sleep(1.1)  # SeaweedFS tells two parts of one number apart by their seconds
    await send(plan["parts"][0], LARGE, PART_BYTES)
    await service.post(complete, ann, None, 200)
    assert there(s3, made) == {key_of(made): LARGE[:1000]}


async def test_parts_that_are_no_sound(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    content = b"%PDF-1.7\n" + bytes(991)
    made = await service.post("/v1/uploads", ann, {"size_bytes": len(content)})
    plan = await parts_of(service, ann, made)
    await send(plan["parts"][0], content, PART_BYTES)
    problem = await service.post(f"{made['send']['s3']}/complete", ann, None, 415)
    assert problem["code"] == "not_sound"
    assert there(s3, made) == {}
    assert await queued(service) == []


async def test_parts_need_a_size(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {})
    assert (await service.post(made["send"]["s3"], ann, {}, 422))["code"] == "size_missing"


async def test_what_failed_is_done_again_with_its_key(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND)})
    plan = await parts_of(service, ann, made)
    complete = f"{made['send']['s3']}/complete"
    key = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    early = await service.ask("POST", complete, ann, None, key)
    assert (await early.json())["code"] == "parts_missing"
    await send(plan["parts"][0], SOUND, PART_BYTES)
    done = await service.ask("POST", complete, ann, None, key)
    assert (done.status, (await done.json())["state"]) == (200, "complete")
    again = await service.ask("POST", complete, ann, None, key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert there(s3, made) == {key_of(made): SOUND}
    deeds = (await service.get("/v1/me/audit", ann))["items"]
    told = [deed["action"] for deed in deeds]
    assert told == ["completeUploadParts", "presignUploadParts", "createUpload"]


async def test_addresses_that_could_not_be_given_are_given_with_the_same_key(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND)})
    key = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
    with monkeypatch.context() as away:
        away.setattr(Multipart, "listed", _refused)
        first = await service.ask("POST", made["send"]["s3"], ann, {}, key)
        assert first.status == 503, await first.text()
    again = await service.ask("POST", made["send"]["s3"], ann, {}, key)
    assert (again.status, (await again.json())["part_count"]) == (200, 1)


async def _refused(*_: object) -> None:
    raise EndpointConnectionError(endpoint_url="http://nowhere")

"""Uploads whose parts go straight to a bucket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from origin.bucket.connection import connect
from origin.companion.uploads.places.bucket import PART_BYTES
from origin.companion.uploads.reaping import reap
from tests.functional.api.buckets import (
    PREFIX,
    is_packaged_from,
    parts_of,
    send,
    service_over,
    there,
)
from tests.functional.api.catalogue import artist
from tests.functional.api.sending import SOUND, key_of, queued, sha256_of
from tests.functional.api.service import Service
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Request
from tests.servers.seaweedfs import Bucket

LARGE = SOUND * 20


@pytest.fixture
async def service(
    s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    async with service_over(s3, tmp_path, monkeypatch) as service:
        yield service


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
    s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_away = True
    key = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}

    def plan(request: Request) -> Fault | None:
        return Fault.DENIED if is_away and "uploadId=" in request.target else None

    with fault_proxy(s3, plan) as proxy:
        async with service_over(proxy.bucket, tmp_path, monkeypatch) as service:
            ann = await service.user()
            made = await service.post("/v1/uploads", ann, {"size_bytes": len(SOUND)})
            first = await service.ask("POST", made["send"]["s3"], ann, {}, key)
            assert first.status == 503, await first.text()
            is_away = False
            again = await service.ask("POST", made["send"]["s3"], ann, {}, key)
            assert (again.status, (await again.json())["part_count"]) == (200, 1)


async def test_nothing_is_left_of_one_whose_track_was_deleted(service: Service, s3: Bucket) -> None:
    ann = await service.user()
    by = await artist(service, ann)
    track = await service.post("/v1/tracks", ann, {"artist_id": by["id"], "title": "A"})
    draft = {"size_bytes": len(LARGE), "track_id": track["id"]}
    made = await service.post("/v1/uploads", ann, draft)
    plan = await parts_of(service, ann, made, count=1)
    await send(plan["parts"][0], LARGE, PART_BYTES)
    assert len(await begun(s3, made)) == 1
    assert (await service.ask("DELETE", f"/v1/tracks/{track['id']}", ann)).status == 204
    await service.post(f"{made['send']['s3']}/complete", ann, None, 410)
    assert await reap(service.uploads) == 1
    assert await begun(s3, made) == []
    late = plan["parts"][0] | {"number": 1}
    with pytest.raises(AssertionError, match="NoSuchUpload"):
        await send(late, LARGE, PART_BYTES)
    assert there(s3, made) == {}


async def begun(s3: Bucket, upload: dict[str, Any]) -> list[str]:
    """Return the ids of what was begun in parts, and neither completed nor dropped."""
    async with connect() as client:
        found = await client.list_multipart_uploads(
            Bucket=s3.name, Prefix=f"{PREFIX}/{key_of(upload)}"
        )
        return [each["UploadId"] for each in found.get("Uploads", ())]

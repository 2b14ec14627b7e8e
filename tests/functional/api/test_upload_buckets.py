"""Uploads into a bucket: through the server, in parts past it, and from a worker's fetch."""

import io
import resource
import tracemalloc
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest

from origin.companion.uploads.digests import RunningDigests
from origin.companion.uploads.places.bucket import PART_BYTES
from origin.companion.uploads.places.place import Source
from origin.delivery.errors import StoreUnavailable
from tests.functional.api.buckets import is_packaged_from, service_over, there
from tests.functional.api.sending import SOUND, key_of, put, sha256_of
from tests.functional.api.service import Service
from tests.functional.api.test_tus import ask, make, offset_of, patch, upload_in
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


async def test_what_fitted_its_checksum_is_gone_on_with_where_the_bucket_failed(
    s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_away = True

    def plan(request: Request) -> Fault | None:
        return Fault.DENIED if is_away and "partNumber=2" in request.target else None

    with fault_proxy(s3, plan) as proxy:
        async with service_over(proxy.bucket, tmp_path, monkeypatch) as service:
            ann = await service.user()
            path = await make(service, ann, len(LARGE))
            some = LARGE[: 2 * PART_BYTES + 1]
            fits = f"sha256 {b64encode(sha256(some).digest()).decode()}"
            sent = await patch(service, ann, path, 0, some, Upload_Checksum=fits)
            assert sent.status == 503, await sent.text()
            is_away = False
            start = await offset_of(service, ann, path)
            assert (await patch(service, ann, path, start, LARGE[start:])).status == 204
            done = await service.get(upload_in(path), ann)
            assert there(s3, done) == {key_of(done): LARGE}


async def test_what_is_under_a_checksum_is_not_whole_in_memory(
    service: Service, s3: Bucket
) -> None:
    """Nothing of it is sent before all of it was checked, so that all of it waits: in a file."""
    ann, count = await service.user(), 64
    path = await make(service, ann, count * len(SOUND) + 1)
    whole = sha256()
    for _ in range(count):
        whole.update(SOUND)

    async def parts() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield SOUND

    tracemalloc.start()
    try:
        fits = f"sha256 {b64encode(whole.digest()).decode()}"
        sent = await patch(service, ann, path, 0, parts(), Upload_Checksum=fits)
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sent.status == 204, await sent.text()
    assert peak_bytes < 4 * PART_BYTES
    assert (await patch(service, ann, path, count * len(SOUND), b"!")).status == 204
    done = await service.get(upload_in(path), ann)
    assert there(s3, done) == {key_of(done): SOUND * count + b"!"}


async def test_a_disk_that_is_full_is_told_as_such(service: Service) -> None:
    place, key = service.uploads.place, "sources/song/upload/song.wav"
    source = Source(key, await place.begin(key))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        async with place.open(source) as growing:
            with pytest.raises(StoreUnavailable):
                await growing.append([bytes(5_000)])
            await growing.cut(0)  # as is done under a checksum
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.long
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

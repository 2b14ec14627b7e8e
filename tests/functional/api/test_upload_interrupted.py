"""Uploads that somebody else goes on with while what came of them is just being written."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import pytest
from aiohttp import ClientResponse

from origin.companion.uploads import holding
from origin.companion.uploads.receiving import HASHED_AT_ONCE
from origin.companion.uploads.surroundings import THREADS
from tests.functional.api.buckets import service_over
from tests.functional.api.sending import SOUND, sha256_of
from tests.functional.api.service import Service, User, over_sqlite_alone
from tests.functional.api.test_tus import OCTETS, VERSION, make, offset_of, patch, upload_in
from tests.servers.seaweedfs import Bucket

CONTENT = SOUND * 8
BEGUN_BYTES = 1000
A_WHILE_S = 0.3


async def interrupted(
    service: Service, by: User, path: str, start: int, *, hashes: bool = True, checksum: str = ""
) -> int:
    """Send what a disk is too busy to take; return where the next who asks is to go on.

    Unless it ``hashes``, others have all the turns for that.
    """
    is_free, is_begun = threading.Event(), asyncio.Event()
    turns = service.uploads.receiver._turns  # noqa: SLF001

    async def content() -> AsyncIterator[bytes]:
        yield CONTENT[start : start + BEGUN_BYTES]
        while not service.uploads.receiver._active:  # noqa: SLF001, ASYNC110
            await asyncio.sleep(0.01)
        for _ in range(0 if hashes else HASHED_AT_ONCE):
            await turns.acquire()
        for _ in range(THREADS):
            service.uploads.receiver.threads.submit(is_free.wait)
        is_begun.set()
        yield CONTENT[start + BEGUN_BYTES : start + 5_000_000]
        await asyncio.Event().wait()

    async def send() -> ClientResponse:
        headers = {**by.headers, **VERSION, **OCTETS, "Upload-Offset": str(start)}
        if checksum:
            headers["Upload-Checksum"] = checksum
        asked = service.client.patch(path, data=content(), headers=headers)
        return await asked

    try:
        sending = asyncio.create_task(send())
        async with asyncio.timeout(10):
            await is_begun.wait()
        await asyncio.sleep(A_WHILE_S)
        asking = asyncio.create_task(offset_of(service, by, path))
        await asyncio.sleep(A_WHILE_S)
    finally:
        is_free.set()
        for _ in range(0 if hashes else HASHED_AT_ONCE):
            turns.release()
    there = await asking
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    return there


async def goes_on(
    service: Service, by: User, monkeypatch: pytest.MonkeyPatch, *, hashes: bool
) -> None:
    monkeypatch.setattr(holding, "_PATIENCE_S", 30.0)
    said = f"sha256 {b64encode(sha256_of(CONTENT).encode()).decode()}"
    path = await make(service, by, len(CONTENT), Upload_Metadata=said)
    assert (await patch(service, by, path, 0, CONTENT[:BEGUN_BYTES])).status == 204
    start = await interrupted(service, by, path, BEGUN_BYTES, hashes=hashes)
    rest = await patch(service, by, path, start, CONTENT[start:])
    assert rest.status == 204, await rest.text()
    done = await service.get(upload_in(path), by)
    assert (done["state"], done["sha256"] in {None, sha256_of(CONTENT)}) == ("complete", True)


@over_sqlite_alone
@pytest.mark.parametrize("hashes", [True, False])
async def test_its_digest_is_of_what_is_in_the_folder(
    service: Service, monkeypatch: pytest.MonkeyPatch, *, hashes: bool
) -> None:
    await goes_on(service, await service.user(), monkeypatch, hashes=hashes)


@pytest.mark.parametrize("hashes", [True, False])
async def test_its_digest_is_of_what_is_in_the_bucket(
    s3: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, hashes: bool
) -> None:
    async with service_over(s3, tmp_path, monkeypatch) as service:
        await goes_on(service, await service.user(), monkeypatch, hashes=hashes)


@over_sqlite_alone
async def test_what_nobody_held_against_its_checksum_does_not_stay(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "_PATIENCE_S", 30.0)
    ann = await service.user()
    path = await make(service, ann, len(CONTENT))
    fits = f"sha256 {b64encode(sha256(CONTENT).digest()).decode()}"
    assert await interrupted(service, ann, path, 0, checksum=fits) == 0

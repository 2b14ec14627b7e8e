"""What a creator says of a file, where nobody here saw all of it come."""

import asyncio
import hashlib
from base64 import b64encode
from pathlib import Path

import pytest

from origin.companion.uploads import rows
from origin.entries import Entries
from origin.packaging_handler import PackagingHandler
from packager.errors import SourceMismatch
from packager.queue.worker import Run
from packager.sandbox.warm import WarmReaders
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service, User
from tests.functional.api.test_tus import make, patch, upload_in


async def announced(service: Service, by: User, content: bytes, sha256: str) -> str:
    """Send a file by tus that is said to have this digest, half of it to another process."""
    said = f"sha256 {b64encode(sha256.encode()).decode()}"
    path = await make(service, by, len(content), Upload_Metadata=said)
    half = len(content) // 2
    assert (await patch(service, by, path, 0, content[:half])).status == 204
    service.uploads.digests.forget(upload_in(path).rpartition("/")[2])
    assert (await patch(service, by, path, half, content[half:])).status == 204
    return upload_in(path)


async def test_another_file_than_was_announced_is_no_fault_of_the_store(
    service: Service, music: Path
) -> None:
    packaging, ann = Packaging(service), await service.user()
    content = await asyncio.to_thread(music.read_bytes)
    seen, said = hashlib.sha256(content).hexdigest(), "a" * 64
    upload = await service.get(await announced(service, ann, content, said), ann)
    assert upload["state"] == "complete"
    held = await packaging.claim()
    with WarmReaders() as readers:
        entries = Entries(service.database.primary, service.store)
        with pytest.raises(SourceMismatch) as raised:
            await PackagingHandler(entries, readers)(Run(held))
    await packaging.fail(held, raised.value)
    asset = await service.get(f"/v1/assets/{upload['asset_id']}", ann)
    assert asset["state"] == "errored", "one attempt is enough"
    error = asset["error"]
    assert (error["code"], error["can_retry"]) == ("source_mismatch", False)
    assert seen in error["detail"]
    assert said in error["detail"]
    assert error["remedy"] in error["detail"], (
        "whoever shows what was found shows no more than that"
    )
    async with service.database.change() as connection:
        row = await rows.find(connection, upload["id"])
    assert row is not None
    assert (row.said_sha256, row.sha256) == (said, None), "nobody saw what was said"


async def test_what_was_announced_is_seen_once_it_is_packaged(service: Service) -> None:
    packaging, ann = Packaging(service), await service.user()
    content = b"RIFF\x24\0\0\0WAVEfmt " + bytes(9_000)
    sha256 = hashlib.sha256(content).hexdigest()
    path = await announced(service, ann, content, sha256)
    held = await packaging.claim()
    assert held.payload["said_sha256"] == sha256
    assert held.payload["upload_sha256"] is None
    await packaging.succeed(held)
    await packaging.watch.tell_news()
    seen = packaging.made(held).index.source.sha256
    assert (await service.get(path, ann))["sha256"] == seen

"""Processes that are killed outright while they take an upload: nothing is lost, or doubled.

Whatever the seam, the client asks another process how much is there, sends the rest, and one job is
queued for a source that is whole.

The long campaign: ``SOUNDBRIDGE_TEST_KILLS=1 pytest -m long
tests/functional/api/test_upload_kills.py``, on both databases with and without a checksum. Its
quick part has one for PostgreSQL alone.
"""

import hashlib
import io
import os
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import ClientError, ClientSession

from tests.functional.api.sending import SOUND, is_stored, queued, told
from tests.functional.api.service import Service, User
from tests.servers.dying_upload import SEAMS

pytestmark = pytest.mark.long

REPOSITORY = Path(__file__).parents[3]
CONTENT = SOUND * 3
CASES = [
    (database, seam, under_checksum)
    for database in ("sqlite", "postgresql")
    for seam in SEAMS
    for under_checksum in (False, True)
    if under_checksum or seam != "trusted"
    if "SOUNDBRIDGE_TEST_KILLS" in os.environ or under_checksum == (database == "postgresql")
]
TUS = {"Tus-Resumable": "1.0.0"}


@contextmanager
def dying(service: Service, seam: str, database_url: str | None) -> Iterator[str]:
    """Run it on the service's state; it has to be killed by itself."""
    command = [sys.executable, "-m", "tests.servers.dying_upload", str(service.media.parent), seam]
    command += [database_url] if database_url else []
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
            assert process.wait(20) == -9
        finally:
            process.kill()


async def patch(base: str, by: User, path: str, start: int, *, checksum: bool) -> int | None:
    """Send the rest of the content, None where nobody answers."""
    rest = CONTENT[start:]
    headers = by.headers | TUS | {"Upload-Offset": str(start)}
    headers["Content-Type"] = "application/offset+octet-stream"
    if checksum:
        headers["Upload-Checksum"] = f"sha1 {b64encode(hashlib.sha1(rest).digest()).decode()}"  # noqa: S324 the protocol's
    try:
        async with ClientSession() as session:
            sent = await session.patch(base + path, data=io.BytesIO(rest), headers=headers)
            return sent.status
    except ClientError:
        return None


async def there(service: Service, by: User, path: str) -> int:
    """Ask until nobody seems to be at it any more."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        response = await service.ask("HEAD", path, by, headers=TUS)
        if response.status == 200:
            return int(response.headers["Upload-Offset"])
        assert response.status == 423
    raise TimeoutError


@pytest.mark.parametrize(("service", "seam", "under_checksum"), CASES, indirect=["service"])
async def test_a_killed_process_loses_and_doubles_nothing(
    service: Service, request: pytest.FixtureRequest, seam: str, *, under_checksum: bool
) -> None:
    is_sqlite = service.database.primary.dialect.name == "sqlite"
    url = None if is_sqlite else request.getfixturevalue("postgres_url")
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"size_bytes": len(CONTENT)})
    path = made["send"]["tus"]
    with dying(service, seam, url) as base:
        assert await patch(base, ann, path, 0, checksum=under_checksum) is None
    start = await there(service, ann, path)
    if under_checksum and seam in {"held", "trusted", "appended"}:
        assert start == 0
    if seam in {"named", "queued", "finished", "committed"} and not under_checksum:
        assert start == len(CONTENT)
    if start < len(CONTENT):
        own = str(service.client.make_url("")).rstrip("/")
        assert await patch(own, ann, path, start, checksum=under_checksum) == 204
    assert is_stored(service, made, CONTENT)
    assert [job["subject"] for job in await queued(service)] == [made["asset_id"]]
    assert await told(service, "upload.completed") == [made["id"]]
    assert (await service.get(f"/v1/uploads/{made['id']}", ann))["state"] == "complete"

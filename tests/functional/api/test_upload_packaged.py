"""From an upload to what plays: a worker, as it is started, takes the source from the store."""

import asyncio
import time
from pathlib import Path

import pytest

from tests.functional.api.sending import put
from tests.functional.api.service import Service
from tests.servers.soundbridge import running

DEADLINE_S = 60.0


@pytest.mark.parametrize("service", ["sqlite"], indirect=True)
async def test_an_upload_is_packaged(service: Service, music: Path) -> None:
    ann = await service.user()
    made = await service.post("/v1/uploads", ann, {"name": "music.wav"})
    entry = service.media / "entry" / f"{made['playback_id']}.json"
    state = service.media.parent
    with running("worker", "--store", service.media, "--state", state):
        with music.open("rb") as file:
            await put(service, ann, made, file)
        deadline = time.monotonic() + DEADLINE_S
        while not entry.exists() or b'"provisional":true' in entry.read_bytes():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.2)
    assert list(service.media.glob(f"media/{made['asset_id']}/*/index.json"))

"""Real music, packaged by the packager, served by the origin, played by ffmpeg."""

import asyncio
import hashlib
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import LocalStore

from origin.app import create_app
from packager.package import Packaged, package
from tests.sources.audio import FFMPEG, excerpt

SAMPLES = 600_007
STEREO_FRAME_BYTES = 4

Client = TestClient[Request, Application]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def packaged(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    source = excerpt(tmp_path_factory.mktemp("source") / "music.wav", samples=SAMPLES)
    return package(
        source,
        LocalStore(folder),
        asset_id="battle",
        playback_id="battle-music",
        created_at="2026-01-02T03:04:05Z",
    )


@pytest.fixture
async def client(folder: Path, packaged: Packaged) -> AsyncIterator[Client]:
    del packaged
    async with TestClient(TestServer(create_app(LocalStore(folder)))) as opened:
        yield opened


async def test_every_object_is_served_as_published(client: Client, packaged: Packaged) -> None:
    objects = packaged.index.objects()
    assert len(objects) > 10
    for name, stored in objects.items():
        response = await client.get(f"/{packaged.entry.where.key(name)}")
        content = await response.read()
        assert (response.status, len(content)) == (200, stored.size_bytes), name
        assert hashlib.sha256(content).hexdigest() == stored.sha256
    assert (await client.get(f"/{packaged.entry.where.key('index.json')}")).status == 404


async def test_ffmpeg_hears_every_sample_of_every_rung(client: Client, packaged: Packaged) -> None:
    entry = await client.get("/battle-music.m3u8")
    paths = [line for line in (await entry.text()).splitlines() if not line.startswith("#")]
    assert len(paths) == len(packaged.index.renditions)
    for path in paths:
        heard = await asyncio.to_thread(_heard, str(client.make_url(f"/{path}")))
        assert len(heard) == SAMPLES * STEREO_FRAME_BYTES


def _heard(url: str) -> bytes:
    """Return what ffmpeg decodes, in 16 bits; a warning fails the test."""
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-v", "warning", "-i", url, "-f", "s16le", "-"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout

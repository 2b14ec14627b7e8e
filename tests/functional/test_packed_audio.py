"""Packed audio holds the frames of the fMP4 segments, and is served, listed and heard as such."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import LocalStore

from manifests.boxes import read_media_segment
from manifests.media_playlist import MediaPlaylist
from manifests.packed_audio import read_packed_audio
from manifests.parse import parse_playlist
from origin.app import create_app
from origin.inspection.target import inspect_target
from packager.extras import Extras
from tests.sources.audio import excerpt, heard
from tests.sources.package import InFolder, package_into

PACKED = Extras(packed_audio=True)
SAMPLES = 600_007
SILENCE_TICKS = 1024 + -SAMPLES % 1024
RUNGS = ["128k", "256k", "320k"]

Client = TestClient[Request, Application]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def asset(root: Path, tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    source = excerpt(tmp_path_factory.mktemp("source") / "x.wav", samples=SAMPLES)
    return package_into(root, source, extras=PACKED)


@pytest.fixture
async def client(root: Path, asset: InFolder) -> AsyncIterator[Client]:
    del asset
    async with TestClient(TestServer(create_app(LocalStore(root)))) as opened:
        yield opened


def playlist_of(asset: InFolder, rung: str) -> MediaPlaylist:
    playlist = parse_playlist(asset.read(f"{rung}/packed.m3u8"))
    assert isinstance(playlist, MediaPlaylist)
    return playlist


@pytest.mark.parametrize("rung", RUNGS)
def test_segments_hold_the_same_frames_as_fmp4(rung: str, asset: InFolder) -> None:
    frames = 0
    for number in range(3):
        fragment = asset.read(f"{rung}/{number:05d}.m4s")
        (part,) = read_media_segment(fragment, None).fragments
        packed = asset.read(f"{rung}/{number:05d}.aac")
        facts = read_packed_audio(packed)
        assert facts.frame_count == part.sample_count
        assert facts.timestamp == round(frames * 1024 * 90_000 / 44_100)
        assert len(packed) == 73 + 7 * part.sample_count + (part.samples_bytes or 0)
        assert packed.endswith(fragment[-200:])
        frames += part.sample_count


@pytest.mark.parametrize("rung", RUNGS)
def test_it_decodes_to_the_same_sound_behind_what_nobody_leaves_out(
    rung: str, asset: InFolder
) -> None:
    packed = heard(asset.folder / rung / "packed.m3u8", 2)
    assert packed.shape[1] == SILENCE_TICKS + SAMPLES
    assert np.array_equal(packed[:, SILENCE_TICKS:], heard(asset.playlist(rung), 2))


def test_the_playlist_accounts_for_all_that_is_heard(asset: InFolder) -> None:
    playlist = playlist_of(asset, "128k")
    total_s = float(sum(segment.duration_s for segment in playlist.segments))
    assert total_s == pytest.approx((SILENCE_TICKS + SAMPLES) / 44_100, abs=1e-6)
    assert [segment.uri for segment in playlist.segments] == [f"{n:05d}.aac" for n in range(3)]
    assert b"EXT-X-MAP" not in asset.read("128k/packed.m3u8")


def test_the_validator_finds_nothing(asset: InFolder) -> None:
    report = asyncio.run(inspect_target(str(asset.folder)))
    assert [finding.message for finding in report.findings] == []
    assert len(report.checked) == 8


def test_every_object_is_in_the_index(asset: InFolder) -> None:
    objects = asset.objects()
    objects.pop("index.json")
    assert set(asset.index.objects()) == set(objects)
    for name, stored in asset.index.objects().items():
        assert stored.size_bytes == len(objects[name])


def test_the_fmp4_segments_are_those_of_a_run_without_it(asset: InFolder, tmp_path: Path) -> None:
    source = excerpt(tmp_path / "x.wav", samples=SAMPLES)
    plain = package_into(tmp_path / "store", source)
    packed = asset.objects()
    without = {name: data for name, data in plain.objects().items() if name != "index.json"}
    assert without.items() <= packed.items()


async def test_the_entry_leads_to_every_segment(client: Client) -> None:
    entry = await client.get("/playback.packed.m3u8")
    assert entry.status == 200
    assert entry.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    uris = [line for line in (await entry.text()).splitlines() if not line.startswith("#")]
    assert len(uris) == 3
    playlist = await client.get(f"/{uris[0]}")
    assert playlist.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    segment = await client.get(f"/{uris[0].replace('packed.m3u8', '00000.aac')}")
    assert (segment.status, segment.headers["Content-Type"]) == (200, "audio/aac")
    assert (await segment.read()).startswith(b"ID3")
    metadata = json.loads(await (await client.get("/playback.json")).text())
    assert metadata["packed_audio"] == "playback.packed.m3u8"


async def test_the_validator_finds_nothing_over_http(client: Client) -> None:
    report = await inspect_target(str(client.make_url("/playback.packed.m3u8")))
    assert [finding.message for finding in report.findings] == []
    assert len(report.checked) == 4


async def test_an_asset_without_it_says_so(tmp_path: Path) -> None:
    package_into(tmp_path / "store", excerpt(tmp_path / "x.wav", samples=44_100))
    async with TestClient(TestServer(create_app(LocalStore(tmp_path / "store")))) as client:
        answer = await client.get("/playback.packed.m3u8")
        assert answer.status == 404
        assert "without packed audio" in (await answer.json())["detail"]

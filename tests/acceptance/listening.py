"""What the tests that listen share: real music, packaged and served as anyone would do it."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from tests.servers.soundbridge import soundbridge
from tests.sources.audio import FFMPEG

MUSIC = Path("/usr/share/games/wesnoth/1.16/data/core/music")
TIMEOUT_S = 60
CHAPTERS = {
    "CHAPTER001": "00:00:00.000",
    "CHAPTER001NAME": "Eins",
    "CHAPTER002": "00:00:07.250",
    "CHAPTER002NAME": "Zwei",
}
"""Vorbis comments that divide a track in two."""


@dataclass(frozen=True)
class Track:
    """What ``soundbridge package --json`` said of one track."""

    playback_id: str
    duration_s: float
    samples: int

    @property
    def padding_samples(self) -> int:
        """Silence in front: the encoder's priming, and what fills the first frame."""
        return 1024 + -self.samples % 1024


def clip(name: str, target: Path, duration_s: float, tags: Mapping[str, str]) -> Path:
    """Cut real music into a FLAC file with tags and a cover."""
    cover = target.with_suffix(".jpg")
    Image.linear_gradient("L").resize((640, 640)).convert("RGB").save(cover)
    metadata = [word for tag, value in tags.items() for word in ("-metadata", f"{tag}={value}")]
    inputs = ["-t", str(duration_s), "-i", str(MUSIC / name), "-i", str(cover)]
    options = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic"]
    subprocess.run(
        [FFMPEG, "-v", "error", *inputs, *options, *metadata, str(target)],
        check=True,
        timeout=TIMEOUT_S,
    )
    return target


def package(source: Path, store: Path, *options: str) -> Track:
    """Run ``soundbridge package``."""
    done = soundbridge("package", "--json", *options, source, store)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Track(said["playback_id"], said["duration_s"], said["samples"])

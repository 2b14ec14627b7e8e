"""What is served: one asset, packaged by the program itself, and its playlists compressed."""

import gzip
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from packager.tune import tune_wav

_GZIP_LEVEL = 9


@dataclass(frozen=True)
class Asset:
    """A folder with one asset in it, and the paths of what it has, by rung."""

    folder: Path
    segments: dict[str, list[str]]
    playlists: list[str]


def packaged(folder: Path) -> Asset:
    """Package the tune into ``folder``; each playlist also has a compressed file beside it."""
    source = folder.with_suffix(".wav")
    source.write_bytes(tune_wav())
    command = [sys.executable, "-m", "origin.cli", "package", "--json", str(source), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    for playlist in folder.glob("media/**/*.m3u8"):
        compressed = playlist.with_name(f"{playlist.name}.gz")
        compressed.write_bytes(gzip.compress(playlist.read_bytes(), _GZIP_LEVEL))
    rungs = {path.parent.name: path.parent for path in folder.glob("media/*/*/*/00001.m4s")}
    return Asset(
        folder,
        {rung: _paths(folder, place, "[0-9]*.m4s") for rung, place in rungs.items()},
        [path for place in rungs.values() for path in _paths(folder, place, "*.m3u8")],
    )


def _paths(folder: Path, place: Path, pattern: str) -> list[str]:
    return sorted(f"/{path.relative_to(folder)}" for path in place.glob(pattern))

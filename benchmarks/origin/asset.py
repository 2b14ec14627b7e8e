"""What is served: one asset, packaged by the program itself, and its playlists compressed."""

import gzip
import json
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
    playback_id: str
    segments: dict[str, list[str]]
    playlists: list[str]


def packaged(folder: Path) -> Asset:
    """Package the tune into ``folder``; each playlist also has a compressed file beside it."""
    source = folder.with_suffix(".wav")
    source.write_bytes(tune_wav())
    said = _soundbridge("package", "--json", str(source), str(folder))
    for playlist in folder.glob("media/**/*.m3u8"):
        compressed = playlist.with_name(f"{playlist.name}.gz")
        compressed.write_bytes(gzip.compress(playlist.read_bytes(), _GZIP_LEVEL))
    rungs = {path.parent.name: path.parent for path in folder.glob("media/*/*/*/00001.m4s")}
    return Asset(
        folder,
        json.loads(said.splitlines()[-1])["playback_id"],
        {rung: _paths(folder, place, "[0-9]*.m4s") for rung, place in rungs.items()},
        [path for place in rungs.values() for path in _paths(folder, place, "*.m3u8")],
    )


def _paths(folder: Path, place: Path, pattern: str) -> list[str]:
    return sorted(f"/{path.relative_to(folder)}" for path in place.glob(pattern))


def token_for(asset: Asset, folder: Path) -> tuple[str, Path]:
    """Return a token that opens the asset for an hour, and the file of the key that proves it."""
    signing, public = folder / "signing.pem", folder / "public.json"
    public.write_text(_soundbridge("token", "new-key", str(signing)))
    sign = ("token", "sign", asset.playback_id, "--signing-key", str(signing), "--for", "1h")
    return _soundbridge(*sign).strip(), public


def _soundbridge(*arguments: str) -> str:
    """Run a command; return what it says."""
    command = [sys.executable, "-m", "origin.cli", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

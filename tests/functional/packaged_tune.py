"""The tune that ``play`` makes, packaged by the program: something real to ask an origin for."""

import json
from dataclasses import dataclass
from pathlib import Path

from packager.tune import tune_wav
from tests.servers.soundbridge import soundbridge


@dataclass(frozen=True)
class PackagedTune:
    """Its store, its ids, and the path of a segment. It is played as ``/song.m3u8``."""

    store: Path
    asset_id: str
    segment: str


def packaged_tune(folder: Path, *options: str) -> PackagedTune:
    """Package it into a store in a folder."""
    tune, store = folder / "tune.wav", folder / "media"
    tune.write_bytes(tune_wav())
    done = soundbridge("package", tune, store, "--json", "--playback-id", "song", *options)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    segment = f"/media/{told['asset_id']}/{told['revision']}/128k/00001.m4s"
    return PackagedTune(store, told["asset_id"], segment)

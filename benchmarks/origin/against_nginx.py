"""What is in memory, from one worker on one core, against one worker of nginx on the same core.

nginx sends the same files with sendfile, playlists as compressed beforehand. The load comes from
the other core. Both write an access log.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.asset import Asset, packaged, token_for
from benchmarks.origin.comparison import compared
from benchmarks.origin.load import Asked, Served, load
from benchmarks.origin.servers import nginx, nginx_version, soundbridge

_SERVER: Final = (0,)
_CLIENT: Final = (1,)
_GOALS: Final = {
    "segments_128k": 1.2,
    "segments_320k": 0.9,
    "playlists_gzip": 0.8,
    "segments_128k_range": 0.8,
    "playlists_range": 0.8,
    "segments_128k_cmcd": 0.8,
    "segments_128k_cmcd_token": 0.8,
    "segments_128k_by_a_cdn": 0.8,
}
_GOALS_PER_S: Final = {"other_ranges": 8_000, "not_modified": 8_000}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask both for the same, in turns."""
    asset = packaged(folder / "store")
    token, key = token_for(asset, folder)
    requests = _requests(asset, token)
    served: dict[str, dict[str, list[Served]]] = {name: {} for name in requests}
    with (
        soundbridge(
            asset.folder, folder / "log", "--playback-keys", str(key), cores=_SERVER
        ) as ours,
        nginx(asset.folder, folder / "nginx", cores=_SERVER) as theirs,
    ):
        for _ in range(asked.rounds):
            for name, what in requests.items():
                for server, running in (("soundbridge", ours), ("nginx", theirs)):
                    found = load(running, what, seconds=asked.seconds, cores=_CLIENT)
                    served[name].setdefault(server, []).append(found)
        memory_mb = {"soundbridge": ours.memory_mb(), "nginx": theirs.memory_mb()}
    return {
        "figures": {
            name: compared(each["soundbridge"], each["nginx"], "nginx")
            for name, each in served.items()
        },
        "memory_mb": memory_mb,
        "goals": {"ratio": _GOALS, "requests_per_s": _GOALS_PER_S},
        "nginx": nginx_version(),
    }


def _requests(asset: Asset, token: str) -> dict[str, Asked]:
    small, large, playlists = asset.segments["128k"], asset.segments["320k"], asset.playlists
    gzip, all_of_it = ("Accept-Encoding", "gzip"), ("Range", "bytes=0-")
    return {
        "segments_128k": Asked(small),
        "segments_320k": Asked(large),
        "playlists_gzip": Asked(playlists, [gzip]),
        "segments_128k_range": Asked(small, [all_of_it]),
        "playlists_range": Asked(playlists, [all_of_it]),
        "segments_128k_cmcd": Asked(small, is_numbered=True),
        "segments_128k_cmcd_token": Asked([f"/t/{token}{p}" for p in small], is_numbered=True),
        "segments_128k_by_a_cdn": Asked(small, numbered_header="CF-Ray"),
        "other_ranges": Asked(small, [("Range", "bytes=1000-1999")]),
        "not_modified": Asked(small, [("If-None-Match", "*")]),
    }

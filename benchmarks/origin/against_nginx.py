"""What is in memory, from one worker on one core, against one worker of nginx on the same core.

nginx sends the same files with sendfile, playlists as compressed beforehand. The load comes from
the other core. Both write an access log.
"""

import statistics
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.asset import Asset, packaged
from benchmarks.origin.load import Asked, Served, load
from benchmarks.origin.servers import nginx, nginx_version, soundbridge
from benchmarks.packaging.process_tree import memory_bytes, tree

_SERVER: Final = (0,)
_CLIENT: Final = (1,)
_GOALS: Final = {
    "segments_128k": 1.2,
    "segments_320k": 0.9,
    "playlists_gzip": 0.8,
    "segments_128k_range": 0.8,
    "playlists_range": 0.8,
    "segments_128k_cmcd": 0.8,
}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask both for the same, in turns."""
    asset = packaged(folder / "store")
    requests = _requests(asset)
    served: dict[str, dict[str, list[Served]]] = {name: {} for name in requests}
    with (
        soundbridge(asset.folder, folder / "log", cores=_SERVER) as ours,
        nginx(asset.folder, folder / "nginx", cores=_SERVER) as theirs,
    ):
        for _ in range(asked.rounds):
            for name, what in requests.items():
                for server, url in (("soundbridge", ours.url), ("nginx", theirs.url)):
                    found = load(url, what, folder, seconds=asked.seconds, cores=_CLIENT)
                    served[name].setdefault(server, []).append(found)
        memory_mb = {"soundbridge": _memory_mb(ours.pid), "nginx": _memory_mb(theirs.pid)}
    return {
        "figures": {name: _compared(each) for name, each in served.items()},
        "memory_mb": memory_mb,
        "goals": _GOALS,
        "nginx": nginx_version(),
    }


def _requests(asset: Asset) -> dict[str, Asked]:
    small, large, playlists = asset.segments["128k"], asset.segments["320k"], asset.playlists
    gzip, all_of_it = ("Accept-Encoding", "gzip"), ("Range", "bytes=0-")
    return {
        "segments_128k": Asked(small),
        "segments_320k": Asked(large),
        "playlists_gzip": Asked(playlists, [gzip]),
        "segments_128k_range": Asked(small, [all_of_it]),
        "playlists_range": Asked(playlists, [all_of_it]),
        "segments_128k_cmcd": Asked(small, is_numbered=True),
    }


def _compared(served: dict[str, list[Served]]) -> dict[str, Any]:
    ours, theirs = served["soundbridge"], served["nginx"]
    ratios = [
        one.requests_per_s / other.requests_per_s for one, other in zip(ours, theirs, strict=True)
    ]
    return {
        "ratio": round(statistics.median(ratios), 3),
        **{server: _median(runs) for server, runs in served.items()},
    }


def _median(runs: list[Served]) -> dict[str, float]:
    return {
        name: statistics.median(asdict(one)[name] for one in runs)
        for name in ("requests_per_s", "mb_per_s", "p50_ms", "p99_ms")
    }


def _memory_mb(pid: int) -> float:
    return round(sum(map(memory_bytes, tree(pid))) / 1e6, 1)

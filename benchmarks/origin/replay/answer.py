"""How many bytes a cache saves the store, against Belady's optimum for the same requests and size.

The cache is the one that serves, under a simulated clock. A third of the requests warm it up. Once
it has as many bytes of objects as the others, and once as it serves, where what it takes to hold
them is in its bytes. 1.1 GB are also those of both tiers as they are by default, which is what an
operator has of that size. Listeners hear five segments at once, then one each time that one has
passed, in order, in one rung: as the policy expects of them. The others expect nothing.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from functools import partial
from itertools import compress
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.replay.optimum import optimal_hits
from benchmarks.origin.replay.policies import LeastRecentlyUsed, Ours, Policy, S3Fifo, WTinyLfu
from benchmarks.origin.replay.tiers import Tiers
from benchmarks.origin.replay.trace import Clock, Trace, listening

_Made = Callable[[int, Clock], Policy]
_POLICIES: Final[dict[str, _Made]] = {
    "soundbridge": Ours,
    "soundbridge_as_it_serves": partial(Ours, is_all=True),
    "lru": lambda bytes_max, _: LeastRecentlyUsed(bytes_max),
    "s3_fifo": lambda bytes_max, _: S3Fifo(bytes_max),
    "w_tinylfu": lambda bytes_max, _: WTinyLfu(bytes_max),
}
_SIZES_GB: Final = (0.1, 1.1, 10, 100)
_BOTH_TIERS_BYTES: Final = 1_100_000_000
_L2_BYTES: Final = 1_000_000_000
_HOT_TRACKS: Final = 50
"""All of their renditions fit the second tier."""


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:  # noqa: ARG001 nothing is written
    """Replay the same requests with each cache at each size."""
    plays_per_s, jitter_s = asked.plays_per_minute / 60, asked.jitter_ms / 1000
    made_up = partial(listening, asked.plays, plays_per_s=plays_per_s, jitter_s=jitter_s)
    trace = made_up(asked.tracks, asked.seed)
    hot = made_up(min(asked.tracks, _HOT_TRACKS), asked.seed)
    return {
        "requests": len(trace.segments),
        "tracks": asked.tracks,
        "distinct_gb": round(trace.distinct_bytes() / 1e9, 1),
        "hours": round(trace.at_s[-1] / 3600, 2),
        "byte_hit_ratio": {f"{size} GB": _compared(trace, int(size * 1e9)) for size in _SIZES_GB},
        "hot_set": {
            "gb": round(hot.distinct_bytes() / 1e9, 2),
            "byte_hit_ratio": _ratio(hot, _replayed(hot, _L2_BYTES)),
            "both_tiers": _ratio(hot, _replayed(hot, _BOTH_TIERS_BYTES, Tiers)),
        },
        "goals": {"of_optimum": 0.9, "hot_set": 0.95},
    }


def _compared(trace: Trace, bytes_max: int) -> dict[str, Any]:
    best = _ratio(trace, optimal_hits(trace, bytes_max))
    found: dict[str, Any] = {"optimum": best}
    tiers: dict[str, _Made] = {"both_tiers": Tiers} if bytes_max == _BOTH_TIERS_BYTES else {}
    for name, made in (_POLICIES | tiers).items():
        begun_s = time.perf_counter()
        ratio = _ratio(trace, _replayed(trace, bytes_max, made))
        us = (time.perf_counter() - begun_s) / len(trace.segments) * 1e6
        found[name] = {
            "ratio": ratio,
            "of_optimum": round(ratio / best, 3),
            "us_per_request": round(us, 2),
        }
    return found


def _replayed(trace: Trace, bytes_max: int, made: _Made = Ours) -> list[bool]:
    """Tell for each request whether a cache had it."""
    clock = Clock()
    cache = made(bytes_max, clock)
    keys = map("media/{}/{:05d}.m4s".format, trace.renditions, trace.segments)
    hits = []
    for key, size_bytes, at_s in zip(keys, trace.sizes_bytes, trace.at_s, strict=True):
        clock.now_s = at_s
        hits.append(cache.has(key, size_bytes))
    return hits


def _ratio(trace: Trace, hits: Sequence[bool]) -> float:
    """Return the share of bytes that were there, once the cache was warm."""
    warm = len(hits) // 3
    sizes = trace.sizes_bytes[warm:]
    return round(sum(compress(sizes, hits[warm:])) / sum(sizes), 4)

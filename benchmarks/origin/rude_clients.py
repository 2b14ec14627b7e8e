"""A hundred rude clients among a thousand polite ones: what they cost these.

One worker on one core, with its limits for each client; all clients are on the other core. The
polite ones ask a thousand times a second, in turns with and without the others, who are a third
each of slow heads, slow readers and resets.
"""

import json
import statistics
import subprocess
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.asset import packaged
from benchmarks.origin.many_connections import LIMITED
from benchmarks.origin.players import Figures, Players, players
from benchmarks.origin.servers import Server, soundbridge
from benchmarks.packaging.runs import pinned

_SERVER: Final = (0,)
_CLIENT: Final = (1,)
_POLITE: Final = 1000
_RUDE: Final = 100
_REQUESTS_PER_S: Final = 1000
_ENDS_WITHIN_S: Final = 30.0
_NICE: Final = ("nice", "-n", "15")
"""They share a core with the polite ones, and are not to keep them from looking at the clock."""
_GOALS: Final = {"p99_ratio": 2.0, "errors": 0}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask with and without them, in turns."""
    asset = packaged(folder / "store")
    alone: list[Figures] = []
    among: list[Figures] = []
    done: Counter[str] = Counter()
    with soundbridge(asset.folder, folder / "log", *LIMITED, cores=_SERVER) as server:
        url = f"{server.url}{asset.segments['128k'][1]}"
        large = f"{server.url}{asset.segments['320k'][1]}"
        with players(url, connections=_POLITE, rate=_REQUESTS_PER_S, cores=_CLIENT) as polite:
            for _ in range(asked.rounds):
                alone.append(_asked(polite, server, asked.seconds))
                with _rude(large, done):
                    among.append(_asked(polite, server, asked.seconds))
    ratios = [one["p99_ms"] / other["p99_ms"] for one, other in zip(among, alone, strict=True)]
    return {
        "polite": _POLITE,
        "rude": _RUDE,
        "requests_per_s": _REQUESTS_PER_S,
        "p99_ratio": round(statistics.median(ratios), 3),
        "alone": _medians(alone),
        "among_rude": _medians(among),
        "errors": sum(found["errors"] for found in [*alone, *among]),
        "rude_connections": dict(done),
        "goals": _GOALS,
    }


def _asked(polite: Players, server: Server, seconds: float) -> Figures:
    before_s, started_s = server.cpu_s(), time.monotonic()
    found = polite.ask(seconds)
    share = (server.cpu_s() - before_s) / (time.monotonic() - started_s)
    return {**found, "server_core_share": share}


@contextmanager
def _rude(url: str, done: Counter[str]) -> Iterator[None]:
    """Let them in for the caller's block, and add up what they did."""
    program = [sys.executable, "-m", "benchmarks.origin.rude", url, "--clients", str(_RUDE)]
    with subprocess.Popen(
        [*pinned(_CLIENT), *_NICE, *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdout is None or not process.stdout.readline():
            raise SystemExit("the rude clients ended before their time")
        yield
        said, _ = process.communicate(timeout=_ENDS_WITHIN_S)
    done.update(json.loads(said))


def _medians(runs: list[Figures]) -> dict[str, float]:
    return {
        name: round(statistics.median(run[name] for run in runs), 3)
        for name in ("p50_ms", "p99_ms", "p999_ms", "max_ms", "server_core_share")
    }

"""How soon the first segment of every rung is stored, of a long source.

``cold`` counts from the start of the process. ``warm`` counts from the start of the job, in a
process that has packaged something before. The moment is when the file system made the segment's
name, so that nobody has to look all the time.
"""

import statistics
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterable
from pathlib import Path
from shutil import rmtree
from typing import Any

from benchmarks.packaging.commands import packaging, stereo_wav

GOALS = {"cold_s": 1.0, "warm_s": 0.5}
_RUNGS = ("128k", "256k", "320k")
_LOOK_EVERY_S = 0.05
_TIMEOUT_S = 60.0


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Measure both, and end each job when it has stored the segments."""
    long = stereo_wav(asked.source, folder / "long.wav", asked.seconds)
    short = stereo_wav(asked.source, folder / "short.wav", 1)
    cold, warm = [], []
    for number in range(asked.rounds):
        cold.append(_cold(long, folder / f"cold-{number}"))
        warm.append(_warm(short, long, folder / f"warm-{number}"))
    return {
        "cold_s": round(statistics.median(cold), 3),
        "warm_s": round(statistics.median(warm), 3),
        "goals": GOALS,
    }


def _cold(source: Path, target: Path) -> float:
    target.mkdir()
    started_ns = time.time_ns()
    with subprocess.Popen(packaging(source, target), stdout=subprocess.DEVNULL) as process:
        return _until_stored(process, target, started_ns)


def _warm(before: Path, source: Path, target: Path) -> float:
    target.mkdir()
    program = [sys.executable, "-m", "benchmarks.packaging.second_job"]
    job = [*program, *map(str, (before, source, target))]
    with subprocess.Popen(job, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        started_ns = int(process.stdout.readline())
        return _until_stored(process, target, started_ns)


def _until_stored(process: subprocess.Popen[Any], target: Path, started_ns: int) -> float:
    """Return how long it took to store the segments; the process ends with them."""
    try:
        give_up_s = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < give_up_s and process.poll() is None:
            stored = [*target.glob("media/asset/*/*/00000.m4s")]
            if {path.parent.name for path in stored} >= set(_RUNGS):
                return (_last_ns(stored) - started_ns) / 1e9
            time.sleep(_LOOK_EVERY_S)
        raise SystemExit(f"no first segments within {_TIMEOUT_S:g} s")
    finally:
        process.terminate()
        process.wait()
        rmtree(target)


def _last_ns(paths: Iterable[Path]) -> int:
    """Return when the last of them got its name."""
    return max(path.stat().st_ctime_ns for path in paths)

"""How soon a long source plays: the first segment of every rung stored, playlists and entry up.

``cold`` counts from the start of the process, and ``from_bucket`` as well, of a source that has to
be fetched from SeaweedFS on this machine. ``warm`` counts from the start of the job, in a process
that has packaged something before. The moment is when the file system made an object's name, so
that nobody has to look all the time.
"""

import os
import statistics
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import obstore

from benchmarks.packaging.commands import packaging, stereo_wav
from tests.servers.seaweedfs import seaweedfs

GOALS = {"cold_s": 1.0, "warm_s": 0.5, "from_bucket_s": 1.0}
_LOOK_EVERY_S = 0.05
_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Start:
    """When the last of the first segments was stored, and when the entry was that plays them."""

    segments_s: float
    entry_s: float


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Measure both, and end each job when its source plays."""
    long = stereo_wav(asked.source, folder / "long.wav", asked.seconds)
    short = stereo_wav(asked.source, folder / "short.wav", 1)
    starts: dict[str, list[Start]] = {"cold": [], "warm": [], "from_bucket": []}
    with _bucket(long, folder / "bucket") as (url, environment):
        for number in range(asked.rounds):
            target = folder / str(number)
            starts["cold"].append(_cold(str(long), target, {}))
            starts["warm"].append(_warm(short, long, target))
            starts["from_bucket"].append(_cold(url, target, environment))
    return {**{name: _medians(each) for name, each in starts.items()}, "goals": GOALS}


@contextmanager
def _bucket(source: Path, folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give the URL of a copy of ``source``, and the variables with which it is reached."""
    folder.mkdir()
    with seaweedfs(folder, "sources") as bucket:
        obstore.put(bucket.store(), source.name, source)
        yield f"s3://{bucket.name}/{source.name}", bucket.environment


def _medians(starts: list[Start]) -> dict[str, float]:
    return {
        name: round(statistics.median(getattr(start, name) for start in starts), 3)
        for name in ("segments_s", "entry_s")
    }


def _cold(source: str, target: Path, environment: Mapping[str, str]) -> Start:
    target.mkdir()
    started_ns = time.time_ns()
    quiet = subprocess.DEVNULL
    command = packaging(source, target)
    variables = {**os.environ, **environment}
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=variables) as process:
        return _until_it_plays(process, target, started_ns)


def _warm(before: Path, source: Path, target: Path) -> Start:
    target.mkdir()
    program = [sys.executable, "-m", "benchmarks.packaging.second_job"]
    job = [*program, *map(str, (before, source, target))]
    with subprocess.Popen(job, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 - it was asked for
        started_ns = int(process.stdout.readline())
        return _until_it_plays(process, target, started_ns)


def _until_it_plays(process: subprocess.Popen[Any], target: Path, started_ns: int) -> Start:
    """Wait for the entry, and end the process."""
    give_up_s = time.monotonic() + _TIMEOUT_S
    try:
        while not (entries := [*target.glob("entry/*.json")]):
            if process.poll() is not None or time.monotonic() > give_up_s:
                raise SystemExit("packaging ended, or took too long, before anything played")
            time.sleep(_LOOK_EVERY_S)
        segments = [*target.glob("media/asset/*/*/00000.m4s")]
        return Start(_last_s(segments, started_ns), _last_s(entries, started_ns))
    finally:
        process.terminate()
        process.wait()
        rmtree(target)


def _last_s(paths: list[Path], started_ns: int) -> float:
    """Return when the last of them got its name."""
    return (max(path.stat().st_ctime_ns for path in paths) - started_ns) / 1e9

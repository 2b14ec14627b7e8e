"""Many files at once, against the same files one after the other.

A worker finds all of them in its queue, and takes so many at a time, or one at a time; the clock
runs from its start until the last is published. Beside that stands what they take as single
commands.
"""

import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.packaging.commands import packaging, piece, stereo_wav
from benchmarks.packaging.runs import Run, in_turns, medians, ratios, run, run_until
from origin.packaging_job import PackagingJob, Terms, enqueue_packaging

GOALS = {"throughput": 0.95}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Measure all three."""
    whole = stereo_wav(asked.source, folder / "whole.wav", asked.seconds * asked.files)
    sources = [
        piece(whole, folder / f"{number}.wav", number * asked.seconds, asked.seconds)
        for number in range(asked.files)
    ]
    runs = in_turns(
        {
            "at_once": partial(_by_worker, sources, asked.jobs),
            "one_by_one": partial(_by_worker, sources, 1),
            "single_commands": partial(_by_commands, sources),
        },
        asked.rounds,
        folder,
    )
    wall_ratio = ratios(runs["one_by_one"], runs["at_once"])["wall_ratio"]
    return {
        **{name: medians(of_one) for name, of_one in runs.items()},
        "files": asked.files,
        "jobs_at_a_time": asked.jobs,
        "throughput": wall_ratio,
        "goals": GOALS,
    }


def _by_commands(sources: Sequence[Path], target: Path) -> Run:
    runs = [run(packaging(source, target / source.stem)) for source in sources]
    return Run(
        sum(one.wall_s for one in runs),
        sum(one.cpu_s for one in runs),
        max(one.peak_mb for one in runs),
    )


def _by_worker(sources: Sequence[Path], jobs: int, target: Path) -> Run:
    state, store = target / "state", target / "store"
    for source in sources:
        job = PackagingJob(str(source), source.stem, source.stem, "2026-01-01T00:00:00Z")
        terms = Terms("local", 0, None)
        enqueue_packaging(state, None, job, terms, job_id=source.stem, now_s=time.time())
    where = ("--store", str(store), "--state", str(state), "--jobs", str(jobs))
    command = [sys.executable, "-m", "origin.cli", "worker", *where]
    return run_until(command, lambda: len([*store.glob("media/*/*/index.json")]) == len(sources))

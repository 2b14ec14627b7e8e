"""Run processes, in turns, and keep what each took."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Final

from benchmarks.packaging.process_tree import watched

_LOOK_EVERY_S: Final = 0.02

Figures = dict[str, float]


@dataclass(frozen=True)
class Run:
    """One process and all that it started: time on the clock, on the processors, and memory."""

    wall_s: float
    cpu_s: float
    peak_mb: float


Contestant = Callable[[Path], Run]
"""Does its work into a folder that is not there yet."""


def run(command: Sequence[str], cores: Iterable[int] = ()) -> Run:
    """Run a command to its end, on ``cores`` alone where some are named."""
    started_s = time.perf_counter()
    process = subprocess.Popen([*pinned(cores), *command], stdout=subprocess.DEVNULL)
    with watched(process.pid) as watch:
        cpu_s = _ended(process)
        wall_s = time.perf_counter() - started_s
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed with status {process.returncode}")
    return Run(wall_s, cpu_s, watch.peak_bytes / 1e6)


def run_until(command: Sequence[str], is_done: Callable[[], bool]) -> Run:
    """Run a command that goes on for ever until ``is_done``, and then ask it to stop."""
    started_s = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with watched(process.pid) as watch:
        while not is_done():
            if process.poll() is not None:
                raise SystemExit(f"{' '.join(command)} ended by itself")
            time.sleep(_LOOK_EVERY_S)
        wall_s = time.perf_counter() - started_s
        process.terminate()
        cpu_s = _ended(process)
    return Run(wall_s, cpu_s, watch.peak_bytes / 1e6)


def _ended(process: subprocess.Popen[bytes]) -> float:
    """Wait for a process and return what it and all children that it waited for computed."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def pinned(cores: Iterable[int]) -> list[str]:
    """Return what stands before a command that is to run on ``cores`` alone."""
    names = ",".join(map(str, cores))
    return ["taskset", "--cpu-list", names] if names else []


def in_turns(
    contestants: Mapping[str, Contestant], rounds: int, folder: Path
) -> dict[str, list[Run]]:
    """Let each do its work once a round, beginning with another one each time."""
    names = list(contestants)
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            target = folder / f"{name}-{number}"
            runs[name].append(contestants[name](target))
            rmtree(target)
    return runs


def medians(runs: Iterable[Run]) -> Figures:
    """Return the median of each figure."""
    kept = list(runs)
    return {
        name: round(statistics.median(getattr(one, name) for one in kept), 3)
        for name in ("wall_s", "cpu_s", "peak_mb")
    }


def ratios(runs: Sequence[Run], others: Sequence[Run]) -> Figures:
    """Return the median over the rounds of what ``runs`` took relative to ``others``."""
    return {
        f"{name}_ratio": round(
            statistics.median(
                getattr(one, f"{name}_s") / getattr(other, f"{name}_s")
                for one, other in zip(runs, others, strict=True)
            ),
            3,
        )
        for name in ("wall", "cpu")
    }

"""Two workers against one: what each second of their processors brings, and both at once.

The load needs processors as well. With two cores in all, one worker and the load fill both, so that
two workers cannot answer twice as much. What a second worker is worth shows in how much one second
of a processor brings: it must be little less with two than with one. And in what the second one
does: connections have to be shared out so that neither waits for work while the other has too much.
"""

import os
import statistics
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.asset import packaged
from benchmarks.origin.comparison import medians
from benchmarks.origin.load import Asked, Served, load
from benchmarks.origin.servers import soundbridge

_GOALS: Final = {"of_twice": 0.85, "lesser_of_busier": 0.7}
"""1.7 of one worker, on two cores that are theirs alone: so much brings a second of a processor,
and so much of what the busier does at least, the other does."""


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask one worker, then two, in turns, on the cores that there are."""
    asset = packaged(folder / "store")
    cores = sorted(os.sched_getaffinity(0))
    what = Asked(asset.segments["128k"])
    served: dict[int, list[Served]] = {1: [], 2: []}
    shared_out: list[float] = []
    for number in range(asked.rounds):
        for workers in (1, 2):
            options, log = ("--workers", str(workers)), folder / f"log-{workers}-{number}"
            with soundbridge(asset.folder, log, *options, cores=cores) as server:
                load(server, what, seconds=1, cores=cores)  # into the memory of each
                before = server.cpu_s_each()
                served[workers].append(load(server, what, seconds=asked.seconds, cores=cores))
                if workers > 1:
                    shared_out.append(_lesser_of_busier(before, server.cpu_s_each()))
    one, two = medians(served[1]), medians(served[2])
    return {
        "one_worker": one,
        "two_workers": two,
        "lesser_of_busier": statistics.median(shared_out),
        "of_twice": round(two["requests_per_cpu_s"] / one["requests_per_cpu_s"], 3),
        "cores_of_two_workers": round(two["requests_per_s"] / two["requests_per_cpu_s"], 3),
        "speed_up_beside_the_load": round(two["requests_per_s"] / one["requests_per_s"], 3),
        "goals": _GOALS,
    }


def _lesser_of_busier(before: Mapping[int, float], after: Mapping[int, float]) -> float:
    """Return what the second of the two busiest processes did in terms of the first."""
    spent_s = sorted((cpu_s - before.get(pid, 0.0) for pid, cpu_s in after.items()), reverse=True)
    return round(spent_s[1] / spent_s[0], 3)

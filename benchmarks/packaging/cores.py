"""One core against two, as measured, and on to sixteen, as the measured costs of chunks say."""

import os
import statistics
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.packaging.chunk_costs import chunk_costs
from benchmarks.packaging.commands import packaging, stereo_wav
from benchmarks.packaging.runs import in_turns, medians, run
from benchmarks.packaging.schedule import ChunkCost, finished_s

GOALS = {"speed_up": 1.8}
_HOUR_S = 3600
_SIMULATED = (1, 2, 4, 8, 16)


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Measure one core and two, and simulate more."""
    source = stereo_wav(asked.source, folder / "source.wav", asked.seconds)
    one, two = (sorted(os.sched_getaffinity(0))[:count] for count in (1, 2))
    runs = in_turns(
        {
            "one_core": lambda target: run(packaging(source, target), one),
            "two_cores": lambda target: run(packaging(source, target), two),
        },
        asked.rounds,
        folder,
    )
    costs = chunk_costs(source)
    pairs = zip(runs["one_core"], runs["two_cores"], strict=True)
    return {
        **{name: medians(of_one) for name, of_one in runs.items()},
        "speed_up": round(statistics.median(one.wall_s / two.wall_s for one, two in pairs), 3),
        "goals": GOALS,
        "simulation": _simulation(costs),
        "simulation_of_an_hour": _simulation(_an_hour(costs, asked.seconds)),
    }


def _simulation(costs: Sequence[ChunkCost]) -> dict[str, Any]:
    alone_s = finished_s(costs, cores=1)
    sound_s = sum(cost.sound_s for cost in costs)
    return {
        "chunks": len(costs),
        "sound_s": round(sound_s, 3),
        "encoding_s": round(sum(sum(cost.encoding_s) for cost in costs), 3),
        "speed_up": {cores: round(alone_s / finished_s(costs, cores), 2) for cores in _SIMULATED},
        "speed_up_where_the_one_pass_is_the_limit": round(alone_s / sound_s, 2),
    }


def _an_hour(costs: list[ChunkCost], seconds: int) -> list[ChunkCost]:
    """Return the costs of a source that goes on like this one for an hour."""
    return [costs[0], *costs[1:] * max(round(_HOUR_S / seconds), 1)]

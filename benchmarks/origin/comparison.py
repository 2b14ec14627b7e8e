"""What two servers did in turns: medians of each, and of one in terms of the other."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Final

from benchmarks.origin.load import Served

_RATIOS: Final = {"ratio": "requests_per_s", "ratio_per_cpu_s": "requests_per_cpu_s"}


def in_turns(
    rounds: int,
    ours: Callable[[], tuple[Served, float]],
    theirs: Callable[[], Served],
    *,
    share: str,
    peer: str,
) -> dict[str, Any]:
    """Ask both, in turns; under ``share`` stands the least share that ours told beside it."""
    told, bare = [], []
    for _ in range(rounds):
        told.append(ours())
        bare.append(theirs())
    served, shares = zip(*told, strict=True)
    return {share: min(shares), **compared(served, bare, peer)}


def compared(ours: Sequence[Served], theirs: Sequence[Served], peer: str) -> dict[str, Any]:
    """Return what we did in terms of the ``peer``, the median over pairs, and both."""
    pairs = [(asdict(one), asdict(other)) for one, other in zip(ours, theirs, strict=True)]
    return {
        **{
            ratio: round(statistics.median(one[figure] / other[figure] for one, other in pairs), 3)
            for ratio, figure in _RATIOS.items()
        },
        "soundbridge": medians(ours),
        peer: medians(theirs),
    }


def medians(runs: Sequence[Served]) -> dict[str, float]:
    """Return the median of each figure."""
    return {name: statistics.median(asdict(one)[name] for one in runs) for name in asdict(runs[0])}

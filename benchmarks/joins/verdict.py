"""What has to hold for all joins of a rung together."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from benchmarks.joins.differences import JoinDifference

MEDIAN_ERROR_DB: Final = 1.0
WORST_ERROR_DB: Final = {"128k": 6.0, "256k": 3.0, "320k": 3.0}
WORST_STEP_RATIO: Final = 1.5
MEDIAN_PENALTY: Final = 0.02
"""Of the median distance."""


@dataclass(frozen=True)
class Judged:
    """A join of a named piece, and the distances of both encodes from the source around it."""

    piece: str
    difference: JoinDifference
    chunked_distance: float
    continuous_distance: float

    @property
    def penalty(self) -> float:
        """How much farther the chunked encode is."""
        return self.chunked_distance - self.continuous_distance


def failures(rung: str, differences: Sequence[JoinDifference]) -> list[str]:
    """Return what is wrong with windows, steps and error energy, one sentence each."""
    errors_db = [difference.error_db for difference in differences]
    median_db, worst_db = statistics.median(errors_db), max(errors_db)
    worst_step = max(difference.step_ratio for difference in differences)
    illegal = [what for difference in differences for what in difference.illegal_windows]
    found = []
    if illegal:
        found.append(f"illegal windows: {', '.join(sorted(set(illegal)))}")
    if worst_step > WORST_STEP_RATIO:
        found.append(f"a step is {worst_step:.2f} times the continuous encode's")
    if median_db > MEDIAN_ERROR_DB:
        found.append(f"the median error is {median_db:.2f} dB above the continuous encode's")
    if worst_db > WORST_ERROR_DB[rung]:
        found.append(f"the worst error is {worst_db:.2f} dB above the continuous encode's")
    return found


def penalties(judged: Sequence[Judged]) -> list[str]:
    """Return what Zimtohrli has against the joins.

    The median of the paired differences stays within two hundredths of the median distance, and the
    worst within the spread (standard deviation) of the continuous encode's own distances.
    """
    distances = [join.continuous_distance for join in judged]
    median = statistics.median(join.penalty for join in judged)
    worst = max(judged, key=lambda join: join.penalty)
    found = []
    if median > MEDIAN_PENALTY * statistics.median(distances):
        found.append(f"the median penalty is {median:.2e}")
    if worst.penalty > statistics.stdev(distances):
        found.append(f"the worst penalty is {worst.penalty:.2e}, at {_place(worst)}")
    return found


def figures(rung: str, judged: Sequence[Judged]) -> dict[str, object]:
    """Return all figures of a rung, its worst joins named so that they can be made again."""
    differences = [join.difference for join in judged]
    failed = failures(rung, differences) + penalties(judged)
    distances = [join.continuous_distance for join in judged]
    return {
        "passed": not failed,
        "failures": failed,
        "joins": len(judged),
        "error_db": _spread([difference.error_db for difference in differences]),
        "error_elsewhere_db": _spread([difference.elsewhere_db for difference in differences]),
        "worst_step_ratio": max(difference.step_ratio for difference in differences),
        "illegal_windows": sum(len(difference.illegal_windows) for difference in differences),
        "zimtohrli": {
            "median_distance": statistics.median(distances),
            "spread": statistics.stdev(distances),
            "median_penalty": statistics.median(join.penalty for join in judged),
            "worst_penalty": max(join.penalty for join in judged),
        },
        "worst_by_error": _worst(judged, key="error_db"),
        "worst_by_step": _worst(judged, key="step_ratio"),
    }


def _spread(errors_db: Sequence[float]) -> dict[str, float]:
    rising = sorted(errors_db)
    return {"median": statistics.median(rising), "worst": rising[-1]} | {
        "best": rising[0],
        "p95": rising[int(0.95 * (len(rising) - 1))],
    }


def _worst(judged: Sequence[Judged], *, key: str) -> list[dict[str, object]]:
    ordered = sorted(judged, key=lambda join: -float(getattr(join.difference, key)))
    return [{"piece": join.piece, **asdict(join.difference)} for join in ordered[:5]]


def _place(join: Judged) -> str:
    return f"frame {join.difference.join} of {join.piece}"

"""How much a track is played of late: a sum in which each play weighs half as much two days later.

All sums decay at the same pace, so that their order stays as it is until somebody plays something.
So it is the other way round here: weights grow with time (forward decay), nothing decays, and a
score is changed by plays alone. It is kept as a logarithm, which no number of years lets overflow,
and the same whatever order plays come in. Pure.
"""

import math
from collections.abc import Iterable
from typing import Final

HALF_LIFE_S: Final = 2 * 86_400.0
LANDMARK_S: Final = 1_735_689_600.0
"""2025-01-01, when a play weighs 1; there were none before."""

NEVER_PLAYED: Final = 0.0
_LEAST: Final = 1e-12
"""Of what was played, be it at the landmark: it is not as if it had never been."""


def score_with(before: float, played_s: Iterable[float]) -> float:
    """Return a score (the binary logarithm of the sum of weights) after plays at some times."""
    exponents = [max((at_s - LANDMARK_S) / HALF_LIFE_S, _LEAST) for at_s in played_s]
    if before > NEVER_PLAYED:
        exponents.append(before)
    if not exponents:
        return before
    most = max(exponents)
    return most + math.log2(math.fsum(2.0 ** (each - most) for each in exponents))

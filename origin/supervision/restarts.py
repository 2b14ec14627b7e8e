"""When a worker that ended is started again. Pure.

The first time at once: whatever ended it, most likely it will not happen again soon. One that ends
again before it has served for a while is given more and more time, so that a fault that is there to
stay costs little and fills no log.
"""

from typing import Final

STABLE_S: Final = 30.0
"""A worker that served for this long has nothing to do with how those before it ended."""
FIRST_DELAY_S: Final = 0.5
LONGEST_DELAY_S: Final = 30.0
START_ATTEMPTS: Final = 3
"""So often a slot is tried before the server gives up, as long as no worker has ever served."""


def failures_after(failures: int, served_s: float) -> int:
    """Return how many in a row ended soon, after one more did."""
    return 1 if served_s >= STABLE_S else failures + 1


def delay_s(failures: int) -> float:
    """Return how long to wait after so many in a row."""
    if failures <= 1:
        return 0.0
    return float(min(FIRST_DELAY_S * 2.0 ** min(failures - 2, 30), LONGEST_DELAY_S))

"""When a delivery is tried again, and when a webhook is given up. Pure."""

from collections.abc import Iterable
from typing import Final

PAUSES_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""After each attempt: eight in 28 hours."""

_JITTER: Final = 0.2
_FAILS_S: Final = 5 * 24 * 3600.0
TEST: Final = "webhook.test"
ALL: Final = "*"


def pause_s(attempts: int, chance: float) -> float | None:
    """Return how long to wait after so many attempts, None where it is given up."""
    if attempts > len(PAUSES_S):
        return None
    return PAUSES_S[attempts - 1] * (1 + _JITTER * chance)


def is_hopeless(failing_since_s: float, now_s: float) -> bool:
    """Tell whether nothing has arrived for so long that nothing is sent any more."""
    return now_s - failing_since_s > _FAILS_S


def wants(kinds: Iterable[str], kind: str) -> bool:
    """Tell whether an event is asked for: by its kind, all of its sort (``asset.*``), or all."""
    sort = kind.partition(".")[0]
    return any(each in {ALL, kind, f"{sort}.*"} for each in kinds)

"""When a delivery is tried again, and when a webhook is given up. Pure."""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Final

from cdn.retry_after import asked_pause_s
from origin.companion.catalogue.kinds import ALL

PAUSES_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""After each attempt: eight in 28 hours."""

_ASKING: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_JITTER: Final = 0.2
_FAILS_S: Final = 5 * 24 * 3600.0
TEST: Final = "webhook.test"


def pause_s(attempts: int, chance: float, asked_s: float = 0.0) -> float | None:
    """Return how long to wait after so many attempts, None where it is given up.

    It is longer where the receiver ``asked_s`` for more, but not longer than any pause of ours.
    """
    if attempts > len(PAUSES_S):
        return None
    pause_s = max(PAUSES_S[attempts - 1], min(asked_s, PAUSES_S[-1]))
    return pause_s * (1 + _JITTER * chance)


def asked_s(status: int, retry_after: str | None, now: datetime) -> float:
    """Return for how long an answer asks to be left alone, 0 where it does not."""
    return asked_pause_s(retry_after, now) if status in _ASKING else 0.0


def is_hopeless(failing_since_s: float, now_s: float) -> bool:
    """Tell whether nothing has arrived for so long that nothing is sent any more."""
    return now_s - failing_since_s > _FAILS_S


def wants(kinds: Iterable[str], kind: str) -> bool:
    """Tell whether an event is asked for: by its kind, all of its sort (``asset.*``), or all."""
    sort = kind.partition(".")[0]
    return any(each in {ALL, kind, f"{sort}.*"} for each in kinds)

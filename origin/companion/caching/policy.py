"""How long answers are kept, and what they are about. Pure.

The catalogue is kept until it changes; by time grows old only what tells no event: how often things
were played, who follows whom in lists. Search has an index, which is some tenths of a second behind
the rows, and counts and orders by what no event tells: it is kept for a second. It is given for
longer only where nothing was changed since, nor in the seconds before that it takes an index to
have it (``Keeping.lags``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

INDEX_LAG_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """How answers of an endpoint are kept.

    ``subjects`` tells from a query and an answer what it is about. For ``stale_s`` after it was
    fresh, an answer is given while another one is made.
    """

    subjects: Callable[[Any, Any], Iterable[str]]
    fresh_s: float = 10.0
    stale_s: float = 50.0
    lags: bool = False

    @property
    def kept_s(self) -> float:
        """How old an answer gets that is given at all."""
        return self.fresh_s + self.stale_s


def by_time(subjects: Callable[[Any, Any], Iterable[str]]) -> Keeping:
    """Return how what is found by an index is kept."""
    return Keeping(subjects, fresh_s=1.0, stale_s=29.0, lags=True)


class Worth(Enum):
    """What an answer is worth that is about what it was about."""

    FRESH = auto()
    STALE = auto()
    NOTHING = auto()


def worth(keeping: Keeping, read_s: float, now_s: float, changed_s: float) -> Worth:
    """Tell what an answer is worth that was read at a time, by the clock of the others."""
    age_s = now_s - read_s
    if age_s < keeping.fresh_s:
        return Worth.FRESH
    if age_s >= keeping.kept_s:
        return Worth.NOTHING
    if keeping.lags and read_s < changed_s + INDEX_LAG_S:
        return Worth.NOTHING
    return Worth.STALE

"""How long answers are kept, and what they are about. Pure.

The catalogue is kept until it changes; by time grows old only what tells no event: how often things
were played, who follows whom in lists. What is of one thing is read anew less often than lists,
which are ordered by that. Search has an index, which is some tenths of a second behind the rows,
and is ordered by what no event tells. Where something else can be found since, or could in the time
before that it takes an index to have it, what was found counts for a second, and is not given while
another answer is made (``Keeping.unsettled_s``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

INDEX_LAG_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Keeping:
    """How answers of an endpoint are kept.

    ``subjects`` tells from a call and an answer what it is about. For ``stale_s`` after it was
    fresh, an answer is given while another one is made. ``unsettled_s`` is how long counts what an
    index may not have had yet; None where no index is asked.
    """

    subjects: Callable[[Any, Any], Iterable[str]]
    fresh_s: float = 30.0
    stale_s: float = 270.0
    unsettled_s: float | None = None

    @property
    def kept_s(self) -> float:
        """How old an answer gets that is given at all."""
        return self.fresh_s + self.stale_s


def of_one(subjects: Callable[[Any, Any], Iterable[str]]) -> Keeping:
    """Return how what is said of one thing is kept: nothing but its plays can be behind."""
    return Keeping(subjects, fresh_s=60.0)


def by_time(subjects: Callable[[Any, Any], Iterable[str]]) -> Keeping:
    """Return how what is found by an index is kept."""
    return Keeping(subjects, stale_s=90.0, unsettled_s=1.0)


class Worth(Enum):
    """What an answer is worth that is about what it was about."""

    FRESH = auto()
    STALE = auto()
    NOTHING = auto()


def worth(keeping: Keeping, read_s: float, now_s: float, changed_s: float) -> Worth:
    """Tell what an answer is worth that was read at a time.

    At ``changed_s`` it was heard last that something else can be found, by the same clock.
    """
    age_s = now_s - read_s
    if keeping.unsettled_s is not None and read_s < changed_s + INDEX_LAG_S:
        return Worth.FRESH if age_s < keeping.unsettled_s else Worth.NOTHING
    if age_s < keeping.fresh_s:
        return Worth.FRESH
    return Worth.STALE if age_s < keeping.kept_s else Worth.NOTHING

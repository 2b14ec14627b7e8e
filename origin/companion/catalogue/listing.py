"""What is in public lists, since when, and in which spans of time. Pure.

That follows from other columns, and is in columns of its own (``listed_s``, null for what is not
listed) so that an index holds nothing else. Whoever changes one of those it follows from writes
these, too. It is the moment from which it was public and played: what is hidden and shown again
gets to no top, and what plays nothing yet takes no place from what does.

*The most played since a date* has two orders at once. An index by plays would be read until
enough is young enough, one by date until all is sorted; neither has a bound. So each track is in
one day and in one stretch of days, and there is an index by plays within each: what is asked for is
cut into some days and some stretches, and the best of each are enough to tell the best of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

DAY_S: Final = 86_400
STRETCH_DAYS: Final = 49
"""About the root of the days in six years: as many days at most as there are stretches."""

BEGINNING_DAY: Final = 20_089
"""2025-01-01: nothing was published before there was a soundbridge."""


def published_s(before_s: float | None, *, is_public: bool, now_s: float) -> float | None:
    """Return since when something is there for all, None where it never was."""
    return now_s if before_s is None and is_public else before_s


def day_of(epoch_s: float) -> int:
    """Return the day, counted from the epoch in UTC."""
    return int(epoch_s // DAY_S)


def columns(since_s: float | None) -> dict[str, float | int | None]:
    """Return a track's columns of what is listed since then; None for what is not listed."""
    if since_s is None:
        return dict.fromkeys(("listed_s", "listed_day", "listed_stretch"))
    day = day_of(since_s)
    return {"listed_s": since_s, "listed_day": day, "listed_stretch": day // STRETCH_DAYS}


@dataclass(frozen=True, slots=True)
class Spans:
    """Days and stretches that have no day in common."""

    days: Sequence[int]
    stretches: Sequence[int]


def spans(first_day: int, last_day: int) -> Spans:
    """Cut the days from the first to the last; the last stretch may reach beyond it."""
    first_whole = -(-first_day // STRETCH_DAYS)
    end = min(first_whole * STRETCH_DAYS, last_day + 1)
    return Spans(range(first_day, end), range(first_whole, last_day // STRETCH_DAYS + 1))

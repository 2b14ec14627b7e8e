"""How far a copy of the database is behind, in time, by the numbers of events. Pure.

The primary's newest number is noted now and then. A copy that has come up to a number is as the
primary was when that was noted, at least; so the time since then bounds how far it is behind, and
clocks of other machines do not come into it. Nothing is judged while the primary is away: nobody is
behind what is not known.
"""

from typing import Final

START_S: Final = 2.0
"""What a copy of which nothing is known yet has to show that it follows."""


class Marks:
    """How far the primary had come, and when; those that are older than ``kept_s`` are dropped."""

    def __init__(self, kept_s: float) -> None:
        self._kept_s = kept_s
        self._marks: list[tuple[float, int]] = []

    def add(self, at_s: float, number: int) -> None:
        """Note the newest number. A primary that took another's place may have a lower one."""
        self._marks = [mark for mark in self._marks if mark[1] <= number]
        self._marks.append((at_s, number))
        while len(self._marks) > 1 and self._marks[1][0] <= at_s - self._kept_s:
            del self._marks[0]

    def as_of(self, number: int) -> float | None:
        """Return the last time that is known at which the primary was no further than this."""
        times = (at_s for at_s, marked in reversed(self._marks) if marked <= number)
        return next(times, None)


class Freshness:
    """Whether one copy is more than ``behind_max_s`` behind."""

    def __init__(self, behind_max_s: float) -> None:
        self.is_behind = False
        self._behind_max_s = behind_max_s
        self._as_of_s: float | None = None

    def judge(self, now_s: float, as_of_s: float | None) -> bool:
        """Take note of when it was as the primary, None where that is not known; tell of a change.

        One that does not say is taken to have stood still.
        """
        if as_of_s is not None:
            self._as_of_s = as_of_s
        elif self._as_of_s is None:
            self._as_of_s = now_s - self._behind_max_s + min(START_S, self._behind_max_s)
        was_behind = self.is_behind
        self.is_behind = now_s - self._as_of_s > self._behind_max_s
        return self.is_behind != was_behind

"""Up to which event each subject is known to have changed. Pure."""

from collections.abc import Iterable
from math import inf
from typing import Final

SUBJECTS_MAX: Final = 20_000


class Generations:
    """The numbers of the last events of subjects, as far as they were followed from ``number`` on.

    Of a subject that is not here nothing happened since ``floor``; what was read before that counts
    no more. ``changed_s`` is when it was heard last that something else can be found by searching.
    """

    def __init__(self, number: int, subjects_max: int = SUBJECTS_MAX) -> None:
        self.number = number
        self.floor = number
        self.changed_s = -inf
        self._subjects_max = subjects_max
        self._of: dict[str, int] = {}

    def rise(self, subjects: Iterable[str], number: int) -> int:
        """Take note of an event's subjects; return how many those are. Numbers never sink."""
        count = 0
        for subject in subjects:
            self._of[subject] = max(number, self._of.get(subject, 0))
            count += 1
        self.number = max(number, self.number)
        if len(self._of) > self._subjects_max:  # whatever was read until now may have changed
            self._of.clear()
            self.floor = self.number
        return count

    def stand(self, subjects: Iterable[str], position: int) -> bool:
        """Tell whether none of some subjects has changed since an event's number."""
        if position < self.floor:
            return False
        of = self._of
        return all(of.get(subject, 0) <= position for subject in subjects)

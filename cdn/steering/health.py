"""Whether a pathway answers, by what probes of it found. Pure.

It takes several failures in a row to be silent, and several answers in a row to be back: a pathway
that comes and goes is no pathway, and players that are sent to and fro lose time at each turn.
Until something is known, it is taken to answer, and in doubt.
"""

from typing import Final

FAILURES: Final = 3
SUCCESSES: Final = 5


class Health:
    """What is known of one pathway."""

    def __init__(self) -> None:
        self.is_silent = False
        self._is_known = False
        self._contrary = 0
        """How many probes in a row have found it otherwise."""

    @property
    def is_doubted(self) -> bool:
        """Whether it may soon be known to be otherwise."""
        return self._contrary > 0 or not self._is_known

    def note(self, *, answered: bool) -> bool:
        """Take note of a probe; tell whether that changes anything."""
        self._is_known = True
        if answered != self.is_silent:
            self._contrary = 0
            return False
        self._contrary += 1
        if self._contrary < (SUCCESSES if self.is_silent else FAILURES):
            return False
        self.is_silent = not self.is_silent
        self._contrary = 0
        return True

"""Whether to ask a server that has failed. Pure, but for the clock it is given.

After some failures in a row the circuit is open: nobody asks, so nobody waits. After a pause one
may ask (half-open), and what comes of that closes the circuit or doubles the pause. Many may have
asked just before it opened: that they fail, too, tells nothing new.
"""

from collections.abc import Callable
from typing import Final

FAILURES_MAX: Final = 3
PAUSE_MIN_S: Final = 1.0
PAUSE_MAX_S: Final = 30.0


class Circuit:
    """The state of one server; ``clock`` tells seconds that pass."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._pause_s = PAUSE_MIN_S
        self._open_until_s: float | None = None
        self._is_probed = False

    @property
    def is_open(self) -> bool:
        """Whether it is taken for unreachable; a probe may be under way."""
        return self._open_until_s is not None

    def admits(self) -> bool:
        """Tell whether to ask now; where it is half-open, one asker is told so each pause."""
        if self._open_until_s is None:
            return True
        now_s = self._clock()
        if now_s < self._open_until_s:
            return False
        self._open_until_s = now_s + self._pause_s
        self._is_probed = True
        return True

    def succeeded(self) -> bool:
        """Take note of an answer; tell whether that closes it."""
        was_open = self.is_open
        self._failures = 0
        self._pause_s = PAUSE_MIN_S
        self._open_until_s = None
        self._is_probed = False
        return was_open

    def failed(self) -> bool:
        """Take note of a failure; tell whether that opens it."""
        if self._open_until_s is not None:
            if not self._is_probed:
                return False
            self._is_probed = False
            self._pause_s = min(self._pause_s * 2, PAUSE_MAX_S)
            self._open_until_s = self._clock() + self._pause_s
            return False
        self._failures += 1
        if self._failures < FAILURES_MAX:
            return False
        self._open_until_s = self._clock() + self._pause_s
        return True

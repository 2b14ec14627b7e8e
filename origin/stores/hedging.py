"""When to ask a store a second time for what it is slow to send. Pure.

Of many small reads a few take ten times as long as the others, for no reason of their own: a second
request, made once the first has taken longer than most do, is nearly always the sooner of the two
(Dean and Barroso, "The Tail at Scale", 2013). Few are ever made: a store that has become slow
altogether must not get twice the requests for that.
"""

from collections import deque
from typing import Final

SHARE_MAX: Final = 0.1
"""Of all reads, at most so many are made twice: one in twenty is late by definition."""
STUCK: Final = 10
_FOR_STUCK: Final = 3
_BURST: Final = 10.0
_REMEMBERED: Final = 200
_KNOWN_FROM: Final = 20
_SORTED_EVERY: Final = 20
_MOST: Final = 0.95
_SHORTEST_S: Final = 0.005
"""Below this, a second request is not worth what it costs us."""


class Hedging:
    """What the latest reads took, and how many second requests may be made."""

    def __init__(self) -> None:
        self._took_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._unsorted = 0
        self._after_s: float | None = None
        self._allowance = 0.0

    @property
    def after_s(self) -> float | None:
        """After what time a read has taken longer than most; None while that is not known."""
        return self._after_s

    def note(self, took_s: float) -> None:
        """Take note of a read that went well."""
        self._took_s.append(took_s)
        self._allowance = min(_BURST, self._allowance + SHARE_MAX)
        self._unsorted += 1
        if self._unsorted >= _SORTED_EVERY and len(self._took_s) >= _KNOWN_FROM:
            self._unsorted = 0
            in_order = sorted(self._took_s)
            self._after_s = max(_SHORTEST_S, in_order[int(_MOST * (len(in_order) - 1))])

    def takes_second(self, *, is_stuck: bool) -> bool:
        """Tell whether a second request may be made now, and count it if so.

        The last few that may be made are for reads that have taken ``STUCK`` times as long.
        """
        if self._allowance < (1 if is_stuck else 1 + _FOR_STUCK):
            return False
        self._allowance -= 1
        return True

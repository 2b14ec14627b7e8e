"""How quick something is, on machines that stand still for seconds once in a while."""

import time
from collections.abc import Iterator
from typing import Final

TRIES: Final = 3
"""What is too slow is so each time; a machine is not."""


class Stopwatch:
    """Runs from its beginning."""

    def __init__(self) -> None:
        self._begun_s = time.monotonic()

    def begin(self) -> None:
        """Begin anew, after what is not to be measured."""
        self._begun_s = time.monotonic()

    @property
    def s(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._begun_s


def tries(within_s: float) -> Iterator[Stopwatch]:
    """Let the block be run until it takes less than ``within_s``, a few times at most.

    Raises:
        AssertionError: It has taken longer each time.
    """
    took_s = []
    for _ in range(TRIES):
        watch = Stopwatch()
        yield watch
        took_s.append(watch.s)
        if took_s[-1] < within_s:
            return
    raise AssertionError(f"It takes longer than {within_s} s: {took_s}.")

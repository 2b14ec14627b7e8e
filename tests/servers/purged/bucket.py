"""A token bucket as vendors describe theirs: time fills it, and each request takes from it."""

from collections.abc import Callable


class Bucket:
    def __init__(self, per_s: float, size: float, clock: Callable[[], float]) -> None:
        self._per_s, self._size, self._clock = per_s, size, clock
        self._tokens, self._then_s = size, clock()

    def take(self, tokens: float) -> bool:
        """Take some, or none and say so."""
        now_s = self._clock()
        self._tokens = min(self._size, self._tokens + (now_s - self._then_s) * self._per_s)
        self._then_s = now_s
        if tokens > self._tokens + 1e-6:
            return False
        self._tokens -= tokens
        return True

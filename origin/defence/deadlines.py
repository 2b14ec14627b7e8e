"""How long a connection may take for what, and whether it is too slow. Pure.

The head's deadline is for all of it, so that a byte now and then does not help. A body, and a
response on its way out, are as long as they are: they have a least rate instead, measured over a
window, so that a player that stops for some seconds is not cut off.
"""

from dataclasses import dataclass
from typing import Final

LEAST_RATE_BYTES_PER_S: Final = 1024
"""A sixteenth of what 128 kbit/s needs: whoever is slower is not listening."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """``head_s``: from the first byte of a head, or from the connection's start, to its end.

    ``idle_s``: between an answer and the next request.
    """

    head_s: float = 15.0
    idle_s: float = 75.0
    window_s: float = 30.0
    least_rate_bytes_per_s: int = LEAST_RATE_BYTES_PER_S

    @property
    def least_bytes(self) -> float:
        """What has to move in a window."""
        return self.window_s * self.least_rate_bytes_per_s


class Pace:
    """How fast something moves: ``position_bytes`` was its position when the window began."""

    __slots__ = ("position_bytes", "since_s")

    def __init__(self, now_s: float, position_bytes: int) -> None:
        self.since_s = now_s
        self.position_bytes = position_bytes

    def is_too_slow(self, now_s: float, position_bytes: int, deadlines: Deadlines) -> bool:
        """Tell, where a window is over, whether too little moved in it; and begin the next."""
        if now_s - self.since_s < deadlines.window_s:
            return False
        moved_bytes = abs(position_bytes - self.position_bytes)
        self.since_s, self.position_bytes = now_s, position_bytes
        return moved_bytes < deadlines.least_bytes

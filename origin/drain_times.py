"""How long a process that serves takes for its end."""

from dataclasses import dataclass
from typing import Final

RETIRE_POLITE_S: Final = 5.0
FIRST_REQUEST_S: Final = 0.5
"""For who has just connected to a server that stops; a part of the time to finish."""


@dataclass(frozen=True, slots=True)
class DrainTimes:
    """How long to be polite before the sockets close, and to finish after that."""

    delay_s: float = 0.0
    timeout_s: float = 10.0

    @property
    def total_s(self) -> float:
        """The longest that an end takes."""
        return max(self.delay_s, RETIRE_POLITE_S) + self.timeout_s

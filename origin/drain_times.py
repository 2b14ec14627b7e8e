"""How long a process that serves takes for its end."""

from dataclasses import dataclass
from typing import Final

RETIRE_POLITE_S: Final = 5.0
RETIRED_S: Final = 3600.0
"""For what moves when others have taken over: an upload that was cut off would begin anew."""
FIRST_REQUEST_S: Final = 0.5
"""For who has just connected to a server that stops; a part of the time to finish."""


@dataclass(frozen=True, slots=True)
class DrainTimes:
    """How long to be polite before the sockets close, and to finish after that."""

    delay_s: float = 0.0
    timeout_s: float = 10.0

    @property
    def stop_s(self) -> float:
        """The longest that an end takes where the server stops, whatever was ordered before."""
        return self.polite_s + self.timeout_s

    @property
    def retire_s(self) -> float:
        """The longest that an end takes where others have taken over."""
        return self.polite_s + max(self.timeout_s, RETIRED_S)

    @property
    def polite_s(self) -> float:
        """How long those who are connected to one that retires have to hear of it."""
        return max(self.delay_s, RETIRE_POLITE_S)

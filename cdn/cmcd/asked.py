"""The last segment that a session asked for, and what became of the buffer that was told with it.

A request is made once the segment before has come, so between two of them, its duration was added.
"""

from dataclasses import dataclass
from typing import Final

from cdn.cmcd.report import Report

DRY_S: Final = 0.25
"""Requests are told apart no better, nor does less play: browsers stop a little before the end."""
_SOUGHT_S: Final = 0.5
"""How long nothing is heard for a seek to what is there, with what rounding adds."""
_LITTLE_S: Final = 1.0
"""Who has less is believed that it had nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A segment, and what was told when it was asked for; ``buffer_s`` None was not told."""

    number: int
    at_s: float
    duration_s: float
    buffer_s: float | None
    rate: float
    is_urgent: bool

    def dry_s(self, now_s: float) -> float:
        """Return for how long the buffer has been empty, if nothing came; below 0, until it is.

        It is 0 where no buffer was told.
        """
        if self.buffer_s is None:
            return 0.0
        return now_s - self.at_s - self.buffer_s / self.rate

    def ran_dry(self, report: Report, now_s: float) -> bool:
        """Tell whether what was in the buffer was heard to its end, and time passed without."""
        if not self.buffer_s or self.dry_s(now_s) < DRY_S:
            return False
        if report.bl_ms is None:
            return True
        # or it was paused, and only grew
        return self._heard_s(self.buffer_s, report.bl_ms) > self.buffer_s / 2

    def was_heard(self, report: Report, now_s: float) -> bool:
        """Tell whether as much has left the buffer as time has passed: then nothing was missed."""
        if self.buffer_s is None or report.bl_ms is None or report.bl_ms < _LITTLE_S * 1000:
            return False
        heard_s = self._heard_s(self.buffer_s, report.bl_ms)
        return now_s - self.at_s - heard_s / self.rate < _SOUGHT_S

    def _heard_s(self, buffer_s: float, bl_ms: int) -> float:
        """Return how much media has left the buffer since."""
        return buffer_s + self.duration_s - bl_ms / 1000

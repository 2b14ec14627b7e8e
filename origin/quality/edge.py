"""Sessions that edges tell of by their logs: later than they were, by minutes or hours.

So time is what the log says: a session has ended once the log is so much further, or nothing more
of any log has come for that long.
"""

from collections.abc import Iterator

from cdn.cmcd.sessions import SILENT_S, Ended, Sessions


class EdgeSessions:
    """The sessions, and how far logs are; times are seconds since the epoch."""

    def __init__(self, salt: bytes) -> None:
        self.sessions = Sessions(salt)
        self._told_until_s = 0.0
        self._heard_s = 0.0

    def heard(self, at_s: float, now_s: float) -> None:
        """Take note that a log tells of a moment."""
        self._told_until_s = max(self._told_until_s, at_s)
        self._heard_s = now_s

    def end_silent(self, now_s: float) -> Iterator[Ended]:
        """End those of which nothing more is to come."""
        if abs(now_s - self._heard_s) >= SILENT_S:
            self._told_until_s = 0.0  # the next log may be one of before
            yield from self.sessions.end_all()
        else:
            yield from self.sessions.end_silent(self._told_until_s)

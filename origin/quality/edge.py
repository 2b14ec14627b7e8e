"""Sessions that edges tell of by their logs: later than they were, by minutes or hours.

So time within a session is what its log says: one that was silent there for long has ended. Logs of
several edges are not equally late, and come a file at a time: how far one is tells nothing of what
another has yet to say. So a session goes on until nothing has come of it for longer than files are
apart.
"""

from collections.abc import Iterator
from typing import Final

from cdn.cmcd.sessions import Ended, Sessions

WAIT_S: Final = 900.0
"""CloudFront writes its files several times an hour, others every few minutes."""


class EdgeSessions:
    """The sessions; ``now_s`` is when something comes here, in seconds since the epoch."""

    def __init__(self, salt: bytes) -> None:
        self.sessions = Sessions(salt)

    def end_silent(self, now_s: float) -> Iterator[Ended]:
        """End those of which nothing more is to come."""
        return self.sessions.end_silent(now_s, WAIT_S)

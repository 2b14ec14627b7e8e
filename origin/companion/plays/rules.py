"""What counts as a play. Pure.

A play counts once at least 30 s of a track were heard, or the whole of one that is shorter, and
that time has really passed since its ticket was given. A listener hears one thing at a time, with
an allowance (``overlap``).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from origin.companion.plays.tickets import Ticket

ENOUGH_S: Final = 30.0
END_S: Final = 0.5
"""A player's last report comes before the end of a track, or a bit of silence there is left out."""

TICKET_S: Final = 86_400.0
SKEW_S: Final = 2.0
"""By which clocks of our machines differ, and a player's."""


class Reason(StrEnum):
    """Why something does not count."""

    TRACK_UNKNOWN = "track_unknown"
    TICKET_MISSING = "ticket_missing"
    TICKET_INVALID = "ticket_invalid"
    TICKET_EXPIRED = "ticket_expired"
    TOO_SHORT = "too_short"
    IMPLAUSIBLE = "implausible"
    ALREADY_COUNTED = "already_counted"
    TOO_MANY = "too_many"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many plays of one listener count in a day: of one track, and of all.

    ``of_crowd`` of one track, for all who share a network.
    """

    of_track: int = 20
    of_all: int = 2_000
    of_crowd: int = 500

    def admit(self, of_track: int, of_all: int) -> bool:
        """Tell whether another play counts beside so many."""
        return of_track < self.of_track and of_all < self.of_all


def needed_s(duration_s: float | None) -> float:
    """Return how much of a track has to be heard."""
    if duration_s is None:
        return ENOUGH_S
    return min(ENOUGH_S, max(duration_s - END_S, duration_s / 2))


def why_not(
    ticket: Ticket, heard_s: float, duration_s: float | None, now_s: float
) -> Reason | None:
    """Return why what was heard under a ticket is no play; None where it is one."""
    passed_s = now_s - ticket.begun_s
    if passed_s > TICKET_S:
        return Reason.TICKET_EXPIRED
    if passed_s < -SKEW_S or heard_s > passed_s + SKEW_S:
        return Reason.IMPLAUSIBLE
    if min(heard_s, passed_s) < needed_s(duration_s):
        return Reason.TOO_SHORT
    return None

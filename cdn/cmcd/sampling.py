"""Whose reports are looked at: whole sessions, one in so many, chosen by their ids.

The rule: a session is looked at where the CRC-32 of its id, as it was sent, is a multiple of N. It
is the same on every machine and in every process, so that a session is looked at everywhere or
nowhere.
Where more comes than may be looked at, N doubles, as often as it must: who is still chosen was
chosen before. It is halved again once little has come for a while. An id is the client's to choose,
and so is whether it is looked at: what bounds the work is ``Thinning``, not the rule.
"""

from typing import Final
from zlib import crc32

REPORTS_PER_S_MAX: Final = 250
"""What a process looks at. One takes some 25 microseconds: this is not 1 % of a processor."""
DOUBLINGS_MAX: Final = 20
_QUIET_S: Final = 30
"""After so many seconds with less than a quarter of what may be, twice as many are chosen."""


def number_of(sid: bytes) -> int:
    """Return the number by which a session is chosen."""
    return crc32(sid)


def is_chosen(number: int, one_in: int) -> bool:
    """Tell whether a session is looked at, where one in ``one_in`` is."""
    return number % one_in == 0


class Thinning:
    """How many sessions there are for each that is looked at, by what comes."""

    def __init__(self, one_in: int = 1, reports_per_s_max: int = REPORTS_PER_S_MAX) -> None:
        self._usual = one_in
        self._most = reports_per_s_max
        self._seen = 0
        self._quiet_s = 0
        self.doublings = 0
        self.one_in = one_in

    def saw(self) -> bool:
        """Count a report that is looked at; True where N has doubled for it."""
        self._seen += 1
        if self._seen <= self._most or self.doublings >= DOUBLINGS_MAX:
            return False
        self._set(self.doublings + 1)
        return True

    def overran(self, reports: int, in_s: float) -> bool:
        """Take note that so many of those that are looked at came, too many to be held.

        True where N has grown for it. Bursts are taken to last a second.
        """
        per_s, doublings = reports / max(in_s, 1.0), self.doublings
        while per_s > self._most and doublings < DOUBLINGS_MAX:
            per_s, doublings = per_s / 2, doublings + 1
        if doublings == self.doublings:
            return False
        self._set(doublings)
        return True

    def hear(self, doublings: int) -> bool:
        """Take over from another process that N has to be so large; True where it grows here."""
        if not self.doublings <= doublings <= DOUBLINGS_MAX:
            return False
        self._quiet_s = 0
        if doublings == self.doublings:
            return False
        self._set(doublings)
        return True

    def second_passed(self) -> bool:
        """Begin another second; True where much came in the last one, so that N stays as it is.

        All who share sessions are to hear of it: one that chose more than the others would have
        parts of sessions.
        """
        is_quiet = self._seen < self._most / 4
        self._quiet_s = self._quiet_s + 1 if is_quiet else 0
        self._seen = 0
        if self._quiet_s >= _QUIET_S and self.doublings:
            self._set(self.doublings - 1)
        return self.doublings > 0 and not is_quiet

    def _set(self, doublings: int) -> None:
        self.doublings = doublings
        self.one_in = self._usual << doublings
        self._seen = self._quiet_s = 0

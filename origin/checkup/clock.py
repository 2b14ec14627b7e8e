"""Whether machines agree what time it is: leases, signatures and tokens are times. Pure."""

from typing import Final, NamedTuple

from origin.checkup.finding import Finding, fail, fine, warn

_APART_S: Final = 2.0
_FAR_APART_S: Final = 30.0
"""A worker's lease: beyond it, each takes the other's jobs for lost."""
_TO_DO: Final = "Run an NTP client (systemd-timesyncd, chrony) on both machines."


class Moment(NamedTuple):
    """What another clock said, cut to ``granularity_s``."""

    epoch_s: float
    granularity_s: float = 0.0


def compared(of: str, said: Moment, begun_s: float, ended_s: float) -> Finding:
    """Say how far a clock is from ours, which was at these times around the question."""
    apart_s = apart(said, begun_s, ended_s)
    if apart_s < _APART_S:
        return fine(f"The clock of the {of} agrees with this one.")
    sentence = f"The clock of the {of} is {apart_s:.0f} s from this one."
    return (fail if apart_s >= _FAR_APART_S else warn)(sentence, _TO_DO)


def apart(said: Moment, begun_s: float, ended_s: float) -> float:
    """Return the seconds by which a clock is certainly off."""
    latest_s = said.epoch_s + said.granularity_s
    return max(0.0, begun_s - latest_s, said.epoch_s - ended_s)

"""Taking reports for as long as a process serves."""

import secrets
from collections.abc import Sequence
from typing import Final

from cdn.cmcd.sampling import Thinning
from origin.quality.counts import SessionCounts, count_intake
from origin.quality.gathering import Gathering
from origin.quality.intake import Intake
from origin.quality.links import Inbox, Links
from origin.quality.sums import DaySums
from origin.telemetry.metrics import Metrics

_SALT_BYTES: Final = 16


def gathering_of(
    intake: Intake, inboxes: Sequence[Inbox], slot: int, metrics: Metrics, sums: DaySums | None
) -> Gathering:
    """Return what reads an intake; it is to be run."""
    gathering = Gathering(
        intake,
        Links(inboxes, slot),
        SessionCounts(metrics),
        sums,
        salt=secrets.token_bytes(_SALT_BYTES),
    )
    count_intake(metrics, intake, sums, lambda: len(gathering.sessions))
    return gathering


def intake_of(one_in: int) -> Intake | None:
    """Return what takes note of one session in so many; None for 0."""
    return Intake(Thinning(one_in)) if one_in else None

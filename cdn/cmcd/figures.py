"""What was noticed of many sessions, added up: sums, and histograms that can be added up again.

Bounds never change their meaning: each bucket is named by its upper bound, so that sums of days
with other bounds stay readable. Values are counted in the first bucket whose bound they do not
exceed, and each in one bucket alone.
"""

from bisect import bisect_left
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from cdn.cmcd.session import Noticed

REST: Final = "+Inf"


class Histogram(StrEnum):
    """What is counted by size."""

    STARTUP_S = "startup_s"
    REBUFFER_RATIO = "rebuffer_ratio"
    THROUGHPUT_BPS = "throughput_bps"


class Sum(StrEnum):
    """What is added up."""

    SESSIONS = "sessions"
    """Of which a segment was asked for."""
    SESSIONS_ESTIMATED = "sessions_estimated"
    """Those times as many as each of them stands for (``sampling``)."""
    STARVATIONS = "starvations"
    STARVED_S = "starved_s"
    MEDIA_S = "media_s"


BOUNDS: Final = {
    Histogram.STARTUP_S: (
        0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 60.0,
    ),
    Histogram.REBUFFER_RATIO: (0.0, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
    Histogram.THROUGHPUT_BPS: (
        64e3, 128e3, 256e3, 384e3, 512e3, 1e6, 2e6, 4e6, 8e6, 16e6, 32e6, 64e6, 128e6, 512e6,
    ),
}  # fmt: skip
NAMES: Final = {
    measure: (*(f"{bound:.12g}" for bound in bounds), REST) for measure, bounds in BOUNDS.items()
}
_PLACES: Final = {
    measure: {name: at for at, name in enumerate(names)} for measure, names in NAMES.items()
}
RUNG: Final = "rung_s"
"""Seconds of media by rung."""
RUNGS_MAX: Final = 32
OTHER: Final = "other"

Key = tuple[str, str]
"""What is measured, and which bucket or rung of it, empty where there is one number alone."""


def bucket_of(measure: Histogram, value: float) -> str:
    """Return the name of the bucket that a value is counted in."""
    return NAMES[measure][bisect_left(BOUNDS[measure], value)]


def order_of(bucket: str) -> float:
    """Return by what buckets are in order, those that other versions named among them."""
    return float("inf") if bucket == REST else float(bucket)


def of_noticed(noticed: Noticed, one_in: int) -> Mapping[Key, float]:
    """Return what one request adds, in a sample of one session in ``one_in``."""
    added: dict[Key, float] = {}
    if noticed.is_first:
        added[Sum.SESSIONS, ""] = 1
        added[Sum.SESSIONS_ESTIMATED, ""] = one_in
    if noticed.startup_s is not None:
        added[Histogram.STARTUP_S, bucket_of(Histogram.STARTUP_S, noticed.startup_s)] = 1
    if noticed.starvations:
        added[Sum.STARVATIONS, ""] = noticed.starvations
    if noticed.starved_s:
        added[Sum.STARVED_S, ""] = noticed.starved_s
    if noticed.media_s:
        added[Sum.MEDIA_S, ""] = noticed.media_s
        if noticed.rung is not None:
            added[RUNG, noticed.rung] = noticed.media_s
    if noticed.throughput_bps is not None:
        bucket = bucket_of(Histogram.THROUGHPUT_BPS, noticed.throughput_bps)
        added[Histogram.THROUGHPUT_BPS, bucket] = 1
    return added


def of_ended(rebuffer_ratio: float) -> Key:
    """Return where one session is counted at its end."""
    return Histogram.REBUFFER_RATIO, bucket_of(Histogram.REBUFFER_RATIO, rebuffer_ratio)

"""EXTINF durations and the target duration (RFC 8216 §4.3.2.1, §4.3.3.1).

Each boundary is rounded on its own and durations are the differences, so errors never add up: the
sum over any run of segments is within a microsecond of the truth.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Final

DECIMALS: Final = 6
_PER_SECOND: Final = 10**DECIMALS


def extinf_durations(boundaries_ticks: Sequence[int], rate_hz: int) -> list[Decimal]:
    """Return the durations in seconds between boundaries given in ticks of ``rate_hz``."""
    rounded = [(2 * ticks * _PER_SECOND + rate_hz) // (2 * rate_hz) for ticks in boundaries_ticks]
    return [Decimal(end - start).scaleb(-DECIMALS) for start, end in pairwise(rounded)]


def rounded_s(duration_s: Decimal) -> int:
    """Return a duration as it counts against the target duration: to the nearest, halves up."""
    return int(duration_s.to_integral_value(ROUND_HALF_UP))


def least_target_duration_s(durations_s: Iterable[Decimal]) -> int:
    """Return the lowest target duration that allows all of these, at least 1."""
    return max((rounded_s(duration) for duration in durations_s), default=1) or 1

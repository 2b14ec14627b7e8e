"""Segment bit rates as BANDWIDTH and AVERAGE-BANDWIDTH mean them (RFC 8216 §4.1).

The peak is the largest bit rate of any contiguous run of segments that lasts between 0.5 and 1.5
target durations. A list of many tiny segments has very many such runs, so they are not tried one by
one: for a guessed rate, a sliding minimum finds in linear time the run that exceeds it by the most
bits; that run's own rate is the next guess, until none exceeds it (Dinkelbach's method, a handful
of rounds). All of it is in integers, and therefore exact.
"""

from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Final, NamedTuple

SizedDuration = tuple[int, Decimal | Fraction | float]
"""A segment's size in bytes and its duration in seconds."""

_NS: Final = 1_000_000_000
_BITS: Final = 8


class _Rate(NamedTuple):
    bits: int
    time_ns: int

    def per_second(self) -> int:
        """Return it in bits per second, rounded up; 0 where no time passes."""
        return -(-self.bits * _NS // self.time_ns) if self.time_ns else 0


class _Boundaries(NamedTuple):
    """Bits and nanoseconds from the start to each boundary, and which runs of them count."""

    bits: list[int]
    times_ns: list[int]
    shortest_ns: int
    longest_ns: int


def average_bandwidth_bps(segments: Sequence[SizedDuration]) -> int:
    """Return the average segment bit rate, rounded up; 0 where there is no duration."""
    return _whole(segments).per_second()


def peak_bandwidth_bps(segments: Sequence[SizedDuration], target_duration_s: int) -> int:
    """Return the peak segment bit rate, rounded up; 0 where there is no duration.

    The standard leaves the peak undefined where no run lasts half a target duration (a track of
    10 ms): the whole list is then the run. A segment longer than 1.5 target durations, which it
    forbids, counts as a run of its own.
    """
    boundaries = _Boundaries(
        list(accumulate((size * _BITS for size, _ in segments), initial=0)),
        list(accumulate((round(duration * _NS) for _, duration in segments), initial=0)),
        max(target_duration_s * _NS // 2, 1),
        max(target_duration_s * _NS * 3 // 2, 1),
    )
    peak = _Rate(0, 1)
    while (denser := _densest_run(boundaries, peak)) is not None:
        peak = denser
    return peak.per_second() or average_bandwidth_bps(segments)


def _whole(segments: Sequence[SizedDuration]) -> _Rate:
    return _Rate(
        sum(size * _BITS for size, _ in segments),
        sum(round(duration * _NS) for _, duration in segments),
    )


def _densest_run(boundaries: _Boundaries, guess: _Rate) -> _Rate | None:
    """Return the run that exceeds the guess by the most bits, or None where none does."""
    bits, times_ns, shortest_ns, longest_ns = boundaries
    surplus = [b * guess.time_ns - t * guess.bits for b, t in zip(bits, times_ns, strict=True)]
    starts: deque[int] = deque()
    coming = 0
    best, first, last = 0, 0, 0
    for end, now_ns in enumerate(times_ns):
        while times_ns[coming] <= now_ns - shortest_ns:
            while starts and surplus[starts[-1]] >= surplus[coming]:
                starts.pop()
            starts.append(coming)
            coming += 1
        while starts and starts[0] < end - 1 and times_ns[starts[0]] < now_ns - longest_ns:
            starts.popleft()
        if starts and surplus[end] - surplus[starts[0]] > best:
            best, first, last = surplus[end] - surplus[starts[0]], starts[0], end
    if not best:
        return None
    return _Rate(bits[last] - bits[first], times_ns[last] - times_ns[first])

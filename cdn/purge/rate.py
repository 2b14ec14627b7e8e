"""When the next request may be sent: a token bucket, as one number that can be kept. Pure.

The number is when the bucket will be full again (the *theoretical arrival time* of the generic cell
rate algorithm, ITU-T I.371): what is spent moves it on, and it may not be further away than it
takes to fill the whole bucket. It is a moment, so that whoever goes on, in another process or after
a restart, keeps to the same rate.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """How many a second in the long run, and how many at once after a pause."""

    per_s: float
    burst: float


@dataclass(frozen=True, slots=True)
class Turn:
    """How long to wait, and when the bucket is full again if it is used then."""

    wait_s: float
    full_s: float


def turn(rate: Rate, full_s: float, now_s: float, cost: float) -> Turn:
    """Say when ``cost``, at most ``burst``, may be spent; ``full_s`` is as of the last time.

    A clock that was set back, or a bucket of a slower rate, makes nobody wait for longer than it
    takes to fill the bucket.
    """
    whole_s = rate.burst / rate.per_s
    begins_s = min(max(full_s, now_s), now_s + whole_s)
    after_s = begins_s + min(cost, rate.burst) / rate.per_s
    return Turn(max(0.0, after_s - whole_s - now_s), after_s)

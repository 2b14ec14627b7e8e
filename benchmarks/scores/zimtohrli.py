"""Zimtohrli: Google's metric for differences near what is just noticeable; 0 is no difference."""

from benchmarks.music import Sound
from benchmarks.scores.at_48_khz import at_48_khz
from benchmarks.scores.packages import package

_METRIC = package("zimtohrli").Pyohrli()


def distance(reference: Sound, coded: Sound, rate_hz: int) -> float:
    """Return the mean of all channels' distances."""
    pairs = zip(at_48_khz(reference, rate_hz), at_48_khz(coded, rate_hz), strict=True)
    distances = [float(_METRIC.distance(first, second)) for first, second in pairs]
    return sum(distances) / len(distances)

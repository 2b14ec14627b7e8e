"""Figures as they are told. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from cdn.cmcd.figures import NAMES, REST, RUNG, Histogram, Key, Sum, order_of
from origin.companion.quality.models import Bucket, Quality, RungMedia
from origin.quality.sums import Figures


def added_up(several: Iterable[Figures]) -> Figures:
    """Return the sums of figures, those of other versions among them."""
    total: dict[Key, float] = defaultdict(float)
    for figures in several:
        for key, number in figures.items():
            total[key] += number
    return total


def shown(figures: Figures) -> Quality:
    """Return what is told of figures."""
    return Quality(**said_of(figures))


def said_of(figures: Figures) -> dict[str, Any]:
    """Return what is told of figures, by its names."""
    starved_s, media_s = (figures.get((each, ""), 0.0) for each in (Sum.STARVED_S, Sum.MEDIA_S))
    return {
        "sessions": round(figures.get((Sum.SESSIONS, ""), 0)),
        "sessions_estimated": round(figures.get((Sum.SESSIONS_ESTIMATED, ""), 0)),
        "starvations": round(figures.get((Sum.STARVATIONS, ""), 0)),
        "starved_s": round(starved_s, 3),
        "media_s": round(media_s, 3),
        "rebuffer_ratio": round(starved_s / (starved_s + media_s), 6) if media_s else None,
        "rungs": [
            RungMedia(rung=rung, media_s=round(number, 3))
            for (measure, rung), number in sorted(figures.items())
            if measure == RUNG
        ],
        "startup_s": _buckets(figures, Histogram.STARTUP_S),
        "rebuffer_ratios": _buckets(figures, Histogram.REBUFFER_RATIO),
        "throughput_bps": _buckets(figures, Histogram.THROUGHPUT_BPS),
    }


def _buckets(figures: Figures, histogram: Histogram) -> list[Bucket]:
    """Return all buckets in their order, also those that only another version counted in."""
    names = {bucket for measure, bucket in figures if measure == histogram}
    return [
        Bucket(
            up_to=None if name == REST else float(name),
            count=round(figures.get((histogram, name), 0)),
        )
        for name in sorted(names | set(NAMES[histogram]), key=order_of)
    ]

"""Who asks for what, and when: a day of listening, made up.

Tracks are played as often as Zipf's law says (alpha 1.0). Plays begin at random moments, so many a
second on average; half are of 128 kbit/s, a fifth of 256, the rest of 320. Three in ten listeners
leave early, anywhere. A player takes the first five segments at once, then one each six seconds,
and is late for each by a moment of its own (half-normal, ``jitter_s``), but never out of order.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

SEGMENT_S: Final = 6.0
AHEAD: Final = 4
MEDIAN_TRACK_S: Final = 210
LEAVE_EARLY: Final = 0.3
RUNGS: Final = {"128k": (0.5, 96_000), "256k": (0.2, 192_000), "320k": (0.3, 240_000)}
"""The share of plays, and the bytes of a segment."""
SEGMENTS_MAX: Final = 1_000


@dataclass(frozen=True)
class Trace:
    """Requests in their order: which rendition, which segment of it, its size, and when."""

    renditions: list[int]
    segments: list[int]
    sizes_bytes: list[int]
    at_s: list[float]

    def objects(self) -> npt.NDArray[np.int64]:
        """Return a number for each request that is that of its object."""
        renditions = np.asarray(self.renditions, dtype=np.int64)
        return renditions * SEGMENTS_MAX + np.asarray(self.segments, dtype=np.int64)

    def distinct_bytes(self) -> int:
        """Return the size of all that is asked for at least once."""
        _, first = np.unique(self.objects(), return_index=True)
        return int(np.asarray(self.sizes_bytes)[first].sum())


class Clock:
    """Tells the time of the request that is made."""

    now_s = 0.0

    def __call__(self) -> float:
        """Return it, in the seconds of the trace."""
        return self.now_s


def listening(
    plays: int, tracks: int, seed: int, *, plays_per_s: float = 10.0, jitter_s: float = 0.0
) -> Trace:
    """Make up the requests of so many plays of so many tracks."""
    draw = np.random.default_rng(seed)
    seconds = np.clip(draw.lognormal(np.log(MEDIAN_TRACK_S), 0.35, tracks), 60, 900)
    lengths = np.ceil(seconds / SEGMENT_S).astype(np.int64)
    popularity = 1 / np.arange(1, tracks + 1)
    track = draw.choice(tracks, plays, p=popularity / popularity.sum())
    rung = draw.choice(len(RUNGS), plays, p=[share for share, _ in RUNGS.values()])
    begun_s = np.cumsum(draw.exponential(1 / plays_per_s, plays))
    heard = np.where(draw.random(plays) < LEAVE_EARLY, draw.random(plays), 1) * lengths[track]
    counts = np.maximum(1, heard.astype(np.int64))
    play = np.repeat(np.arange(plays), counts)
    segment = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    at_s = begun_s[play] + np.maximum(0, segment - AHEAD) * SEGMENT_S + segment * 0.05
    at_s = _in_order(at_s + np.abs(draw.normal(0, jitter_s, len(at_s))), play)
    order = np.argsort(at_s, kind="stable")
    sizes = np.array([size for _, size in RUNGS.values()])
    return Trace(
        (track[play] * len(RUNGS) + rung[play])[order].tolist(),
        segment[order].tolist(),
        sizes[rung[play]][order].tolist(),
        at_s[order].tolist(),
    )


def _in_order(
    at_s: npt.NDArray[np.float64], play: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Let nobody ask for a segment before the one in front of it; ``play`` ascends."""
    offsets_s = play * (2 * at_s.max() + 1)
    in_order: npt.NDArray[np.float64] = np.maximum.accumulate(at_s + offsets_s) - offsets_s
    return in_order

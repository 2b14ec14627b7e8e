"""What is cut and joined: seeded stretches of every track, and hard signals with events at joins.

A piece is named by what makes it again: ``battle at 31.20 s``, ``tones with seed 77``.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.joins.hard import RATE_HZ, SIGNALS, Sound
from benchmarks.joins.runs import joins_of
from benchmarks.music import duration_s, stretch, tracks
from manifests.rendition import FRAME_SAMPLES

LENGTH_S: Final = 56
_SHORTEST_S: Final = 21
"""Below it there is no join that is worth a look."""


@dataclass(frozen=True)
class Piece:
    """A sound that is made when it is needed."""

    name: str
    sound: Callable[[], Sound]


def pieces(seed: int) -> Iterator[Piece]:
    """Yield music and hard signals without end, two of music for each signal."""
    rng = random.Random(seed)  # noqa: S311 - no secret, the same each time
    long_enough = [track for track in tracks() if duration_s(track) >= _SHORTEST_S]
    order = rng.sample(long_enough, len(long_enough))
    signals = cycle(rng.sample(sorted(SIGNALS), len(SIGNALS)))
    for number, track in enumerate(cycle(order)):
        latest_s = max(duration_s(track) - LENGTH_S, 0)
        yield music(track, round(rng.uniform(0, latest_s), 2))
        if number % 2:
            yield signal(next(signals), rng.randrange(1 << 16))


def music(track: Path, start_s: float) -> Piece:
    """Return a stretch of a track."""
    return Piece(f"{track.stem} at {start_s:.2f} s", partial(stretch, track, start_s, LENGTH_S))


def signal(name: str, seed: int) -> Piece:
    """Return a hard signal of whole frames, so that no padding comes before it."""
    samples = LENGTH_S * RATE_HZ // FRAME_SAMPLES * FRAME_SAMPLES
    heard_from = [(join - 1) * FRAME_SAMPLES for join in joins_of(samples)]
    make = partial(SIGNALS[name], heard_from, samples)
    return Piece(f"{name} with seed {seed}", lambda: make(np.random.default_rng(seed)))

"""What is heard around one join, against one continuous encode of the same sound.

All places are in padded time. A join at frame ``k`` is first heard in the 1,024 samples from
``(k - 1) * 1024``, where the last unit before it overlaps with its own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.joins.runs import Runs
from benchmarks.joins.windows import illegal
from benchmarks.music import Sound
from manifests.rendition import FRAME_SAMPLES

_AROUND_FRAMES: Final = 4
_INAUDIBLE_POWER: Final = 2**-30 / 12
"""Per sample: what rounding to 16 bits costs. Errors below it count as equal."""
_SMALLEST_STEP: Final = 2**-14
_EXCERPT_FRAMES: Final = 32
_ELSEWHERE_FRAMES: Final = -129


@dataclass(frozen=True)
class JoinDifference:
    """One join: ``error_db`` is error energy and ``step_ratio`` the largest second difference.

    Both are relative to the continuous encode at the same place; ``illegal_windows`` tells what is
    wrong with the windows there, if anything. ``elsewhere_db`` is the error some seconds before,
    where no join is: two encodes whose rate control took different ways differ anywhere.
    """

    join: int
    illegal_windows: tuple[str, ...]
    error_db: float
    elsewhere_db: float
    step_ratio: float


def differences(runs: Runs) -> list[JoinDifference]:
    """Return what there is at each join."""
    wrong = [found for channel in runs.windows for found in illegal(channel)]
    return [
        JoinDifference(
            join,
            tuple(what for unit, what in wrong if abs(unit - join) <= _AROUND_FRAMES),
            _error_db(runs, join),
            _error_db(runs, join + _ELSEWHERE_FRAMES),
            _step_ratio(runs, join),
        )
        for join in runs.joins
    ]


def excerpt(sound: Sound, join: int) -> Sound:
    """Return a second and a half of a sound around a join, for metrics that need as much."""
    return _frames(sound, join, _EXCERPT_FRAMES)


def _error_db(runs: Runs, join: int) -> float:
    """Return by how much the error's energy in the 8 frames around a frame is larger."""
    source = _frames(runs.source, join, _AROUND_FRAMES)
    powers = [
        np.mean((_frames(heard, join, _AROUND_FRAMES) - source) ** 2, dtype=np.float64)
        for heard in (runs.chunked, runs.continuous)
    ]
    chunked, continuous = (power + _INAUDIBLE_POWER for power in powers)
    return float(10 * np.log10(chunked / continuous))


def _step_ratio(runs: Runs, join: int) -> float:
    """Compare the largest second differences in the frames that a bad overlap would break."""
    chunked, continuous = (
        np.abs(np.diff(_frames(heard, join, 1), n=2)).max() + _SMALLEST_STEP
        for heard in (runs.chunked, runs.continuous)
    )
    return float(chunked / continuous)


def _frames(sound: Sound, join: int, around: int) -> Sound:
    middle = join * FRAME_SAMPLES - FRAME_SAMPLES // 2
    reach = around * FRAME_SAMPLES
    return sound[:, max(middle - reach, 0) : middle + reach]

"""How much silence a source begins and ends with, measured while it is decoded.

A sample is silent where it lies more than 60 dB below full scale in every channel. That is where a
hall's echo counts as gone (its reverberation time, ISO 3382-1), and far above the dither of 16 bits
at -93 dB, so that recorded silence is silent, too. Nothing is cut: silence may be meant. A creator
is told of as much of it as a listener would take for a fault.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from manifests.index import Silence

THRESHOLD_DBFS: Final = -60.0
LONG_HEAD_S: Final = 2.0
LONG_TAIL_S: Final = 5.0
"""More than at the head: endings fade, and albums leave time between their tracks."""

_THRESHOLD: Final = 10 ** (THRESHOLD_DBFS / 20)
_PART_SAMPLES: Final = 4096

Samples = npt.NDArray[np.float32]


class SilenceMeter:
    """Measures blocks of ``(channels, samples)`` float32, full scale at 1.0."""

    def __init__(self) -> None:
        self._fed_samples = 0
        self._first: int | None = None
        self._end = 0

    def feed(self, block: Samples) -> None:
        """Look at the next samples; a block may have any length.

        In sound, which is most of any source, only the last samples of a block are looked at.
        """
        end = _end_of_sound(block)
        if end:
            self._end = self._fed_samples + end
            if self._first is None:
                self._first = self._fed_samples + int(_loud(block).argmax())
        self._fed_samples += block.shape[1]

    def finish(self) -> Silence:
        """Return what was measured; of a source without any sound, all is its head."""
        if self._first is None:
            return Silence(self._fed_samples, 0)
        return Silence(self._first, self._fed_samples - self._end)


def silence_notes(silence: Silence, samples: int, sample_rate_hz: int) -> tuple[str, ...]:
    """Return what the creator of a source of ``samples`` samples should know."""
    if silence.head_ticks == samples:
        return ("There is nothing but silence in this file.",)
    head_s = silence.head_ticks / sample_rate_hz
    tail_s = silence.tail_ticks / sample_rate_hz
    found = []
    if head_s >= LONG_HEAD_S:
        found.append(
            f"The first {head_s:.1f} seconds are silent. "
            "Listeners may take that for a fault; cut it off unless you mean it."
        )
    if tail_s >= LONG_TAIL_S:
        found.append(
            f"The last {tail_s:.1f} seconds are silent. Cut them off unless you mean them."
        )
    return tuple(found)


def _end_of_sound(block: Samples) -> int:
    """Return the end of the last sample that is not silent, or 0."""
    for end in range(block.shape[1], 0, -_PART_SAMPLES):
        start = max(end - _PART_SAMPLES, 0)
        loud = _loud(block[:, start:end])
        if loud.any():
            return end - int(loud[::-1].argmax())
    return 0


def _loud(block: Samples) -> npt.NDArray[np.bool_]:
    """Return of each sample whether it is heard in any channel."""
    return np.asarray(np.abs(block).max(axis=0) >= _THRESHOLD)

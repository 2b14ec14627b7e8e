"""Blocks of samples: what flows between decoder, meters and encoders."""

from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame

Block = npt.NDArray[np.float32]
"""Samples of shape ``(channels, samples)``; 1.0 is full scale."""

LAYOUTS: Final = {
    1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1",
}  # fmt: skip
"""The usual layout of a number of channels, where a file does not say."""


def silence(channels: int, samples: int) -> Block:
    """Return a block of zeros."""
    return np.zeros((channels, samples), dtype=np.float32)


def frame_of(block: Block, rate_hz: int) -> AudioFrame:
    """Wrap a block for libav."""
    contiguous = np.ascontiguousarray(block)
    frame = AudioFrame.from_ndarray(contiguous, format="fltp", layout=LAYOUTS[block.shape[0]])
    frame.sample_rate = rate_hz
    frame.time_base = Fraction(1, rate_hz)
    return frame


def block_of(frame: AudioFrame) -> Block:
    """Return the samples of a planar float frame."""
    return frame.to_ndarray().astype(np.float32, copy=False)

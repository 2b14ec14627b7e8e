"""Bring blocks of samples to another rate, and know exactly how many come out.

``samples`` at one rate become ``ceil(samples * rate / source_rate)`` at another. libswresample
drops the last few, or all of a very short sound, so it gets silence after the sound and its output
is cut at the exact number.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from av.audio.resampler import AudioResampler

from packager.sound.samples import LAYOUTS, Block, block_of, frame_of, silence

_BLOCK_SAMPLES: Final = 65_536
_OPTIONS: Final = {"filter_size": "64"}
_FLUSH_SAMPLES: Final = 8_192
"""Longer than the filter at any ratio between 8 and 384 kHz."""


def resampled(samples: int, source_rate_hz: int, rate_hz: int) -> int:
    """Return how many samples come of ``samples`` at another rate."""
    return -(-samples * rate_hz // source_rate_hz)


def resample(blocks: Iterable[Block], source_rate_hz: int, rate_hz: int) -> Iterator[Block]:
    """Yield the same sound at ``rate_hz``."""
    if source_rate_hz == rate_hz:
        yield from blocks
        return
    resampler: AudioResampler | None = None
    taken = given = channels = 0
    for block in blocks:
        channels = block.shape[0]
        resampler = resampler or _resampler(channels, rate_hz)
        taken += block.shape[1]
        for frame in resampler.resample(frame_of(block, source_rate_hz)):
            given += frame.samples
            yield block_of(frame)
    if resampler is None:
        return
    missing = resampled(taken, source_rate_hz, rate_hz) - given
    rest = resampler.resample(frame_of(silence(channels, _FLUSH_SAMPLES), source_rate_hz))
    for frame in [*rest, *resampler.resample(None)]:
        if missing > 0:
            yield block_of(frame)[:, :missing]
            missing -= frame.samples


def _resampler(channels: int, rate_hz: int) -> AudioResampler:
    return AudioResampler(
        format="fltp",
        layout=LAYOUTS[channels],
        rate=rate_hz,
        frame_size=_BLOCK_SAMPLES,
        options=_OPTIONS,
    )

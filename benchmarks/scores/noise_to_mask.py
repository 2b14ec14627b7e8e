"""How far coding noise lies above what the sound itself masks, on a Bark scale.

A small model of our own, after ITU-R BS.1387's basic version: the power of the reference and of the
error in bands of a quarter Bark, the reference spread over neighbouring bands, a masking threshold
below it, and the quietest that is heard at 92 dB SPL for full scale. It knows no time masking, so
that it is strict about what comes before an attack. Lower is better; below 0 dB noise is masked.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from benchmarks.music import Sound

_WINDOW, _HOP = 2_048, 1_024
_FULL_SCALE_DB_SPL = 92.0
_LOWEST_HZ, _HIGHEST_HZ = 80.0, 18_000.0
_BAND_BARK = 0.25
_SPREAD_DOWN_DB, _SPREAD_UP_DB = 27.0, 15.0
_OFFSET_DB, _OFFSET_DB_PER_BARK = 5.0, 0.3
_AUDIBLE = 1e-12

Bands = npt.NDArray[np.floating]
"""Power of shape ``(frames, bands)``."""


@dataclass(frozen=True)
class _Scale:
    fold: Bands  # (bins, bands)
    spread: Bands  # (bands, bands)
    offset: Bands  # (bands,)
    quiet: Bands  # (bands,)


def noise_to_mask_db(reference: Sound, coded: Sound, rate_hz: int) -> float:
    """Return the mean ratio over bands, frames and channels in dB, as BS.1387's total NMR."""
    scale = _scale(rate_hz)
    ratios = []
    for original, other in zip(reference, coded, strict=True):
        mask = (_power(original) @ scale.fold) @ scale.spread * scale.offset + scale.quiet
        ratios.append(_power(other - original) @ scale.fold / mask)
    return float(10 * np.log10(np.mean(ratios) + _AUDIBLE))


def _power(channel: npt.NDArray[np.float32]) -> Bands:
    frames = np.lib.stride_tricks.sliding_window_view(channel, _WINDOW)[::_HOP]
    window = np.hanning(_WINDOW)
    spectrum = np.fft.rfft(frames * window, axis=1)
    return np.asarray(np.abs(spectrum) ** 2 / (window.sum() / 2) ** 2)


@cache
def _scale(rate_hz: int) -> _Scale:
    hz = np.fft.rfftfreq(_WINDOW, 1 / rate_hz)
    bark = _bark(hz)
    low, high = _bark(np.array([_LOWEST_HZ, _HIGHEST_HZ]))
    count = int((high - low) / _BAND_BARK)
    number = np.floor((bark - low) / _BAND_BARK).astype(int)
    fold = (number[:, np.newaxis] == np.arange(count)).astype(np.float64)
    centre = low + (np.arange(count) + 0.5) * _BAND_BARK
    return _Scale(fold, _spreading(centre), _offset(centre), _quiet(centre, hz, bark))


def _bark(hz: Bands) -> Bands:
    """Return critical-band rates, as BS.1387 has them."""
    return np.asarray(7 * np.arcsinh(hz / 650))


def _spreading(centre: Bands) -> Bands:
    """Return how much of each band's power masks in each other, its sum kept."""
    apart = centre[np.newaxis] - centre[:, np.newaxis]
    decay_db = np.where(apart < 0, -apart * _SPREAD_DOWN_DB, apart * _SPREAD_UP_DB)
    weights = 10 ** (-decay_db / 10)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _offset(centre: Bands) -> Bands:
    return np.asarray(10 ** (-(_OFFSET_DB + _OFFSET_DB_PER_BARK * centre) / 10))


def _quiet(centre: Bands, hz: Bands, bark: Bands) -> Bands:
    """Return the threshold of hearing (Terhardt) as power relative to full scale."""
    khz = np.interp(centre, bark, hz) / 1_000
    level_db = 3.64 * khz**-0.8 - 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) + 1e-3 * khz**4
    return np.asarray(10 ** ((level_db - _FULL_SCALE_DB_SPL) / 10))

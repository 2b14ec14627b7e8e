"""The waveform that a player draws: one lowest and one highest value for each pixel.

The pixel grid follows from the number of samples alone, though it is not known in advance: pixels
begin at 64 samples each, and whenever 8,192 of them are full, neighbours are merged in pairs and
the pixel is twice as long. So a track has the smallest ``64 * 2^k`` samples per pixel that needs at
most 8,192 pixels (1,024 for three minutes), whatever blocks it came in, and memory stays constant.

Both formats are version 2 of BBC's audiowaveform, as peaks.js and wavesurfer.js read them:
https://github.com/bbc/audiowaveform/blob/master/doc/DataFormat.md
"""

import json
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

MAX_PIXELS: Final = 8192
FIRST_SAMPLES_PER_PIXEL: Final = 64

_VERSION: Final = 2
_BITS: Final = 8
_FLAG_8_BIT: Final = 1
_HEADER: Final = struct.Struct("<iIiiIi")

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Waveform:
    """Peaks of the mono mix. ``peaks`` has the shape ``(pixels, 2)``: lowest, highest."""

    sample_rate_hz: int
    samples_per_pixel: int
    peaks: npt.NDArray[np.int8]

    def to_json(self) -> bytes:
        """Return the JSON form (``.json``)."""
        document = {
            "version": _VERSION,
            "channels": 1,
            "sample_rate": self.sample_rate_hz,
            "samples_per_pixel": self.samples_per_pixel,
            "bits": _BITS,
            "length": len(self.peaks),
            "data": self.peaks.ravel().tolist(),
        }
        return json.dumps(document, separators=(",", ":")).encode()

    def to_binary(self) -> bytes:
        """Return the binary form (``.dat``), little-endian."""
        header = _HEADER.pack(
            _VERSION,
            _FLAG_8_BIT,
            self.sample_rate_hz,
            self.samples_per_pixel,
            len(self.peaks),
            1,
        )
        return header + self.peaks.tobytes()


class WaveformBuilder:
    """Makes a waveform out of blocks of ``(channels, samples)`` float32, full scale at 1.0."""

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._channels = channels
        self._samples_per_pixel = FIRST_SAMPLES_PER_PIXEL
        self._peaks = np.zeros((MAX_PIXELS, 2), np.float32)
        self._pixels = 0
        self._rest: Samples = np.zeros(0, np.float32)

    def feed(self, block: Samples) -> None:
        """Draw the next samples; a block may have any length."""
        mono = block[0] if self._channels == 1 else block.mean(axis=0, dtype=np.float32)
        samples = np.concatenate((self._rest, mono))
        while len(samples) >= self._samples_per_pixel:
            samples = self._draw(samples)
        self._rest = samples.copy()

    def finish(self) -> Waveform:
        """Return the waveform, its last pixel made of what is left; feed nothing afterwards."""
        if len(self._rest):
            self._merge_if_full()
            self._add(self._rest[np.newaxis])
            self._rest = self._rest[:0]
        scaled = np.rint(self._peaks[: self._pixels] * 128)
        peaks = np.clip(scaled, -128, 127).astype(np.int8)
        return Waveform(self._sample_rate_hz, self._samples_per_pixel, peaks)

    def _draw(self, samples: Samples) -> Samples:
        """Draw as many whole pixels as there is room for and return the samples that are left."""
        self._merge_if_full()
        width = self._samples_per_pixel
        pixels = min(len(samples) // width, MAX_PIXELS - self._pixels)
        self._add(samples[: pixels * width].reshape(pixels, width))
        return samples[pixels * width :]

    def _add(self, rows: Samples) -> None:
        """Append one pixel for each row."""
        room = self._peaks[self._pixels : self._pixels + len(rows)]
        rows.min(axis=1, out=room[:, 0])
        rows.max(axis=1, out=room[:, 1])
        self._pixels += len(rows)

    def _merge_if_full(self) -> None:
        if self._pixels == MAX_PIXELS:
            pairs = self._peaks.reshape(-1, 2, 2)
            self._pixels //= 2
            self._samples_per_pixel *= 2
            self._peaks[: self._pixels, 0] = pairs[:, :, 0].min(axis=1)
            self._peaks[: self._pixels, 1] = pairs[:, :, 1].max(axis=1)

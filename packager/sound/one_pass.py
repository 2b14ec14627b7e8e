"""The one pass over a source's sound: everything that needs samples is fed from here.

Blocks flow from the decoder through the resampler, past the meters, into the chunk cutter. What
the meters measured is read when the last chunk was taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from manifests.index import Loudness, Silence
from manifests.rendition import Ladder
from packager.encoding.boundaries import Timeline, front_padding
from packager.encoding.chunks import Chunk, ChunkCutter
from packager.limits import Limits
from packager.sound.decode import Extent, decode
from packager.sound.loudness import LoudnessMeter
from packager.sound.resample import resample, resampled
from packager.sound.silence import SilenceMeter
from packager.sound.waveform import Waveform, WaveformBuilder
from packager.source.facts import Probe


@dataclass(frozen=True, slots=True)
class Measured:
    """What the meters say of the whole."""

    loudness: Loudness
    waveform: Waveform
    silence: Silence


class Sound:
    """The sound of one source at its ladder's rate and channels."""

    def __init__(self, path: Path, probe: Probe, ladder: Ladder, limits: Limits) -> None:
        rate_hz, channels = ladder.sample_rate_hz, ladder.channels
        self.expected_samples = resampled(probe.samples, probe.sample_rate_hz, rate_hz)
        self._extent = Extent.of(probe, path.stat().st_size)
        decoded = decode(path, probe, channels, limits, self._extent)
        self._blocks = resample(decoded, probe.sample_rate_hz, rate_hz)
        self._cutter = ChunkCutter(ladder, front_padding(self.expected_samples))
        self._meter = LoudnessMeter(rate_hz, channels)
        self._waveform = WaveformBuilder(rate_hz, channels)
        self._silence = SilenceMeter()

    def chunks(self) -> Iterator[Chunk]:
        """Decode, measure and yield the sound chunk by chunk; once only."""
        for block in self._blocks:
            self._meter.feed(block)
            self._waveform.feed(block)
            self._silence.feed(block)
            yield from map(self._placed, self._cutter.feed(block))
        yield from map(self._placed, self._cutter.finish())

    def _placed(self, chunk: Chunk) -> Chunk:
        return replace(chunk, source_end_bytes=self._extent.end_bytes)

    @property
    def timeline(self) -> Timeline:
        """Where it was cut, true once all chunks were taken."""
        return self._cutter.timeline

    def measured(self) -> Measured:
        """Return what the meters say, once, after all chunks were taken."""
        return Measured(self._meter.finish(), self._waveform.finish(), self._silence.finish())

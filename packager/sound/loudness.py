"""How loud the source is, after EBU R128 and ITU-R BS.1770, measured while it is decoded.

libavfilter's ``ebur128`` measures loudness and range: blocks go in as floats, so that overs are not
clipped, and come out again in steps of 100 ms that carry everything measured up to there as
metadata. Only the last step is of interest. The true peak is ours (``true_peak``), since the
filter's costs more than all the rest. Sound is never changed: a player that wants it quieter reads
the figures.

What the filter says when there is nothing to say (-70 LUFS of silence, 0 LU over less than one
short-term window) is turned into None here, because a player would take it for a measurement.
"""

import math
from contextlib import suppress
from fractions import Fraction
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

from manifests.index import Loudness
from packager.sound.true_peak import TruePeakMeter

Samples = npt.NDArray[np.float32]

_ABSOLUTE_GATE_LUFS: Final = -70.0
"""Quieter blocks count for nothing (ITU-R BS.1770-5 Annex 1); the filter says this of silence."""
_SHORT_TERM_S: Final = 3
"""The window that the range is made of (EBU Tech 3342 §2.1)."""
_LAYOUTS: Final = {1: "mono", 2: "stereo"}


class LoudnessMeter:
    """Measures blocks of ``(channels, samples)`` float32, full scale at 1.0; one or two channels.

    One channel is measured as one (-23 LUFS of a mono file are not doubled for two loudspeakers).
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._sample_rate_hz = sample_rate_hz
        self._layout = _LAYOUTS[channels]
        self._fed_samples = 0
        self._measured: dict[str, str] = {}
        self._true_peak = TruePeakMeter(channels)
        graph = Graph()
        graph.threads = 1  # by default it starts one a core, and ebur128 has no use for them
        self._source = graph.add_abuffer(
            sample_rate=sample_rate_hz,
            format="fltp",
            layout=self._layout,
            time_base=Fraction(1, sample_rate_hz),
        )
        meter = graph.add("ebur128", "peak=none:metadata=1")
        self._sink = graph.add("abuffersink")
        self._source.link_to(meter)
        meter.link_to(self._sink)
        graph.configure()
        self._graph = graph

    def feed(self, block: Samples) -> None:
        """Measure the next samples; a block may have any length."""
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=self._layout)
        frame.sample_rate = self._sample_rate_hz
        frame.pts = self._fed_samples
        self._fed_samples += block.shape[1]
        self._source.push(frame)
        self._drain()
        self._true_peak.feed(block)

    def finish(self) -> Loudness:
        """Return what was measured; nothing may be fed afterwards."""
        self._source.push(None)
        self._drain()
        integrated_lufs = self._read("I")
        if integrated_lufs is not None and integrated_lufs <= _ABSOLUTE_GATE_LUFS:
            integrated_lufs = None
        has_range = (
            integrated_lufs is not None
            and self._fed_samples >= _SHORT_TERM_S * self._sample_rate_hz
        )
        return Loudness(
            integrated_lufs=integrated_lufs,
            range_lu=self._read("LRA") if has_range else None,
            true_peak_dbtp=_decibel(self._true_peak.finish()),
        )

    def _drain(self) -> None:
        last = None
        with suppress(av.BlockingIOError, av.EOFError):
            while True:
                last = self._sink.pull()
        if last is not None:
            self._measured = last.metadata or self._measured

    def _read(self, name: str) -> float | None:
        text = self._measured.get(f"lavfi.r128.{name}")
        if text is None:
            return None
        value = float(text)
        return value if math.isfinite(value) else None


def _decibel(linear: float) -> float | None:
    """Return a level in dB below full scale; silence has none."""
    return round(20 * math.log10(linear), 2) if linear else None

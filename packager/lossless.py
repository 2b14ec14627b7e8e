"""The lossless rung: FLAC, with the source's own bits wherever they can be kept.

Samples are floating-point numbers on their way, which keep 24 bits exactly. So where neither the
rate nor the channels are changed, FLAC of 16 or 24 bits is the source sample for sample. Where they
are, or where the source is finer, it has 24 bits.
"""

from dataclasses import replace
from typing import Final

from manifests.rendition import Codec, Ladder, Rung
from packager.source.facts import Probe

_NAME: Final = "lossless"
_CD_BITS: Final = 16
_MOST_BITS: Final = 24
_FLOATING_POINT: Final = "pcm_f"

_LOSSY: Final = (
    "The source is a lossy file, so there is no lossless rendition: it would hold no more than the "
    "others do. Upload a lossless file for it."
)
_CONVERTED: Final = (
    "The lossless rendition holds the sound as it was changed, in 24 bits: it is not the source "
    "bit for bit."
)
_FINER: Final = (
    "The source has finer samples than 24 bits. In the lossless rendition they were rounded, and "
    "cut where they are beyond full scale."
)


def with_lossless(probe: Probe, ladder: Ladder) -> tuple[Ladder, list[str]]:
    """Return the ladder with a rung of FLAC, where that holds more than AAC does, and notes."""
    if not probe.lossless:
        return ladder, [_LOSSY]
    bits = _bits(probe, ladder)
    bitrate_bps = ladder.sample_rate_hz * ladder.channels * bits
    rung = Rung(_NAME, bitrate_bps, Codec.FLAC, bits)
    notes = [_CONVERTED] if _is_converted(probe, ladder) else []
    notes += [_FINER] if _is_finer(probe) else []
    return replace(ladder, rungs=(*ladder.rungs, rung)), notes


def _bits(probe: Probe, ladder: Ladder) -> int:
    if _is_converted(probe, ladder) or _is_finer(probe) or probe.bits_per_sample is None:
        return _MOST_BITS
    return _CD_BITS if probe.bits_per_sample <= _CD_BITS else _MOST_BITS


def _is_converted(probe: Probe, ladder: Ladder) -> bool:
    return (probe.sample_rate_hz, probe.channels) != (ladder.sample_rate_hz, ladder.channels)


def _is_finer(probe: Probe) -> bool:
    """Tell whether samples are known to be finer than 24 bits can say."""
    return probe.codec.startswith(_FLOATING_POINT) or (probe.bits_per_sample or 0) > _MOST_BITS

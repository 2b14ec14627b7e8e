"""Choose the encoding plan that fits a source, and say what it does not get and why.

* Three rungs, 128, 256 and 320 kbit/s. A lossy source gets none above its own class, which is the
  lowest rung that holds its bit rate: more bits would only describe its losses better.
* One rate for all rungs, by family: multiples and fractions of 11,025 Hz become 44.1 kHz, the rest
  48 kHz, so that a resampler's ratio is as simple as it can be.
* One channel stays one. An AAC frame holds at most 6,144 bits a channel (ISO/IEC 14496-3, 4.5.3),
  which caps what one channel can take. More than two channels become two.
* 258 or 281 frames a segment: just under the target duration of 6 s.
"""

from typing import Final

from manifests.rendition import FRAME_SAMPLES, Ladder, Rung
from packager.probe import Probe

_FULL: Final = (Rung("128k", 128_000), Rung("256k", 256_000), Rung("320k", 320_000))
_CLASS_TOLERANCE: Final = 1.1
"""Average bit rates of VBR files stray this far above their nominal class."""
_FRAMES_PER_SEGMENT: Final = {44_100: 258, 48_000: 281}
_CD_FAMILY_HZ: Final = 11_025
_BITS_PER_CHANNEL_AND_FRAME: Final = 6_144
_STEREO: Final = 2


def choose(probe: Probe) -> tuple[Ladder, tuple[str, ...]]:
    """Return the ladder for a source, and one sentence for each thing that its creator may miss."""
    rate_hz = 44_100 if probe.sample_rate_hz % _CD_FAMILY_HZ == 0 else 48_000
    channels = min(probe.channels, _STEREO)
    rungs = _within_class(probe)
    ceiling_bps = channels * _BITS_PER_CHANNEL_AND_FRAME * rate_hz // FRAME_SAMPLES // 1000 * 1000
    capped = tuple(Rung(rung.name, min(rung.bitrate_bps, ceiling_bps)) for rung in rungs)
    ladder = Ladder(
        rungs=capped,
        sample_rate_hz=rate_hz,
        channels=channels,
        frames_per_segment=_FRAMES_PER_SEGMENT[rate_hz],
    )
    return ladder, tuple(_notes(probe, ladder, rungs))


def _within_class(probe: Probe) -> tuple[Rung, ...]:
    if probe.lossless or probe.bitrate_bps is None:
        return _FULL
    below = sum(rung.bitrate_bps * _CLASS_TOLERANCE < probe.bitrate_bps for rung in _FULL)
    return _FULL[: below + 1]


def _notes(probe: Probe, ladder: Ladder, wanted: tuple[Rung, ...]) -> list[str]:
    notes = list(probe.notes)
    if len(wanted) < len(_FULL) and probe.bitrate_bps is not None:
        notes.append(
            f"The source is already compressed to about {probe.bitrate_bps // 1000} kbit/s, so "
            f"nothing above {wanted[-1].bitrate_bps // 1000} kbit/s was made: it would not sound "
            "better. Upload a lossless file for the full range."
        )
    if probe.channels > _STEREO:
        notes.append(
            f"The source has {probe.channels} channels; they were mixed down to stereo by the "
            "coefficients of ITU-R BS.775, at a level that cannot clip."
        )
    if ladder.rungs != wanted:
        notes.append(
            f"One channel of AAC holds at most {ladder.rungs[-1].bitrate_bps // 1000} kbit/s at "
            f"{ladder.sample_rate_hz} Hz, so the {wanted[-1].name} rendition has that bit rate."
        )
    if probe.sample_rate_hz != ladder.sample_rate_hz:
        notes.append(
            f"The sample rate was changed from {probe.sample_rate_hz} Hz "
            f"to {ladder.sample_rate_hz} Hz."
        )
    return notes

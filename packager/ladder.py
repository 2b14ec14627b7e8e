"""Choose the encoding plan that fits a source, and say what it does not get and why.

* Three rungs, 128, 256 and 320 kbit/s. Encoding a lossy source again loses the less the more bits
  there are, up to about twice its own; what goes beyond that would be waste and is not made. The
  rungs above the source's own bit rate keep more of it, but cannot sound better: a note says so.
* One rate for all rungs, by family: multiples and fractions of 11,025 Hz become 44.1 kHz, the rest
  48 kHz, so that a resampler's ratio is as simple as it can be.
* One channel stays one. An AAC frame holds at most 6,144 bits a channel (ISO/IEC 14496-3, 4.5.3):
  one channel cannot take 320 kbit/s, and what it can take is too near to 256 to be a rung of its
  own. More than two channels become two.
* 258 or 281 frames a segment: just under the target duration of 6 s.
* A lossless rung above them for who asks for it: see ``packager.lossless``.
"""

from collections.abc import Iterator
from typing import Final

from manifests.rendition import AAC_FRAME_BITS_PER_CHANNEL, FRAME_SAMPLES, Ladder, Rung
from packager.extras import NO_EXTRAS, Extras
from packager.lossless import with_lossless
from packager.source.facts import Probe

FULL: Final = (Rung("128k", 128_000), Rung("256k", 256_000), Rung("320k", 320_000))
"""All lossy rungs; how each is coded is what ``benchmarks/coder_quality`` found best."""
_WORTHWHILE: Final = 2.1
"""The largest bit rate, relative to a lossy source's, at which encoding it again gains anything."""
_SAME_CLASS: Final = 1.1
"""Average bit rates of VBR files stray this far from their nominal class."""
_FRAMES_PER_SEGMENT: Final = {44_100: 258, 48_000: 281}
_CD_FAMILY_HZ: Final = 11_025
_STEREO: Final = 2


def choose(probe: Probe, extras: Extras = NO_EXTRAS) -> tuple[Ladder, tuple[str, ...]]:
    """Return the ladder for a source, and one sentence for each thing that its creator may miss."""
    rate_hz = 44_100 if probe.sample_rate_hz % _CD_FAMILY_HZ == 0 else 48_000
    channels = min(probe.channels, _STEREO)
    ceiling_bps = channels * AAC_FRAME_BITS_PER_CHANNEL * rate_hz // FRAME_SAMPLES
    wanted = _worthwhile(probe)
    ladder = Ladder(
        rungs=tuple(rung for rung in wanted if rung.bitrate_bps <= ceiling_bps),
        sample_rate_hz=rate_hz,
        channels=channels,
        frames_per_segment=_FRAMES_PER_SEGMENT[rate_hz],
        packed_audio=extras.packed_audio,
    )
    notes = _notes(probe, ladder, wanted)
    if extras.lossless:
        ladder, lossless_notes = with_lossless(probe, ladder)
        notes += lossless_notes
    return ladder, tuple(notes)


def _worthwhile(probe: Probe) -> tuple[Rung, ...]:
    if probe.lossless or probe.bitrate_bps is None:
        return FULL
    most_bps = probe.bitrate_bps * _WORTHWHILE
    return FULL[:1] + tuple(rung for rung in FULL[1:] if rung.bitrate_bps <= most_bps)


def _notes(probe: Probe, ladder: Ladder, wanted: tuple[Rung, ...]) -> list[str]:
    notes = [*probe.notes, *_class_notes(probe, ladder, wanted)]
    if probe.channels > _STEREO:
        notes.append(
            f"The source has {probe.channels} channels; they were mixed down to stereo by the "
            "coefficients of ITU-R BS.775, at a level that cannot clip."
        )
    if ladder.rungs != wanted:
        notes.append(
            "The source has one channel, and one channel of AAC cannot take 320 kbit/s, "
            "so there is no 320k rendition."
        )
    if probe.sample_rate_hz != ladder.sample_rate_hz:
        notes.append(
            f"The sample rate was changed from {probe.sample_rate_hz} Hz "
            f"to {ladder.sample_rate_hz} Hz."
        )
    return notes


def _class_notes(probe: Probe, ladder: Ladder, wanted: tuple[Rung, ...]) -> Iterator[str]:
    if probe.lossless or probe.bitrate_bps is None:
        return
    source = f"The source is already compressed to about {round(probe.bitrate_bps / 1000)} kbit/s"
    same_bps = probe.bitrate_bps * _SAME_CLASS
    above = [rung.name for rung in ladder.rungs if rung.bitrate_bps > same_bps]
    if above:
        yield f"{source}: what is above that ({', '.join(above)}) cannot sound better than it does."
    if missing := [rung.name for rung in FULL if rung not in wanted]:
        yield (
            f"{source}, so there is no {' and no '.join(missing)} rendition. "
            "Upload a lossless file for all of them."
        )

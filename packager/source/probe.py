"""What a source is, before any of it is decoded.

Its length matters most, since the padding in front of the sound depends on it: see ``length``. The
rest is for the ladder's choice and for the index.
"""

import re
from fractions import Fraction
from pathlib import Path
from typing import Final

from av.audio.codeccontext import AudioCodecContext
from av.stream import Disposition

from packager.errors import CorruptSource, UnsupportedSource
from packager.limits import Limits
from packager.source.complete import check_complete
from packager.source.container import OpenSource, open_source, reading
from packager.source.facts import Probe
from packager.source.file import check_readable, check_size
from packager.source.length import measure_length
from packager.source.wavpack import WavPackBlock

_LOSSLESS: Final = re.compile(r"pcm_(?!.*law).*|flac|alac|wavpack|tta")
_PCM_BITS: Final = re.compile(r"pcm_[suf](\d+)")
_STREAMINFO_SIZE: Final = 34
_SHORT_BITS: Final = 16


def probe(path: Path, limits: Limits) -> Probe:
    """Describe the sound in the file at ``path``.

    Raises UnsupportedSource, CorruptSource, SourceTooLarge or SourceNotFound.
    """
    check_readable(path)
    check_size(path, limits)
    with open_source(path) as source, reading():
        described = _describe(source, path, limits)
    if described.samples <= 0:
        raise CorruptSource("This file has a header, but no sound after it. Export it again.")
    check_complete(path, described.container)
    return described


def _describe(source: OpenSource, path: Path, limits: Limits) -> Probe:
    context = source.stream.codec_context
    _check_header(context.sample_rate, context.channels, limits)
    container = source.container.format.name.split(",")[0]
    block = WavPackBlock.read(path) if context.name == "wavpack" else None
    is_half = block is not None and block.is_hybrid
    lossless = _LOSSLESS.fullmatch(context.name) is not None and not is_half
    length = measure_length(source, limits, lossless=lossless)
    return Probe(
        container=container,
        codec=context.name,
        sample_rate_hz=context.sample_rate,
        channels=context.channels,
        bits_per_sample=block.bits_per_sample if block else _bits_per_sample(context),
        bitrate_bps=length.bitrate_bps or _declared_bps(source, path, length.samples),
        lossless=lossless,
        samples=length.samples,
        promised_samples=length.promised,
        ends_early=container == "mov" and not lossless,
        notes=_notes(source),
    )


def _check_header(rate_hz: int, channels: int, limits: Limits) -> None:
    if not limits.lowest_rate_hz <= rate_hz <= limits.highest_rate_hz:
        raise UnsupportedSource(
            f"This file says that it has {rate_hz} samples a second. Export it with "
            f"{limits.lowest_rate_hz} to {limits.highest_rate_hz}; 44100 or 48000 are usual."
        )
    if not 1 <= channels <= limits.channels:
        raise UnsupportedSource(
            f"This file says that it has {channels} channels. Export it with 1 to "
            f"{limits.channels}."
        )


def _declared_bps(source: OpenSource, path: Path, samples: int) -> int:
    """Return the bit rate of PCM, which is constant, or else the average of the whole file."""
    seconds = Fraction(max(samples, 1), source.stream.codec_context.sample_rate)
    return source.stream.bit_rate or round(path.stat().st_size * 8 / seconds)


def _bits_per_sample(context: AudioCodecContext) -> int | None:
    """Return what the codec's name, STREAMINFO (RFC 9639 §8.2) or the sample format says."""
    if found := _PCM_BITS.match(context.name):
        return int(found[1])
    extradata = context.extradata
    if context.name == "flac" and extradata is not None and len(extradata) >= _STREAMINFO_SIZE:
        return (int.from_bytes(extradata[12:14], "big") >> 4 & 0x1F) + 1
    if _LOSSLESS.fullmatch(context.name) is None:
        return None
    # There is no format before a frame could be read. One of more than 16 bits may hold any number.
    bits = getattr(context.format, "bits", None)
    return _SHORT_BITS if bits == _SHORT_BITS else None


def _notes(source: OpenSource) -> tuple[str, ...]:
    pictures = source.container.streams.video
    if any(not stream.disposition & Disposition.attached_pic for stream in pictures):
        return ("The source is a video; only its sound was packaged.",)
    return ()

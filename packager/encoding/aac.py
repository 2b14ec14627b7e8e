"""One chunk of an AAC rung: samples in, access units out. A pure task, whatever runs beside it.

The encoder is FFmpeg's own. The settings were measured (see the ladder's rates): twoloop search at
128 kbit/s; above it the fast search without intensity stereo, which is as good there at half the
cost. The coder is always named, since defaults change between FFmpeg releases.

The chunk starts with ``PRE_ROLL_FRAMES`` that are dropped, and ends with one frame that the encoder
only looks at. It is never flushed: a flush would make up what comes after.

Before its pre-roll, twoloop reads one frame of silence. Rate control steers a Lagrange multiplier
that starts low and climbs slowly where a sound is easy: steady tones take 300 frames and more to
get down to their least error, 20 dB below the first. Silence drives it to its top within a frame,
as it does before the sound of one continuous encode, and from there it comes down fast. Without
it, Zimtohrli's distance around joins is a tenth more; with it, one or two hundredths. The fast
search starts near to where it stays, and silence would only carry it away from there.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags
from av.error import FFmpegError

from manifests.rendition import FRAME_SAMPLES, Ladder, Rung
from packager.encoding.boundaries import PRE_ROLL_FRAMES
from packager.errors import EncoderFailed
from packager.sound.samples import LAYOUTS, Block, frame_of, silence

_TWOLOOP_UP_TO_BPS: Final = 128_000
SILENT_FRAMES: Final = {"twoloop": 1}
"""By coder: how many are encoded and dropped before the pre-roll; none with any other coder."""
_BATCH_FRAMES: Final = 64


def encode_chunk(ladder: Ladder, rung: Rung, padded: Block) -> tuple[bytes, ...]:
    """Encode a chunk's samples, pre-roll and look-ahead included, to its access units.

    ``padded`` has shape ``(channels, (128 + frames + 1) * 1024)``; ``frames`` units come out.
    Raises EncoderFailed.
    """
    units: list[bytes] = []
    context = _encoder(ladder, rung)
    silent_frames = SILENT_FRAMES.get(coder_options(rung).get("aac_coder", ""), 0)
    try:
        for block in _batches(silent_frames, padded):
            frame = frame_of(block, ladder.sample_rate_hz)
            units += map(bytes, context.encode(frame))
    except (FFmpegError, ValueError) as error:
        raise EncoderFailed("The encoder failed on this sound. Please report it.") from error
    return tuple(units[silent_frames + PRE_ROLL_FRAMES :])


def codec_config(ladder: Ladder, rung: Rung) -> bytes:
    """Return the AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) of what ``encode_chunk`` makes."""
    extradata = _encoder(ladder, rung).extradata
    if not extradata:
        raise EncoderFailed("The encoder does not describe its output. Please report it.")
    return extradata


def coder_options(rung: Rung) -> dict[str, str]:
    """Return what FFmpeg is told of the search for a rung's quantization."""
    if rung.bitrate_bps <= _TWOLOOP_UP_TO_BPS:
        return {"aac_coder": "twoloop"}
    return {"aac_coder": "fast", "aac_is": "0"}


def _batches(silent_frames: int, padded: Block) -> Iterator[Block]:
    if silent_frames:
        yield silence(padded.shape[0], silent_frames * FRAME_SAMPLES)
    batch = _BATCH_FRAMES * FRAME_SAMPLES
    for start in range(0, padded.shape[1], batch):
        yield padded[:, start : start + batch]


def _encoder(ladder: Ladder, rung: Rung) -> AudioCodecContext:
    context = av.CodecContext.create("aac", "w")
    context.sample_rate = ladder.sample_rate_hz
    context.layout = LAYOUTS[ladder.channels]
    context.format = "fltp"
    context.bit_rate = rung.bitrate_bps
    context.time_base = Fraction(1, ladder.sample_rate_hz)
    context.options = coder_options(rung)
    context.flags |= Flags.bitexact  # else every 256th unit carries libavcodec's version
    try:
        context.open()
    except (FFmpegError, ValueError) as error:
        raise EncoderFailed("The AAC encoder could not be started. Please report it.") from error
    return context

"""One chunk of a lossless rung: samples in, FLAC frames out.

FLAC has neither priming nor pre-roll: a frame holds its own samples and needs no other. So that all
rungs share one timeline, frame ``k`` holds what the decoder of AAC yields for its frame ``k``: the
padded samples ``[(k - 1) * 1024, k * 1024)``. The first frame is silence, edit list and segment
boundaries are those of the other rungs. The last frame is as short as the sound: unlike AAC, FLAC
has a way to say so.

The encoder counts frames from 0 in each chunk; they are numbered anew as frames of the whole.
Samples are rounded to the rung's bits here, since libswresample would leave some to be cut off.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.error import FFmpegError

from manifests.boxes.stream_info import StreamInfo
from manifests.rendition import FRAME_SAMPLES, Ladder, Rung
from packager.encoding.boundaries import PRE_ROLL_FRAMES
from packager.encoding.chunks import Chunk
from packager.encoding.flac_frame import renumbered
from packager.errors import EncoderFailed
from packager.sound.samples import LAYOUTS, Block

_BATCH_FRAMES: Final = 64
_OPTIONS: Final = {"frame_size": str(FRAME_SAMPLES), "compression_level": "5"}
_SHORT_BITS: Final = 16
_WORD_BITS: Final = 32


def encode_chunk(ladder: Ladder, rung: Rung, chunk: Chunk) -> tuple[bytes, ...]:
    """Encode a chunk's samples to its frames; raises EncoderFailed."""
    bits = stream_info(ladder, rung).bits_per_sample
    context = _encoder(ladder, bits)
    first = (PRE_ROLL_FRAMES - 1) * FRAME_SAMPLES
    heard = chunk.padded[:, first : first + chunk.cut.media_ticks]
    try:
        packets = [
            packet
            for frame in _frames(heard, ladder.sample_rate_hz, bits)
            for packet in context.encode(frame)
        ]
        packets += context.encode(None)
        units = (bytes(packet) for packet in packets if packet.size)
        return tuple(renumbered(unit, n) for n, unit in enumerate(units, chunk.cut.first_frame))
    except (FFmpegError, ValueError) as error:
        raise EncoderFailed("The encoder failed on this sound. Please report it.") from error


def stream_info(ladder: Ladder, rung: Rung) -> StreamInfo:
    """Return what decoders are told before the first frame."""
    if rung.bits_per_sample is None:
        raise EncoderFailed("A lossless rung needs to know its bits. Please report it.")
    return StreamInfo(FRAME_SAMPLES, ladder.sample_rate_hz, ladder.channels, rung.bits_per_sample)


def _frames(sound: Block, rate_hz: int, bits: int) -> Iterator[AudioFrame]:
    sample_format = "s16" if bits == _SHORT_BITS else "s32"
    batch = _BATCH_FRAMES * FRAME_SAMPLES
    for start in range(0, sound.shape[1], batch):
        samples = _interleaved(sound[:, start : start + batch], bits)
        frame = AudioFrame.from_ndarray(samples, sample_format, LAYOUTS[sound.shape[0]])
        frame.sample_rate = rate_hz
        frame.time_base = Fraction(1, rate_hz)
        yield frame


def _interleaved(sound: Block, bits: int) -> npt.NDArray[np.int16] | npt.NDArray[np.int32]:
    """Round to ``bits``, channels in turn; more than 16 are the upper ones of 32, for libav."""
    full_scale = 1 << bits - 1
    scaled: Block = np.rint(sound * np.float32(full_scale))
    rounded: Block = np.clip(scaled, -full_scale, full_scale - 1).T.reshape(1, -1)
    if bits == _SHORT_BITS:
        return rounded.astype(np.int16)
    return rounded.astype(np.int32) << _WORD_BITS - bits


def _encoder(ladder: Ladder, bits: int) -> AudioCodecContext:
    context = av.CodecContext.create("flac", "w")
    context.sample_rate = ladder.sample_rate_hz
    context.layout = LAYOUTS[ladder.channels]
    context.format = "s16" if bits == _SHORT_BITS else "s32"
    context.time_base = Fraction(1, ladder.sample_rate_hz)
    context.options = dict(_OPTIONS)
    try:
        context.open()
    except (FFmpegError, ValueError) as error:
        raise EncoderFailed("The FLAC encoder could not be started. Please report it.") from error
    return context

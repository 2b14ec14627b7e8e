"""Encode a sound twice, in chunks as the packager does and in one run, and decode both.

Everything between samples and access units is the packager's own code; only the ladder's grid is
finer, so that there are more joins a minute. Samples are counted in padded time (see
``packager.encoding.boundaries``): unit ``k`` yields samples ``[(k - 1) * 1024, k * 1024)``.
"""

from dataclasses import dataclass, replace
from typing import Final

import av
import numpy as np

from benchmarks.joins.windows import Windows, both_channels
from benchmarks.music import Sound
from manifests.rendition import FRAME_SAMPLES, Ladder, Rung
from packager.encoding.boundaries import Timeline, front_padding
from packager.encoding.chunks import ChunkCutter
from packager.encoding.encode import codec_config, encode_chunk
from packager.ladder import FULL
from packager.sound.samples import LAYOUTS

LADDER: Final = Ladder(FULL, 44_100, 2, frames_per_segment=258, segments_per_chunk=2)


@dataclass(frozen=True)
class Runs:
    """One sound at one rung; ``joins`` are the first frames of all chunks but the first.

    ``source``, ``chunked`` and ``continuous`` are samples in padded time, all equally long.
    """

    joins: tuple[int, ...]
    windows: tuple[tuple[Windows, ...], ...]
    source: Sound
    chunked: Sound
    continuous: Sound


def joins_of(samples: int, ladder: Ladder = LADDER) -> tuple[int, ...]:
    """Return the frames at which the chunks of so many samples meet."""
    timeline = Timeline(ladder, front_padding(samples), samples)
    return tuple(timeline.chunk(n).first_frame for n in range(1, timeline.chunk_count))


def run(sound: Sound, rung: Rung, ladder: Ladder = LADDER) -> Runs:
    """Encode and decode ``sound`` both ways."""
    samples = sound.shape[1]
    segments = Timeline(ladder, front_padding(samples), samples).segment_count
    in_one = replace(ladder, segments_in_first_chunk=segments)
    units = _encode(ladder, rung, sound)
    continuous = _encode(in_one, rung, sound)
    padding = np.zeros((sound.shape[0], front_padding(samples)), np.float32)
    return Runs(
        joins=joins_of(samples, ladder),
        windows=both_channels(units, _encode(ladder, rung, sound[::-1])),
        source=np.concatenate([padding, sound], axis=1),
        chunked=_decode(ladder, rung, units),
        continuous=_decode(ladder, rung, continuous),
    )


def _encode(ladder: Ladder, rung: Rung, sound: Sound) -> list[bytes]:
    cutter = ChunkCutter(ladder, front_padding(sound.shape[1]))
    chunks = [*cutter.feed(sound), *cutter.finish()]
    return [unit for chunk in chunks for unit in encode_chunk(ladder, rung, chunk)]


def _decode(ladder: Ladder, rung: Rung, units: list[bytes]) -> Sound:
    """Return the sound without the encoder's priming."""
    context = av.CodecContext.create("aac", "r")
    context.extradata = codec_config(ladder, rung)
    context.sample_rate = ladder.sample_rate_hz
    context.layout = LAYOUTS[ladder.channels]
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit))]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)[:, FRAME_SAMPLES:]

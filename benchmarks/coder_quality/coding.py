"""Encode and decode with any settings of FFmpeg's AAC encoder, and count what that costs."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext

from benchmarks.music import RATE_HZ, Sound
from manifests.rendition import FRAME_SAMPLES
from packager.sound.samples import frame_of

_BATCH_SAMPLES = 64 * FRAME_SAMPLES


@dataclass(frozen=True)
class Coded:
    """What is heard, as long as what was encoded, and what it took."""

    heard: Sound
    bitrate_bps: float
    cpu_s: float


def coded(sound: Sound, bitrate_bps: int, options: Mapping[str, str]) -> Coded:
    """Return a stereo sound, encoded and decoded."""
    encoder = _encoder(bitrate_bps, options)
    started = time.thread_time()
    units = _encode(encoder, sound)
    cpu_s = time.thread_time() - started
    duration_s = len(units) * FRAME_SAMPLES / RATE_HZ
    bits = 8 * sum(map(len, units))
    return Coded(_decode(encoder, units)[:, : sound.shape[1]], bits / duration_s, cpu_s)


def _encoder(bitrate_bps: int, options: Mapping[str, str]) -> AudioCodecContext:
    context = av.CodecContext.create("aac", "w")
    context.sample_rate = RATE_HZ
    context.layout = "stereo"
    context.format = "fltp"
    context.bit_rate = bitrate_bps
    context.time_base = Fraction(1, RATE_HZ)
    context.options = dict(options)
    context.open()
    return context


def _encode(encoder: AudioCodecContext, sound: Sound) -> list[bytes]:
    units: list[bytes] = []
    for start in range(0, sound.shape[1], _BATCH_SAMPLES):
        frame = frame_of(sound[:, start : start + _BATCH_SAMPLES], RATE_HZ)
        units += map(bytes, encoder.encode(frame))
    return units + [bytes(packet) for packet in encoder.encode(None)]


def _decode(encoder: AudioCodecContext, units: list[bytes]) -> Sound:
    context = av.CodecContext.create("aac", "r")
    context.extradata = encoder.extradata
    context.sample_rate = RATE_HZ
    context.layout = "stereo"
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit))]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)[:, FRAME_SAMPLES:]

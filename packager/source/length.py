"""How many samples a source will decode to, and from how many bits, found without decoding it.

Lossless containers declare it. For the others the packets are read once, their durations added up,
and what the encoder added, which it marked, is taken off. Headers lie, so where one is to be
trusted at all its length is also kept as a promise that decoding holds the file to. The bit rate is
no header's at all: one frame of an MP3 knows nothing of the others, and a file has pictures in it.
"""

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

from packager.errors import SourceTooLarge
from packager.limits import Limits
from packager.source.container import OpenSource
from packager.source.xing import declared_frames

_SKIP_SAMPLES: Final = struct.Struct("<II")
"""AV_PKT_DATA_SKIP_SAMPLES: samples to skip from the start, samples to discard from the end."""
_MOST_PADDING_FRAMES: Final = 2


@dataclass(frozen=True, slots=True)
class Length:
    """``samples`` per channel as predicted; ``promised`` by a header that can be trusted.

    ``bitrate_bps`` is what the packets average to, None where they were not read.
    """

    samples: int
    promised: int | None
    bitrate_bps: int | None


def check_length(samples: int, rate_hz: int, limits: Limits) -> None:
    """Raise SourceTooLarge where that many samples last longer than the limits allow."""
    if samples > limits.duration_s * rate_hz:
        raise SourceTooLarge(
            f"This file is longer than {limits.duration_s / 3600:g} hours. Upload it in parts."
        )


def measure_length(source: OpenSource, limits: Limits, *, lossless: bool) -> Length:
    """Return the length of an open source, whose packets it may read; raises SourceTooLarge."""
    declared = _declared_samples(source)
    if lossless and declared is not None:
        check_length(declared, source.stream.codec_context.sample_rate, limits)
        return Length(declared, declared, None)
    packets = _read_packets(source, limits)
    names = source.container.format.name.split(",")
    if "ogg" in names and declared is not None:
        samples = declared - packets.skipped + packets.early
        return Length(samples, None, packets.bitrate_bps)
    if "mp3" in names:
        samples = packets.samples - packets.skipped - packets.discarded
        return Length(samples, _promised_by_xing(source, packets), packets.bitrate_bps)
    # Everywhere else libavformat has shortened the last packet's duration by what is discarded.
    samples = packets.samples - packets.skipped
    if "mov" in names:
        return Length(samples - packets.cut, declared, packets.bitrate_bps)
    return Length(samples, None, packets.bitrate_bps)


def _declared_samples(source: OpenSource) -> int | None:
    stream = source.stream
    if stream.duration is None or stream.time_base is None:
        return None
    return round(stream.duration * stream.time_base * stream.codec_context.sample_rate)


@dataclass(frozen=True, slots=True)
class _Packets:
    """Sums over all packets, and what the first tells.

    ``early`` is what a Vorbis decoder yields before timestamp 0. ``cut`` is what an edit list ends
    of a packet beyond its shortened duration; FFmpeg marks it from version 9 on.
    """

    count: int
    size_bytes: int
    samples: int
    rate_hz: int
    skipped: int
    discarded: int
    early: int
    cut: int
    first_at: int | None

    @property
    def bitrate_bps(self) -> int | None:
        """Their average, None where they last no time."""
        return round(self.size_bytes * 8 * self.rate_hz / self.samples) if self.samples else None


def _promised_by_xing(source: OpenSource, packets: _Packets) -> int | None:
    """Return the least that an MP3 with a Xing header has to hold, short of its end's padding."""
    if packets.first_at is None:
        return None
    frames = declared_frames(Path(source.container.name), packets.first_at)
    if frames is None:
        return None
    frame_samples = packets.samples // packets.count
    return max(frames - _MOST_PADDING_FRAMES, 0) * frame_samples - packets.skipped


def _read_packets(source: OpenSource, limits: Limits) -> _Packets:
    stream = source.stream
    rate_hz = stream.codec_context.sample_rate
    time_base = stream.time_base or Fraction(1, rate_hz)
    longest_ticks = limits.duration_s / time_base
    count = size_bytes = ticks = skipped = discarded = longest = cut = 0
    first_at: int | None = None
    starts: list[int] = []
    for packet in source.container.demux(stream):
        if packet.size == 0:
            continue  # PyAV ends with an empty one
        count += 1
        size_bytes += packet.size
        duration = packet.duration or 0
        ticks += duration
        longest = max(longest, duration)
        if len(starts) <= 1:
            starts.append(packet.pts or 0)
            first_at = packet.pos if first_at is None else first_at
        if packet.has_sidedata("skip_samples"):
            start, end = _SKIP_SAMPLES.unpack_from(bytes(packet.get_sidedata("skip_samples")))
            skipped, discarded = skipped + start, discarded + end
            cut += max(end - round((longest - duration) * time_base * rate_hz), 0)
        if ticks > longest_ticks:
            break
    samples = round(ticks * time_base * rate_hz)
    check_length(samples, rate_hz, limits)
    # The first packet of Vorbis yields nothing: it only overlaps with the second.
    is_vorbis = stream.codec_context.name == "vorbis"
    early = max(-starts[-1], 0) if is_vorbis and starts else 0
    return _Packets(count, size_bytes, samples, rate_hz, skipped, discarded, early, cut, first_at)

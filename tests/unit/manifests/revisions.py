"""Indexes of fixed presentations, as the packager would have written them."""

from collections.abc import Mapping
from dataclasses import replace

from manifests.bandwidth import average_bandwidth_bps, peak_bandwidth_bps
from manifests.chapters import Chapter
from manifests.index import (
    Artwork,
    Index,
    Loudness,
    PackedAudio,
    RenditionRecord,
    SegmentRecord,
    SourceRecord,
    StoredObject,
)
from manifests.layout import init_name, packed_segment_name, segment_name
from manifests.rendition import FRAME_SAMPLES, Codec

SHA256 = "0123456789abcdef" * 4
LADDER = {"128k": 128_000, "256k": 256_000, "320k": 320_000}
LOUDNESS = Loudness(-14.2, 5.125, -1.0)
TITLED: Mapping[str, str] = {"title": "Nachtstück", "artist": "R. Schumann", "language": "de"}


def segments(rung: str, bitrate_bps: int, samples: int, rate_hz: int) -> tuple[SegmentRecord, ...]:
    """Cut as DESIGN.md says: 258 or 281 frames, the first one less what is trimmed."""
    frames = 258 if rate_hz == 44_100 else 281
    trimmed = FRAME_SAMPLES + -samples % FRAME_SAMPLES
    ends = [*range(frames * FRAME_SAMPLES - trimmed, samples, frames * FRAME_SAMPLES), samples]
    if len(ends) > 1 and (ends[-1] - ends[-2]) * 2 < rate_hz:
        del ends[-2]
    starts = [0, *ends[:-1]]
    return tuple(
        SegmentRecord(
            segment_name(rung, number),
            (end - start) * bitrate_bps // (8 * rate_hz) + 37 * (number % 5),
            SHA256,
            start,
            end - start,
        )
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def rendition(rung: str, bitrate_bps: int, samples: int, rate_hz: int) -> RenditionRecord:
    cut = segments(rung, bitrate_bps, samples, rate_hz)
    sizes = [(segment.size_bytes, segment.duration_ticks / rate_hz) for segment in cut]
    return RenditionRecord(
        rung,
        Codec.AAC_LC,
        bitrate_bps,
        peak_bandwidth_bps(sizes, 6),
        average_bandwidth_bps(sizes),
        StoredObject(init_name(rung), 700, SHA256),
        cut,
    )


def index(
    samples: int = 44_100 * 20,
    *,
    rate_hz: int = 44_100,
    channels: int = 2,
    ladder: Mapping[str, int] = LADDER,
    tags: Mapping[str, str] = TITLED,
    loudness: Loudness = LOUDNESS,
    chapters: tuple[Chapter, ...] = (),
) -> Index:
    return Index(
        samples=samples,
        sample_rate_hz=rate_hz,
        channels=channels,
        target_duration_s=6,
        source=SourceRecord(SHA256, 1, "flac", "flac", rate_hz, channels, 16, None),
        renditions=tuple(
            rendition(rung, bitrate_bps, samples, rate_hz) for rung, bitrate_bps in ladder.items()
        ),
        loudness=loudness,
        tags=tags,
        artwork=(Artwork("artwork-320.jpg", 9, SHA256, 320, 320, "image/jpeg"),),
        placeholder=None,
        documents=(StoredObject("multivariant.m3u8", 9, SHA256),),
        versions={"soundbridge": "0.1.0"},
        notes=("The source is mono.",),
        chapters=chapters,
    )


def with_lossless(revision: Index) -> Index:
    """Return the revision with a rung of FLAC."""
    bitrate_bps = revision.sample_rate_hz * revision.channels * 16
    flac = rendition("lossless", bitrate_bps * 2 // 3, revision.samples, revision.sample_rate_hz)
    flac = replace(flac, codec=Codec.FLAC, bitrate_bps=bitrate_bps, bits_per_sample=16)
    return replace(revision, renditions=(*revision.renditions, flac))


def with_packed_audio(revision: Index) -> Index:
    """Return the revision with its AAC rungs as packed audio, too: silence in front is counted."""
    return replace(
        revision, renditions=tuple(_packed(one, revision) for one in revision.renditions)
    )


def _packed(one: RenditionRecord, revision: Index) -> RenditionRecord:
    if one.codec is not Codec.AAC_LC:
        return one
    silence_ticks = FRAME_SAMPLES + -revision.samples % FRAME_SAMPLES
    packed = tuple(
        replace(
            segment,
            name=packed_segment_name(one.rung, number),
            start_ticks=segment.start_ticks + silence_ticks * (number > 0),
            duration_ticks=segment.duration_ticks + silence_ticks * (number == 0),
        )
        for number, segment in enumerate(one.segments)
    )
    bandwidths = (one.bandwidth_bps + 2_000, one.average_bandwidth_bps + 2_000)
    return replace(one, packed=PackedAudio(*bandwidths, packed))

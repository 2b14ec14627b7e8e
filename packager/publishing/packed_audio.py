"""A rung's access units as packed audio, for players that know no fMP4 (RFC 8216 §3.4).

The units are those of the fMP4 segments, and so are the cuts: segment ``k`` holds the same frames
in either. What fMP4 says once in an initialization section, each frame here says in a header of its
own. Nothing says what to leave out: a player hears the encoder's priming and the padding in front
of the sound, 23 to 47 ms of silence, and the clock of the timestamps counts them.
"""

from collections.abc import Sequence
from fractions import Fraction

from manifests.bandwidth import average_bandwidth_bps, peak_bandwidth_bps
from manifests.boxes.audio_config import AudioConfig
from manifests.index import PackedAudio, SegmentRecord
from manifests.layout import packed_segment_name
from manifests.packed_audio.adts import AdtsHeader
from manifests.packed_audio.timestamp_tag import timestamp_tag, transport_ticks
from manifests.rendition import FRAME_SAMPLES, Ladder
from packager.encoding.encoded import EncodedChunk
from packager.publishing.publication import Publication


def packed_segment(config: AudioConfig, *, start_ticks: int, frames: Sequence[bytes]) -> bytes:
    """Write one segment; ``start_ticks`` is the sum of the durations of all frames before."""
    parts = [timestamp_tag(transport_ticks(start_ticks, config.sample_rate_hz))]
    for frame in frames:
        parts += (AdtsHeader.around(config, len(frame)).to_bytes(), frame)
    return b"".join(parts)


def put_packed_audio(
    publication: Publication, codec_config: bytes, encoded: EncodedChunk
) -> tuple[SegmentRecord, ...]:
    """Store the segments of a chunk and return their records; raises StoreFailed."""
    config = AudioConfig.decode(codec_config)
    units, first_frame = encoded.units, encoded.cut.first_frame
    contents = {
        packed_segment_name(encoded.rung.name, segment.number): packed_segment(
            config,
            start_ticks=segment.first_frame * FRAME_SAMPLES,
            frames=units[segment.first_frame - first_frame : segment.end_frame - first_frame],
        )
        for segment in encoded.cut.segments
    }
    return tuple(
        SegmentRecord(
            one.name,
            one.size_bytes,
            one.sha256,
            start_ticks=segment.first_frame * FRAME_SAMPLES,
            duration_ticks=(segment.end_frame - segment.first_frame) * FRAME_SAMPLES,
        )
        for one, segment in zip(publication.put_all(contents), encoded.cut.segments, strict=True)
    )


def packed_audio(segments: Sequence[SegmentRecord], ladder: Ladder) -> PackedAudio | None:
    """Return what the index tells of a rung's packed audio; None where there is none."""
    if not segments:
        return None
    sizes = [
        (segment.size_bytes, Fraction(segment.duration_ticks, ladder.sample_rate_hz))
        for segment in segments
    ]
    return PackedAudio(
        bandwidth_bps=peak_bandwidth_bps(sizes, ladder.target_duration_s),
        average_bandwidth_bps=average_bandwidth_bps(sizes),
        segments=tuple(segments),
    )

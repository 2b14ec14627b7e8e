"""One rendition on its way into the store: access units become CMAF segments, in order.

Where packed audio was asked for, they become segments of that as well. All segments of a chunk go
in together. When they are there, a record says so, and only then does anything else look at them.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from manifests.bandwidth import average_bandwidth_bps, peak_bandwidth_bps
from manifests.chunk_record import ChunkRecord
from manifests.index import Loudness, RenditionRecord, SegmentRecord
from manifests.layout import chunk_record_name, init_name, segment_name
from manifests.rendition import FRAME_SAMPLES, Codec, Ladder, Rung
from packager.encoding.boundaries import SegmentCut, Timeline
from packager.encoding.encoded import EncodedChunk
from packager.publishing.cmaf import initialization_section, media_segment
from packager.publishing.packed_audio import packed_audio, put_packed_audio
from packager.publishing.publication import Publication


class RenditionWriter:
    """Stores one rung's chunks as they come; ``recorded`` are those that an earlier run stored."""

    def __init__(
        self,
        ladder: Ladder,
        rung: Rung,
        codec_config: bytes,
        publication: Publication,
        recorded: Sequence[ChunkRecord] = (),
    ) -> None:
        self.rung = rung
        self._ladder = ladder
        self._publication = publication
        self._chunks = list(recorded)
        self._initialization_section = partial(
            initialization_section,
            codec=rung.codec,
            codec_config=codec_config,
            sample_rate_hz=ladder.sample_rate_hz,
            channels=ladder.channels,
            bitrate_bps=rung.bitrate_bps,
        )
        self._codec_config = codec_config
        for chunk in recorded:
            publication.adopt((*chunk.segments, *chunk.packed))

    @property
    def chunk_count(self) -> int:
        """How many chunks are in the store."""
        return len(self._chunks)

    @property
    def end_ticks(self) -> int:
        """Where the sound ends that is in the store."""
        if not self._chunks:
            return 0
        last = self._chunks[-1].segments[-1]
        return last.start_ticks + last.duration_ticks

    def write(self, encoded: EncodedChunk) -> None:
        """Store the next chunk."""
        stored = self._publication.put_all(
            {
                segment_name(self.rung.name, segment.number): _media_segment(encoded, segment)
                for segment in encoded.cut.segments
            }
        )
        record = ChunkRecord(
            tuple(
                SegmentRecord(
                    one.name,
                    one.size_bytes,
                    one.sha256,
                    start_ticks=segment.start_ticks,
                    duration_ticks=segment.duration_ticks,
                )
                for one, segment in zip(stored, encoded.cut.segments, strict=True)
            ),
            packed=self._put_packed_audio(encoded),
        )
        name = chunk_record_name(self.rung.name, encoded.cut.number)
        self._publication.put_growing({name: record.to_json()})
        self._chunks.append(record)

    def _put_packed_audio(self, encoded: EncodedChunk) -> tuple[SegmentRecord, ...]:
        if not self._ladder.packed_audio or self.rung.codec is not Codec.AAC_LC:
            return ()
        return put_packed_audio(self._publication, self._codec_config, encoded)

    def segments(self, chunk_count: int) -> list[SegmentRecord]:
        """Return the segments of the first so many chunks."""
        return [segment for chunk in self._chunks[:chunk_count] for segment in chunk.segments]

    def growing_init(self, media_time_ticks: int) -> bytes:
        """Return the initialization section that does while nobody knows the end."""
        return self._initialization_section(
            media_time_ticks=media_time_ticks, duration_ticks=0, loudness=None
        )

    def finish(self, timeline: Timeline, loudness: Loudness) -> RenditionRecord:
        """Store the initialization section and return the record of all."""
        init = self._initialization_section(
            media_time_ticks=timeline.media_time_ticks,
            duration_ticks=timeline.samples,
            loudness=loudness,
        )
        (stored_init,) = self._publication.put_all({init_name(self.rung.name): init})
        segments = self.segments(self.chunk_count)
        rate_hz, target_s = self._ladder.sample_rate_hz, self._ladder.target_duration_s
        sizes = [
            (segment.size_bytes, Fraction(segment.duration_ticks, rate_hz)) for segment in segments
        ]
        return RenditionRecord(
            rung=self.rung.name,
            codec=self.rung.codec,
            bitrate_bps=self.rung.bitrate_bps,
            bandwidth_bps=peak_bandwidth_bps(sizes, target_s),
            average_bandwidth_bps=average_bandwidth_bps(sizes),
            init=stored_init,
            segments=tuple(segments),
            bits_per_sample=self.rung.bits_per_sample,
            packed=packed_audio(
                [one for chunk in self._chunks for one in chunk.packed], self._ladder
            ),
        )


def _media_segment(encoded: EncodedChunk, segment: SegmentCut) -> bytes:
    first_frame = encoded.cut.first_frame
    is_shorter = segment.last_frame_ticks != FRAME_SAMPLES
    return media_segment(
        sequence_number=segment.number + 1,
        base_media_decode_time_ticks=segment.first_frame * FRAME_SAMPLES,
        frames=encoded.units[segment.first_frame - first_frame : segment.end_frame - first_frame],
        last_frame_duration_ticks=segment.last_frame_ticks if is_shorter else None,
        codec=encoded.rung.codec,
    )

"""One rendition on its way into the store: access units become CMAF segments, in order."""

from fractions import Fraction

from manifests.bandwidth import average_bandwidth_bps, peak_bandwidth_bps
from manifests.index import Loudness, RenditionRecord, SegmentRecord
from manifests.layout import init_name, segment_name
from manifests.rendition import FRAME_SAMPLES, Ladder, Rung
from packager.encoding.boundaries import SegmentCut, Timeline
from packager.encoding.encoded import EncodedChunk
from packager.publishing.cmaf import initialization_section, media_segment
from packager.publishing.publication import Publication


class RenditionWriter:
    """Stores one rung's segments as they come, and remembers them for its playlists."""

    def __init__(
        self, ladder: Ladder, rung: Rung, codec_config: bytes, publication: Publication
    ) -> None:
        self._ladder = ladder
        self._rung = rung
        self._codec_config = codec_config
        self._publication = publication
        self._segments: list[SegmentRecord] = []

    def write(self, encoded: EncodedChunk) -> None:
        """Store the segments of the next chunk."""
        for segment in encoded.cut.segments:
            start = segment.first_frame - encoded.cut.first_frame
            end = segment.end_frame - encoded.cut.first_frame
            self._write_segment(segment, encoded.units[start:end])

    def _write_segment(self, segment: SegmentCut, units: tuple[bytes, ...]) -> None:
        is_shorter = segment.last_frame_ticks != FRAME_SAMPLES
        data = media_segment(
            sequence_number=segment.number + 1,
            base_media_decode_time_ticks=segment.first_frame * FRAME_SAMPLES,
            frames=units,
            last_frame_duration_ticks=segment.last_frame_ticks if is_shorter else None,
        )
        stored = self._publication.put(segment_name(self._rung.name, segment.number), data)
        self._segments.append(
            SegmentRecord(
                stored.name,
                stored.size_bytes,
                stored.sha256,
                start_ticks=segment.start_ticks,
                duration_ticks=segment.duration_ticks,
            )
        )

    def finish(self, timeline: Timeline, loudness: Loudness) -> RenditionRecord:
        """Store the initialization section and return the record of all."""
        init = initialization_section(
            codec_config=self._codec_config,
            sample_rate_hz=self._ladder.sample_rate_hz,
            channels=self._ladder.channels,
            bitrate_bps=self._rung.bitrate_bps,
            media_time_ticks=timeline.media_time_ticks,
            duration_ticks=timeline.samples,
            loudness=loudness,
        )
        rate_hz, target_s = self._ladder.sample_rate_hz, self._ladder.target_duration_s
        sizes = [
            (segment.size_bytes, Fraction(segment.duration_ticks, rate_hz))
            for segment in self._segments
        ]
        return RenditionRecord(
            rung=self._rung.name,
            codec=self._rung.codec,
            bitrate_bps=self._rung.bitrate_bps,
            bandwidth_bps=peak_bandwidth_bps(sizes, target_s),
            average_bandwidth_bps=average_bandwidth_bps(sizes),
            init=self._publication.put(init_name(self._rung.name), init),
            segments=tuple(self._segments),
        )

"""Encode chunks for every rung, on as many cores as there are, and store them as CMAF segments."""

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from manifests.bandwidth import average_bandwidth_bps, peak_bandwidth_bps
from manifests.index import Loudness, RenditionRecord, SegmentRecord
from manifests.layout import init_name, segment_name
from manifests.rendition import FRAME_SAMPLES, Ladder, Rung
from packager.boundaries import ChunkCut, SegmentCut, Timeline
from packager.chunks import Chunk
from packager.cmaf import initialization_section, media_segment
from packager.encode import codec_config, encode_chunk
from packager.errors import EncoderFailed
from packager.in_order import in_order
from packager.publish import Publication


@dataclass(frozen=True, slots=True)
class EncodedChunk:
    """A chunk of one rung as access units."""

    rung: Rung
    cut: ChunkCut
    units: tuple[bytes, ...]


def encode_all(ladder: Ladder, chunks: Iterable[Chunk], workers: int) -> Generator[EncodedChunk]:
    """Yield every chunk of every rung, in order; ``workers`` never changes a byte of it."""
    tasks = (partial(_encode, ladder, rung, chunk) for chunk in chunks for rung in ladder.rungs)
    with ThreadPoolExecutor(workers, thread_name_prefix="encode") as executor:
        yield from in_order(executor, tasks, ahead=workers + len(ladder.rungs))


def _encode(ladder: Ladder, rung: Rung, chunk: Chunk) -> EncodedChunk:
    units = encode_chunk(ladder, rung, chunk.padded)
    if len(units) != chunk.cut.end_frame - chunk.cut.first_frame:
        raise EncoderFailed("The encoder lost a part of the sound. Please report it.")
    return EncodedChunk(rung, chunk.cut, units)


class RenditionWriter:
    """Stores one rung's segments as they come, and remembers them for its playlists."""

    def __init__(self, ladder: Ladder, rung: Rung, publication: Publication) -> None:
        self._ladder = ladder
        self._rung = rung
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
            codec_config=codec_config(self._ladder, self._rung),
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

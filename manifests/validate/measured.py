"""What is kept of a rendition once its bytes have been looked at: sizes and facts.

Times count from the track's zero, in seconds; where the initialization section trims the front
(``elst``), what is trimmed is not heard, and EXTINF does not count it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Final

from manifests.boxes import InitFacts, SegmentFacts, TrackFacts, read_init, read_media_segment
from manifests.errors import ManifestError
from manifests.key import KeyMethod
from manifests.media_playlist import MediaPlaylist
from manifests.packed_audio import PackedFacts, read_packed_audio
from manifests.packed_audio.timestamp_tag import CLOCK_HZ
from manifests.segment import InitializationSection, Segment
from manifests.validate.written import Written

_BOXES: Final = frozenset({b"styp", b"sidx", b"moof", b"emsg", b"prft", b"ftyp", b"mdat", b"free"})
_TRANSPORT_PACKET_BYTES: Final = 188
PICTURES: Final = "vide"
_SYNC_BYTE: Final = 0x47
_PACKED_AUDIO: Final = (b"ID3", b"\xff\xf0", b"\xff\xf1", b"\xff\xf8", b"\xff\xf9", b"\x0b\x77")


class Container(StrEnum):
    """How a segment holds its media."""

    FRAGMENTED_MP4 = "fMP4"
    TRANSPORT_STREAM = "MPEG transport stream"
    PACKED_AUDIO = "packed audio"
    ENCRYPTED = "encrypted as a whole"
    UNKNOWN = "of an unknown format"


@dataclass(frozen=True, slots=True)
class MeasuredSection:
    """An initialization section: its facts, or why its boxes cannot be walked, or neither."""

    uri: str
    facts: InitFacts | None = None
    problem: ManifestError | None = None


@dataclass(frozen=True, slots=True)
class MeasuredSegment:
    """A media segment.

    ``facts`` are those of fMP4, ``packed`` those of packed audio; both are None where it is
    neither, and where ``problem`` says why it cannot be walked.
    """

    uri: str
    size_bytes: int
    container: Container
    facts: SegmentFacts | None = None
    packed: PackedFacts | None = None
    problem: ManifestError | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """What a segment holds: decode time and duration, and how much of it is presented.

    It is that of the pictures where there are any, since EXTINF goes by them, else of the sound.
    """

    start_ticks: int
    end_ticks: int
    timescale: int
    presented_s: Fraction
    frame_s: Fraction
    """The mean duration of its samples"""

    @property
    def start_s(self) -> Fraction:
        """The decode time of the first sample."""
        return Fraction(self.start_ticks, self.timescale)


@dataclass(frozen=True, slots=True)
class Rendition:
    """A media playlist with its measures; a segment is None where it is a gap or was not read."""

    written: Written[MediaPlaylist]
    sections: Mapping[InitializationSection, MeasuredSection]
    segments: tuple[MeasuredSegment | None, ...]

    @property
    def playlist(self) -> MediaPlaylist:
        """The media playlist."""
        return self.written.playlist

    def section(self, number: int) -> MeasuredSection | None:
        """Return the initialization section of a segment."""
        init = self.playlist.segments[number].init
        return self.sections.get(init) if init is not None else None

    def spans(self) -> list[Span | None]:
        """Return what each segment holds, None where that is not known."""
        return [self._span(number) for number in range(len(self.segments))]

    def _span(self, number: int) -> Span | None:
        segment, section = self.segments[number], self.section(number)
        if segment is not None and segment.packed is not None:
            return _packed_span(segment.packed)
        if segment is None or segment.facts is None or section is None or section.facts is None:
            return None
        return _span(segment.facts, section.facts)


def measure_section(uri: str, data: bytes, section: InitializationSection) -> MeasuredSection:
    """Look into an initialization section."""
    if any(key.method is KeyMethod.AES_128 for key in section.keys):
        return MeasuredSection(uri)
    try:
        return MeasuredSection(uri, facts=read_init(data))
    except ManifestError as error:
        return MeasuredSection(uri, problem=error)


def measure_segment(
    uri: str, data: bytes, segment: Segment, section: MeasuredSection | None
) -> MeasuredSegment:
    """Look into a media segment; ``section`` is the initialization section that it needs."""
    measured = MeasuredSegment(uri, len(data), _container(data, segment))
    try:
        if measured.container is Container.FRAGMENTED_MP4:
            facts = read_media_segment(data, section.facts if section else None)
            return replace(measured, facts=facts)
        if measured.container is Container.PACKED_AUDIO:
            return replace(measured, packed=read_packed_audio(data))
    except ManifestError as error:
        return replace(measured, problem=error)
    return measured


def _container(data: bytes, segment: Segment) -> Container:
    if any(key.method is KeyMethod.AES_128 for key in segment.keys):
        return Container.ENCRYPTED
    if data[4:8] in _BOXES:
        return Container.FRAGMENTED_MP4
    if data[:1] == bytes([_SYNC_BYTE]) and len(data) % _TRANSPORT_PACKET_BYTES == 0:
        return Container.TRANSPORT_STREAM
    if data.startswith(_PACKED_AUDIO):
        return Container.PACKED_AUDIO
    # A segment with an initialization section can be nothing else: its boxes must be broken.
    return Container.UNKNOWN if segment.init is None else Container.FRAGMENTED_MP4


def _span(segment: SegmentFacts, init: InitFacts) -> Span | None:
    pictures = next((track for track in init.tracks if track.media == PICTURES), None)
    track = pictures or init.sound
    if track is None:
        return None
    found = [part for part in segment.fragments if part.track_id == track.track_id]
    start = found[0].base_media_decode_time_ticks if found else None
    durations = [part.duration_ticks for part in found if part.duration_ticks is not None]
    samples = sum(part.sample_count for part in found)
    if start is None or len(durations) < len(found) or not samples or not track.timescale:
        return None
    end = start + sum(durations)
    first, last = _presented_ticks(track, init.movie_timescale)
    presented = max((end if last is None else min(end, last)) - max(start, first), 0)
    return Span(
        start_ticks=start,
        end_ticks=end,
        timescale=track.timescale,
        presented_s=Fraction(presented, track.timescale),
        frame_s=Fraction(end - start, samples * track.timescale),
    )


def _packed_span(packed: PackedFacts) -> Span | None:
    """Return what a segment of packed audio holds; all of it is presented."""
    if packed.timestamp is None or packed.duration_s is None or not packed.frame_count:
        return None
    return Span(
        start_ticks=packed.timestamp,
        end_ticks=packed.timestamp + round(packed.duration_s * CLOCK_HZ),
        timescale=CLOCK_HZ,
        presented_s=packed.duration_s,
        frame_s=packed.duration_s / packed.frame_count,
    )


def _presented_ticks(track: TrackFacts, movie_timescale: int) -> tuple[int, int | None]:
    """Return which part of the media is presented; its end is None where all of the rest is.

    An edit list of pictures makes up for their composition offsets and leaves nothing out.
    """
    if track.media == PICTURES:
        return 0, None
    for edit in track.edits:
        if edit.media_time_ticks < 0:
            continue
        if not edit.segment_duration_ticks or not movie_timescale:
            return edit.media_time_ticks, None
        length = edit.segment_duration_ticks * track.timescale // movie_timescale
        return edit.media_time_ticks, edit.media_time_ticks + length
    return 0, None

"""What the validator is told of an initialization section and of a media segment.

Facts are what the bytes say, right or wrong: an offset that points outside of its segment is a
fact here and a finding there. Ticks count in the track's timescale unless the name says otherwise,
byte ranges are half-open and count from the first byte that was given.
"""

from dataclasses import dataclass

from manifests.boxes.edit_list import Edit
from manifests.boxes.handler import SOUND
from manifests.index import Loudness


@dataclass(frozen=True, slots=True)
class TrackFacts:
    """One track of an initialization section.

    ``media`` is its handler (``soun``, ``vide``, ...) and ``codec`` its RFC 6381 name, which for
    anything but sound is the sample entry's four-character code alone. ``sample_rate_hz`` and
    ``channels`` are the decoder's own (AudioSpecificConfig) where it has them, and None but for
    sound. ``tkhd_duration_ticks`` counts in the movie's timescale. ``sample_count`` is of samples
    inside of the initialization section (RFC 8216 §3.3 wants none). ``default_duration_ticks``
    and ``default_size_bytes`` come from ``trex`` and are None without one.
    """

    track_id: int
    media: str
    timescale: int
    tkhd_duration_ticks: int
    mdhd_duration_ticks: int
    edits: tuple[Edit, ...]
    coding: str
    codec: str
    sample_rate_hz: int | None
    channels: int | None
    average_bitrate_bps: int | None
    encryption_scheme: str | None
    sample_count: int
    self_contained: bool
    roll_distance: int | None
    loudness: Loudness | None
    default_duration_ticks: int | None
    default_size_bytes: int | None


@dataclass(frozen=True, slots=True)
class InitFacts:
    """An initialization section.

    ``major_brand`` is None and ``brands`` empty without ``ftyp``. ``fragment_duration_ticks`` is
    that of ``mehd``, in the movie's timescale, or None. ``has_movie_extends`` tells a fragmented
    file from a plain one, ``movie_extends_is_last`` whether it follows the last track
    (RFC 8216 §3.3).
    """

    size_bytes: int
    major_brand: str | None
    brands: tuple[str, ...]
    movie_timescale: int
    mvhd_duration_ticks: int
    fragment_duration_ticks: int | None
    has_movie_extends: bool
    movie_extends_is_last: bool
    tracks: tuple[TrackFacts, ...]

    @property
    def sound(self) -> TrackFacts | None:
        """The first track that holds sound."""
        return next((track for track in self.tracks if track.media == SOUND), None)

    def track(self, track_id: int) -> TrackFacts | None:
        """Return the track with that id."""
        return next((track for track in self.tracks if track.track_id == track_id), None)


@dataclass(frozen=True, slots=True)
class FragmentFacts:
    """One track's part of one movie fragment.

    ``base_media_decode_time_ticks`` is None without ``tfdt``. The samples lie in
    ``[data_start, data_end)``, which may be anywhere; ``data_is_inside`` says that the range is
    within one ``mdat`` of the segment. ``duration_ticks``, ``samples_bytes``, ``data_end`` and
    ``data_is_inside`` are None where they depend on a default that nothing gives.
    ``base_is_moof`` is the flag that CMAF demands, ``has_absolute_offset`` the addressing that
    RFC 8216 §3.3 forbids.
    """

    moof_start: int
    sequence_number: int
    track_id: int
    base_media_decode_time_ticks: int | None
    duration_ticks: int | None
    sample_count: int
    run_count: int
    samples_bytes: int | None
    data_start: int
    data_end: int | None
    data_is_inside: bool | None
    base_is_moof: bool
    has_absolute_offset: bool


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """A media segment.

    ``brands`` are those of ``styp``, the major one first, and None without it. ``boxes`` names what
    lies on the top level, in order. ``trailing_bytes`` are left over after the last whole box.
    """

    size_bytes: int
    brands: tuple[str, ...] | None
    boxes: tuple[str, ...]
    fragments: tuple[FragmentFacts, ...]
    trailing_bytes: int

"""Media playlists (RFC 8216 §4.3.3): the segments of one rendition."""

from dataclasses import dataclass, field
from enum import StrEnum

from manifests.date_range import DateRange
from manifests.define import Define
from manifests.segment import Segment
from manifests.start import Start


class PlaylistType(StrEnum):
    """How a playlist may still change: not at all, or only by growing at its end."""

    VOD = "VOD"
    EVENT = "EVENT"


@dataclass(frozen=True, slots=True)
class MediaPlaylist:
    """A media playlist, fields labelled by their tag.

    ``version`` is what a parsed playlist declared, None where it declared nothing; what is written
    is always ``required_version``.
    """

    target_duration_s: int
    """EXT-X-TARGETDURATION: no EXTINF, rounded to the nearest integer, is longer"""
    segments: tuple[Segment, ...] = ()
    playlist_type: PlaylistType | None = None
    """EXT-X-PLAYLIST-TYPE"""
    end_list: bool = False
    """EXT-X-ENDLIST: no more segments will come"""
    independent_segments: bool = False
    """EXT-X-INDEPENDENT-SEGMENTS"""
    i_frames_only: bool = False
    """EXT-X-I-FRAMES-ONLY"""
    media_sequence: int = 0
    """EXT-X-MEDIA-SEQUENCE: the number of the first segment"""
    discontinuity_sequence: int = 0
    """EXT-X-DISCONTINUITY-SEQUENCE"""
    start: Start | None = None
    """EXT-X-START"""
    defines: tuple[Define, ...] = ()
    """EXT-X-DEFINE"""
    date_ranges: tuple[DateRange, ...] = ()
    """EXT-X-DATERANGE"""
    version: int | None = field(default=None, compare=False)
    """EXT-X-VERSION"""

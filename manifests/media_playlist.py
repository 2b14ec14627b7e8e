"""Media playlists (RFC 8216 §4.3.3): the segments of one rendition."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from manifests.attribute_values import write_integer
from manifests.date_range import DateRange
from manifests.define import Define
from manifests.lines import tag_line
from manifests.opening import opening
from manifests.segment import Segment
from manifests.segment_writer import segment_lines
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

    @property
    def required_version(self) -> int:
        """The least protocol version that knows every feature used (RFC 8216 §7)."""
        versions = [1, *(define.required_version for define in self.defines)]
        if self.i_frames_only:
            versions.append(4)
        for segment in self.segments:
            versions += (key.required_version for key in segment.keys)
            if segment.duration_s != segment.duration_s.to_integral_value():
                versions.append(3)
            if segment.byte_range is not None:
                versions.append(4)
            if segment.init is not None:
                versions.append(5 if self.i_frames_only else 6)
                versions += (key.required_version for key in segment.init.keys)
        return max(versions)

    def render(self) -> str:
        """Return the playlist's text; ManifestError where something in it cannot be written."""
        lines = [*self._header(), *segment_lines(self.segments)]
        if self.end_list:
            lines.append(tag_line("EXT-X-ENDLIST"))
        return "\n".join((*lines, ""))

    def _header(self) -> Iterator[str]:
        yield from opening(self)
        yield tag_line("EXT-X-TARGETDURATION", write_integer(self.target_duration_s))
        if self.playlist_type is not None:
            yield tag_line("EXT-X-PLAYLIST-TYPE", self.playlist_type)
        if self.i_frames_only:
            yield tag_line("EXT-X-I-FRAMES-ONLY")
        if self.media_sequence:
            yield tag_line("EXT-X-MEDIA-SEQUENCE", write_integer(self.media_sequence))
        if self.discontinuity_sequence:
            number = write_integer(self.discontinuity_sequence)
            yield tag_line("EXT-X-DISCONTINUITY-SEQUENCE", number)
        for date_range in self.date_ranges:
            yield tag_line("EXT-X-DATERANGE", date_range.render())

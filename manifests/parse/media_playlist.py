"""Media playlists, line by line.

Some tags speak of the next segment alone and wait in ``_next`` for its URI; others (EXT-X-MAP,
EXT-X-KEY, EXT-X-BITRATE) stay in force, and every segment is given those that apply to it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from manifests.attribute_values import read_date, read_decimal, read_integer
from manifests.attributes import arguments, parse_attributes
from manifests.date_range import DateRange
from manifests.errors import ManifestError
from manifests.key import Key
from manifests.lines import Line
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.parse.reader import PlaylistReader
from manifests.segment import ByteRange, InitializationSection, Segment
from manifests.tags import TAGS


class MediaPlaylistReader(PlaylistReader):
    """Reads one media playlist."""

    def __init__(self) -> None:
        super().__init__()
        self._segments: list[Segment] = []
        self._date_ranges: list[DateRange] = []
        self._next: dict[str, Any] = {}
        self._init: InitializationSection | None = None
        self._keys: dict[str, Key] = {}
        self._bitrate_kbps: int | None = None
        self._handlers |= {
            "EXT-X-TARGETDURATION": self._whole("target_duration_s"),
            "EXT-X-PLAYLIST-TYPE": self._playlist_type,
            "EXT-X-ENDLIST": self._flag("end_list"),
            "EXT-X-I-FRAMES-ONLY": self._flag("i_frames_only"),
            "EXT-X-MEDIA-SEQUENCE": self._before_segments(self._whole("media_sequence")),
            "EXT-X-DISCONTINUITY-SEQUENCE": self._before_segments(
                self._whole("discontinuity_sequence")
            ),
            "EXT-X-DATERANGE": lambda value: self._date_ranges.append(DateRange.parse(value)),
            "EXT-X-MAP": self._map,
            "EXT-X-KEY": self._key,
            "EXT-X-BITRATE": self._bitrate,
            "EXTINF": self._extinf,
            "EXT-X-BYTERANGE": self._byte_range,
            "EXT-X-PROGRAM-DATE-TIME": self._program_date_time,
            "EXT-X-DISCONTINUITY": lambda _value: self._next.update(discontinuity=True),
            "EXT-X-GAP": lambda _value: self._next.update(gap=True),
        }

    def read(self, lines: Iterable[Line]) -> MediaPlaylist:
        """Return the playlist that the lines hold."""
        self._follow(lines)
        if "duration_s" in self._next:
            raise self._without_uri("EXTINF", "segment")
        if "target_duration_s" not in self._fields:
            tag = "EXT-X-TARGETDURATION"
            raise ManifestError("the tag is missing", tag=tag, section=TAGS[tag].section)
        return MediaPlaylist(
            **self._fields,
            segments=tuple(self._segments),
            defines=tuple(self._defines),
            date_ranges=tuple(self._date_ranges),
        )

    def _uri(self, text: str) -> None:
        if "duration_s" not in self._next:
            raise ManifestError("the segment has no EXTINF", tag="EXTINF")
        segment = Segment(
            text,
            **self._next,
            init=self._init,
            keys=tuple(self._keys.values()),
            bitrate_kbps=None if "byte_range" in self._next else self._bitrate_kbps,
        )
        self._segments.append(segment)
        self._next = {}

    def _say(self, field: str, value: object) -> None:
        if field in self._next:
            raise ManifestError("the tag appears twice for one segment")
        self._next[field] = value

    def _extinf(self, value: str) -> None:
        duration, _, title = value.partition(",")
        self._say("duration_s", read_decimal(duration.strip(" ")))
        self._next["title"] = title

    def _byte_range(self, value: str) -> None:
        self._say("byte_range", ByteRange.parse(value.strip(" ")))

    def _program_date_time(self, value: str) -> None:
        self._say("program_date_time", read_date(value.strip(" ")))

    def _playlist_type(self, value: str) -> None:
        try:
            self._fields["playlist_type"] = PlaylistType(value.strip(" "))
        except ValueError as error:
            raise ManifestError(f"{value[:40]!r} is neither VOD nor EVENT") from error

    def _before_segments(self, handle: Callable[[str], None]) -> Callable[[str], None]:
        def handle_early(value: str) -> None:
            if self._segments:
                raise ManifestError("the tag must stand before the first segment")
            handle(value)

        return handle_early

    def _map(self, value: str) -> None:
        fields = arguments(InitializationSection, parse_attributes(value))
        self._init = InitializationSection(**fields, keys=tuple(self._keys.values()))

    def _key(self, value: str) -> None:
        attributes = parse_attributes(value)
        method = attributes.get("METHOD")
        if method is not None and method.text == "NONE":
            self._keys.clear()
            return
        key = Key(**arguments(Key, attributes))
        self._keys.pop(key.keyformat, None)
        self._keys[key.keyformat] = key

    def _bitrate(self, value: str) -> None:
        self._bitrate_kbps = read_integer(value.strip(" "))

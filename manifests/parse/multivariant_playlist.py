"""Multivariant playlists, line by line: EXT-X-STREAM-INF waits for the URI that follows it."""

from collections.abc import Iterable
from typing import Any, Final

from manifests.attributes import arguments, parse_attributes, read_attributes
from manifests.errors import ManifestError
from manifests.key import Key
from manifests.lines import Line
from manifests.media import Media
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse.reader import PlaylistReader
from manifests.session_data import SessionData
from manifests.steering import ContentSteering
from manifests.variant import IFrameVariant, Variant

_STREAM_INF: Final = "EXT-X-STREAM-INF"


class MultivariantPlaylistReader(PlaylistReader):
    """Reads one multivariant playlist."""

    def __init__(self) -> None:
        super().__init__()
        self._variants: list[Variant] = []
        self._next: dict[str, Any] | None = None
        self._media: list[Media] = []
        self._i_frame_variants: list[IFrameVariant] = []
        self._session_data: list[SessionData] = []
        self._session_keys: list[Key] = []
        self._handlers |= {
            _STREAM_INF: self._stream_inf,
            "EXT-X-CONTENT-STEERING": self._content_steering,
            "EXT-X-MEDIA": lambda value: self._media.append(read_attributes(Media, value)),
            "EXT-X-I-FRAME-STREAM-INF": lambda value: self._i_frame_variants.append(
                read_attributes(IFrameVariant, value)
            ),
            "EXT-X-SESSION-DATA": lambda value: self._session_data.append(
                read_attributes(SessionData, value)
            ),
            "EXT-X-SESSION-KEY": lambda value: self._session_keys.append(
                read_attributes(Key, value)
            ),
        }

    def read(self, lines: Iterable[Line]) -> MultivariantPlaylist:
        """Return the playlist that the lines hold."""
        self._follow(lines)
        if self._next is not None:
            raise self._without_uri(_STREAM_INF, "variant")
        return MultivariantPlaylist(
            **self._fields,
            variants=tuple(self._variants),
            media=tuple(self._media),
            i_frame_variants=tuple(self._i_frame_variants),
            session_data=tuple(self._session_data),
            session_keys=tuple(self._session_keys),
            defines=tuple(self._defines),
        )

    def _uri(self, text: str) -> None:
        if self._next is None:
            raise ManifestError("the URI follows no EXT-X-STREAM-INF", tag=_STREAM_INF)
        self._variants.append(Variant(text, **self._next))
        self._next = None

    def _stream_inf(self, value: str) -> None:
        if self._next is not None:
            raise ManifestError("the variant before this one has no URI")
        self._next = arguments(Variant, parse_attributes(value))

    def _content_steering(self, value: str) -> None:
        self._fields["steering"] = read_attributes(ContentSteering, value)

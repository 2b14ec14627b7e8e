"""Multivariant playlists (RFC 8216 §4.3.4): which variants and renditions there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Self, TypeVar

from manifests.attributes import write_attributes
from manifests.define import Define
from manifests.key import Key
from manifests.lines import tag_line, uri_line
from manifests.media import Media
from manifests.opening import opening
from manifests.session_data import SessionData
from manifests.start import Start
from manifests.steering import ContentSteering
from manifests.variant import IFrameVariant, Variant


@dataclass(frozen=True, slots=True)
class MultivariantPlaylist:
    """A multivariant playlist, fields labelled by their tag.

    ``version`` is what a parsed playlist declared, None where it declared nothing; what is written
    is always ``required_version``.
    """

    variants: tuple[Variant, ...]
    """EXT-X-STREAM-INF: a player begins with the first one"""
    media: tuple[Media, ...] = ()
    """EXT-X-MEDIA"""
    i_frame_variants: tuple[IFrameVariant, ...] = ()
    """EXT-X-I-FRAME-STREAM-INF"""
    session_data: tuple[SessionData, ...] = ()
    """EXT-X-SESSION-DATA"""
    session_keys: tuple[Key, ...] = ()
    """EXT-X-SESSION-KEY"""
    steering: ContentSteering | None = None
    """EXT-X-CONTENT-STEERING"""
    defines: tuple[Define, ...] = ()
    """EXT-X-DEFINE"""
    start: Start | None = None
    """EXT-X-START"""
    independent_segments: bool = False
    """EXT-X-INDEPENDENT-SEGMENTS, for all media playlists at once"""
    version: int | None = field(default=None, compare=False)
    """EXT-X-VERSION"""

    @property
    def required_version(self) -> int:
        """The least protocol version that knows every feature used (rfc8216bis §8)."""
        versions = [1, *(define.required_version for define in self.defines)]
        versions += (media.required_version for media in self.media)
        versions += (stream.required_version for stream in (*self.variants, *self.i_frame_variants))
        return max(versions)

    def render(self) -> str:
        """Return the playlist's text; ManifestError where something in it cannot be written."""
        return "\n".join((*opening(self), *self._facts(), *self._streams(), ""))

    def with_uri_prefix(self, prefix: str) -> Self:
        """Return the playlist as it reads from elsewhere: relative URIs get ``prefix`` in front."""
        steering = self.steering
        if steering is not None:
            steering = replace(steering, server_uri=_joined(prefix, steering.server_uri))
        return replace(
            self,
            steering=steering,
            variants=tuple(_prefixed(variant, prefix) for variant in self.variants),
            media=tuple(_prefixed(media, prefix) for media in self.media),
            i_frame_variants=tuple(_prefixed(stream, prefix) for stream in self.i_frame_variants),
            session_data=tuple(_prefixed(data, prefix) for data in self.session_data),
            session_keys=tuple(_prefixed(key, prefix) for key in self.session_keys),
        )

    def _facts(self) -> Iterator[str]:
        if self.steering is not None:
            yield tag_line("EXT-X-CONTENT-STEERING", write_attributes(self.steering))
        for data in self.session_data:
            yield tag_line("EXT-X-SESSION-DATA", write_attributes(data))
        for key in self.session_keys:
            yield tag_line("EXT-X-SESSION-KEY", write_attributes(key))

    def _streams(self) -> Iterator[str]:
        for media in self.media:
            yield tag_line("EXT-X-MEDIA", write_attributes(media))
        for variant in self.variants:
            yield tag_line("EXT-X-STREAM-INF", write_attributes(variant))
            yield uri_line(variant.uri)
        for stream in self.i_frame_variants:
            yield tag_line("EXT-X-I-FRAME-STREAM-INF", write_attributes(stream))


_Located = TypeVar("_Located", bound=Variant | Media | IFrameVariant | SessionData | Key)
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/|\{\$")
"""RFC 3986 §4.2; a variable in front may stand for anything, so it is left alone."""


def _prefixed(part: _Located, prefix: str) -> _Located:
    return part if part.uri is None else replace(part, uri=_joined(prefix, part.uri))


def _joined(prefix: str, uri: str) -> str:
    return uri if _ABSOLUTE.match(uri) else prefix + uri

"""Multivariant playlists (RFC 8216 §4.3.4): which variants and renditions there are."""

from dataclasses import dataclass, field

from manifests.define import Define
from manifests.key import Key
from manifests.media import Media
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

"""Bytes to playlists.

``lines.lex`` finds tags and URIs, the tags tell which kind of playlist it is, and one reader per
kind follows them from top to bottom in one pass. Unknown tags, unknown attributes and comments are
ignored (RFC 8216 §6.3.1). What cannot be understood raises ManifestError with its line, its tag and
the rule; what can be understood but breaks a rule is parsed, and is for ``validate`` to find.
Variables stay as they are written: ``variables.expand`` replaces them beforehand.
"""

from collections.abc import Sequence

from manifests.errors import ManifestError
from manifests.lines import SECTION, Tag, lex
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse.media_playlist import MediaPlaylistReader
from manifests.parse.multivariant_playlist import MultivariantPlaylistReader
from manifests.tags import TAGS, Kind

__all__ = ["parse_playlist"]


def parse_playlist(data: bytes) -> MediaPlaylist | MultivariantPlaylist:
    """Return the playlist that ``data`` holds; ManifestError says where it is none."""
    lines = lex(data)
    tags = [line for line in lines if isinstance(line, Tag)]
    if not tags or (tags[0].line, tags[0].name) != (1, "EXTM3U"):
        section = TAGS["EXTM3U"].section
        raise ManifestError("the first line must be #EXTM3U", line=1, tag="EXTM3U", section=section)
    _refuse_repetition(tags)
    if _kind(tags) is Kind.MEDIA:
        return MediaPlaylistReader().read(lines)
    return MultivariantPlaylistReader().read(lines)


def _kind(tags: Sequence[Tag]) -> Kind:
    found: Kind | None = None
    for tag in tags:
        rule = TAGS.get(tag.name)
        if rule is None or rule.kind is Kind.EITHER or rule.kind is found:
            continue
        if found is not None:
            message = "tags of media playlists and of multivariant playlists are mixed"
            raise ManifestError(message, line=tag.line, tag=tag.name, section=SECTION)
        found = rule.kind
    if found is None:
        message = "nothing tells whether this is a media playlist or a multivariant playlist"
        raise ManifestError(message, section=SECTION)
    return found


def _refuse_repetition(tags: Sequence[Tag]) -> None:
    seen: set[str] = set()
    for tag in tags:
        rule = TAGS.get(tag.name)
        if rule is None or not rule.once:
            continue
        if tag.name in seen:
            message = "the tag appears twice"
            raise ManifestError(message, line=tag.line, tag=tag.name, section=rule.section)
        seen.add(tag.name)

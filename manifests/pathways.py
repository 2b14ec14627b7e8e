"""Pathways (rfc8216bis §7): the same presentation from several places, in one playlist.

Every pathway has all variants, and rendition groups of its own: a group belongs to one pathway.
What tells variants and renditions apart (STABLE-VARIANT-ID, STABLE-RENDITION-ID) is the same in
each, so that a player stays with what it plays when it moves. The first pathway's come first:
players that know nothing of pathways take them in the order of the playlist.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeVar

from manifests.media import Media, MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.variant import IFrameVariant, Variant

_SHARED: Final = MediaType.CLOSED_CAPTIONS
"""They are inside the variants, and have no address that could differ."""

_Stream = TypeVar("_Stream", bound=Variant | IFrameVariant)


def with_pathways(playlist: MultivariantPlaylist, bases: Mapping[str, str]) -> MultivariantPlaylist:
    """Return the playlist with a pathway for each base: its relative URIs are relative to that.

    ``bases`` are URIs that end with a slash, by the pathways' ids. What a pathway does not have of
    its own (session data and keys) stays relative.
    """
    variants: list[Variant] = []
    i_frames: list[IFrameVariant] = []
    media = [each for each in playlist.media if each.type is _SHARED]
    for pathway_id, base in bases.items():
        there = playlist.with_uri_prefix(base)
        variants += (_variant(each, pathway_id) for each in there.variants)
        i_frames += (_on(each, pathway_id) for each in there.i_frame_variants)
        media += (_media(each, pathway_id) for each in there.media if each.type is not _SHARED)
    return replace(
        playlist, variants=tuple(variants), i_frame_variants=tuple(i_frames), media=tuple(media)
    )


def _variant(variant: Variant, pathway_id: str) -> Variant:
    return replace(
        _on(variant, pathway_id),
        audio=_group(variant.audio, pathway_id),
        subtitles=_group(variant.subtitles, pathway_id),
    )


def _on(stream: _Stream, pathway_id: str) -> _Stream:
    return replace(stream, pathway_id=pathway_id, video=_group(stream.video, pathway_id))


def _media(media: Media, pathway_id: str) -> Media:
    return replace(media, group_id=f"{media.group_id}.{pathway_id}")


def _group(group_id: str | None, pathway_id: str) -> str | None:
    return None if group_id is None else f"{group_id}.{pathway_id}"

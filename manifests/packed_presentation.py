"""From the index of a revision to the playlists of its packed audio, if it has any.

They are a presentation of their own beside that of the fMP4 segments. Packed audio has no edit
list, so the silence in front of the sound, between 23 and 47 ms of it, is heard and counted. The
two must not be mixed, then: a player that went from one to the other would repeat or lose that.
Chapters are left to players that know dates, which know fMP4 as well.
"""

from dataclasses import replace

from manifests import layout
from manifests.extinf import extinf_durations, least_target_duration_s
from manifests.index import Index, PackedAudio
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.presentation import variants
from manifests.segment import Segment
from manifests.segment_list import boundaries_ticks


def packed_documents(index: Index) -> dict[str, bytes]:
    """Return the playlists by name; none where there is no packed audio."""
    texts = {
        layout.packed_playlist_name(rendition.rung): packed_media_playlist(
            index, rendition.rung, rendition.packed
        ).render()
        for rendition in index.renditions
        if rendition.packed is not None
    }
    if texts:
        texts[layout.PACKED_MULTIVARIANT] = packed_multivariant_playlist(index).render()
    return {name: text.encode() for name, text in texts.items()}


def packed_media_playlist(index: Index, rung: str, packed: PackedAudio) -> MediaPlaylist:
    """Return the media playlist of one rendition.

    Its segments hold whole frames: a last one that the sound ends within makes the longest segment
    up to 23 ms longer than the fMP4's, which may round to a longer target duration.
    """
    boundaries = boundaries_ticks(rung, packed.segments, layout.packed_segment_name)
    durations = extinf_durations(boundaries, index.sample_rate_hz)
    folder = f"{rung}/"
    return MediaPlaylist(
        target_duration_s=max(index.target_duration_s, least_target_duration_s(durations)),
        segments=tuple(
            Segment(segment.name.removeprefix(folder), duration_s)
            for segment, duration_s in zip(packed.segments, durations, strict=True)
        ),
        playlist_type=PlaylistType.VOD,
        end_list=True,
        independent_segments=True,
    )


def packed_multivariant_playlist(index: Index) -> MultivariantPlaylist:
    """Return the multivariant playlist: a variant for each rendition that is packed audio, too."""
    packed = [
        replace(
            rendition,
            bandwidth_bps=rendition.packed.bandwidth_bps,
            average_bandwidth_bps=rendition.packed.average_bandwidth_bps,
        )
        for rendition in index.renditions
        if rendition.packed is not None
    ]
    return MultivariantPlaylist(
        variants=tuple(
            replace(variant, uri=variant.uri.replace(layout.PLAYLIST, layout.PACKED_PLAYLIST))
            for variant in variants(packed)
        ),
        independent_segments=True,
    )

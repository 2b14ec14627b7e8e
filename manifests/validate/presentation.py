"""A whole presentation: the multivariant playlist, and each rendition that could be measured."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from manifests.boxes import InitFacts, TrackFacts
from manifests.media import Media, MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.validate.measured import Rendition
from manifests.validate.written import Written
from manifests.variant import Variant


@dataclass(frozen=True, slots=True)
class Presentation:
    """``renditions`` is by URI, as the multivariant playlist spells it."""

    written: Written[MultivariantPlaylist]
    renditions: Mapping[str, Rendition]

    @property
    def playlist(self) -> MultivariantPlaylist:
        """The multivariant playlist."""
        return self.written.playlist

    def rungs(self) -> list[tuple[str, Rendition]]:
        """Return the renditions that a player may switch between, in the order of the playlist."""
        uris = [variant.uri for variant in self.playlist.variants]
        uris += [media.uri for media in self.playlist.media if media.uri and _is_timed(media)]
        return [
            (uri, self.renditions[uri]) for uri in dict.fromkeys(uris) if uri in self.renditions
        ]

    def alike(self) -> list[list[tuple[str, Rendition]]]:
        """Return the rungs in groups that hold the same: frames of pictures are no frames of sound.

        Where the boxes do not tell what a rendition holds, the multivariant playlist does.
        """
        audio = {media.uri for media in self.playlist.media if media.type is MediaType.AUDIO}
        groups: dict[object, list[tuple[str, Rendition]]] = {}
        for uri, rendition in self.rungs():
            held = frozenset(track.media for track in tracks(rendition))
            groups.setdefault(held or uri in audio, []).append((uri, rendition))
        return list(groups.values())

    def played_with(self, variant: Variant) -> Iterator[tuple[str, ...]]:
        """Yield the URIs of every playable combination of renditions for a variant."""
        group = [
            media.uri
            for media in self.playlist.media
            if media.type is MediaType.AUDIO and media.group_id == variant.audio and media.uri
        ]
        if not group or variant.uri in group:
            # A variant that is itself a rendition of its group is played alone.
            yield (variant.uri,)
            return
        for uri in group:
            yield (variant.uri, uri)


def init_facts(rendition: Rendition) -> list[InitFacts]:
    """Return the facts of each initialization section that could be read."""
    return [section.facts for section in rendition.sections.values() if section.facts is not None]


def tracks(rendition: Rendition) -> list[TrackFacts]:
    """Return the tracks of every initialization section that could be read."""
    return [track for facts in init_facts(rendition) for track in facts.tracks]


def _is_timed(media: Media) -> bool:
    """Whether the rendition's playlist has to match the others (subtitles need not)."""
    return media.type in {MediaType.AUDIO, MediaType.VIDEO}

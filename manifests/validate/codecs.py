"""Rules on what variants and renditions declare of their sound, against their sections."""

from collections.abc import Iterator
from typing import Final

from manifests.boxes import TrackFacts
from manifests.boxes.handler import SOUND
from manifests.media import MediaType
from manifests.validate.finding import Severity
from manifests.validate.presentation import Presentation, tracks
from manifests.validate.rule import RuleSet, Violation

RULES: Final[RuleSet[Presentation]] = RuleSet()


@RULES.rule(
    "HLS-CODECS-WRONG",
    Severity.ERROR,
    "RFC 8216 §4.3.4.2",
    "CODECS names the codecs that are in the variant's initialization sections, and no others.",
)
def _codecs_are_true(presentation: Presentation) -> Iterator[Violation]:
    for number, variant in enumerate(presentation.playlist.variants):
        uris = {uri for uris in presentation.played_with(variant) for uri in uris}
        found = [track for uri in uris for track in _tracks(presentation, uri)]
        everything_is_known = all(_tracks(presentation, uri) for uri in uris)
        declared = {codec.lower() for codec in variant.codecs if codec}
        line = presentation.written.line("EXT-X-STREAM-INF", number)
        missing = {track.codec for track in found if not _declares(declared, track)}
        if declared and missing:
            yield Violation(
                f"CODECS of {variant.uri} lacks {', '.join(sorted(missing))}: it has "
                f"{', '.join(sorted(declared))}",
                line,
            )
        elif everything_is_known and not variant.subtitles:
            surplus = {codec for codec in declared if not any(_names(codec, one) for one in found)}
            if surplus:
                yield Violation(
                    f"CODECS of {variant.uri} has {', '.join(sorted(surplus))}, which none of its "
                    "segments is in",
                    line,
                )


@RULES.rule(
    "HLS-CHANNELS-WRONG",
    Severity.ERROR,
    "RFC 8216 §4.3.4.1",
    "CHANNELS is the number of channels of the rendition's initialization section.",
)
def _channels_are_true(presentation: Presentation) -> Iterator[Violation]:
    for number, media in enumerate(presentation.playlist.media):
        if media.type is not MediaType.AUDIO or media.uri is None or media.channels is None:
            continue
        counts = {track.channels for track in _tracks(presentation, media.uri) if track.channels}
        declared = media.channels.partition("/")[0]
        if counts and declared not in {str(count) for count in counts}:
            yield Violation(
                f"CHANNELS of {media.name!r} is {media.channels}, its segments have "
                f"{', '.join(map(str, sorted(counts)))}",
                presentation.written.line("EXT-X-MEDIA", number),
            )


def _tracks(presentation: Presentation, uri: str) -> list[TrackFacts]:
    rendition = presentation.renditions.get(uri)
    return tracks(rendition) if rendition is not None else []


def _declares(declared: set[str], track: TrackFacts) -> bool:
    return any(_names(codec, track) for codec in declared)


def _names(codec: str, track: TrackFacts) -> bool:
    """Tell whether a CODECS element is this track's: only of sound is the whole name known."""
    if track.media == SOUND:
        return codec == track.codec.lower()
    return codec.partition(".")[0] == track.codec.lower()

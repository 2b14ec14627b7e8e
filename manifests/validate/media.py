"""Rules on EXT-X-MEDIA (RFC 8216 §4.3.4.1): renditions and their groups."""

from collections.abc import Iterator
from typing import Final

from manifests.media import MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.validate.finding import Severity
from manifests.validate.multivariant_playlist import STABLE_ID
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

TAG: Final = "EXT-X-MEDIA"

GroupFacts = Written[MultivariantPlaylist]

RULES: Final[RuleSet[GroupFacts]] = RuleSet()


@RULES.rule(
    "HLS-DEFAULT-WITHOUT-AUTOSELECT",
    Severity.ERROR,
    "RFC 8216 §4.3.4.1",
    "A rendition with DEFAULT=YES has AUTOSELECT=YES.",
)
def _defaults_are_selected(facts: GroupFacts) -> Iterator[Violation]:
    for number, media in enumerate(facts.playlist.media):
        if media.default and not media.autoselect:
            yield Violation(
                f"{media.name!r} has DEFAULT=YES without AUTOSELECT=YES", facts.line(TAG, number)
            )


@RULES.rule(
    "HLS-NAME-DUPLICATE",
    Severity.ERROR,
    "RFC 8216 §4.3.4.1.1",
    "The renditions of a group have different names.",
)
def _names_differ(facts: GroupFacts) -> Iterator[Violation]:
    seen: set[tuple[MediaType, str, str]] = set()
    for number, media in enumerate(facts.playlist.media):
        name = (media.type, media.group_id, media.name)
        if name in seen:
            yield Violation(
                f"NAME {media.name!r} appears twice in the group {media.group_id!r}",
                facts.line(TAG, number),
            )
        seen.add(name)


@RULES.rule(
    "HLS-DEFAULT-TWICE",
    Severity.ERROR,
    "RFC 8216 §4.3.4.1.1",
    "A group has at most one default.",
)
def _groups_have_one_default(facts: GroupFacts) -> Iterator[Violation]:
    seen: set[tuple[MediaType, str]] = set()
    for number, media in enumerate(facts.playlist.media):
        group = (media.type, media.group_id)
        if media.default and group in seen:
            yield Violation(
                f"the group {media.group_id!r} has more than one DEFAULT=YES",
                facts.line(TAG, number),
            )
        if media.default:
            seen.add(group)


@RULES.rule(
    "HLS-FORCED",
    Severity.ERROR,
    "RFC 8216 §4.3.4.1",
    "FORCED is for subtitles.",
)
def _only_subtitles_are_forced(facts: GroupFacts) -> Iterator[Violation]:
    for number, media in enumerate(facts.playlist.media):
        if media.forced and media.type is not MediaType.SUBTITLES:
            yield Violation(
                f"{media.name!r} is {media.type} and has FORCED=YES", facts.line(TAG, number)
            )


@RULES.rule(
    "HLS-LANGUAGE-MISSING",
    Severity.WARNING,
    "Apple HLS authoring 8.10",
    "Every EXT-X-MEDIA but video has LANGUAGE.",
)
def _media_have_a_language(facts: GroupFacts) -> Iterator[Violation]:
    for number, media in enumerate(facts.playlist.media):
        if media.language is None and media.type is not MediaType.VIDEO:
            yield Violation(f"{media.name!r} has no LANGUAGE", facts.line(TAG, number))


@RULES.rule(
    "HLS-CHANNELS-MISSING",
    Severity.WARNING,
    "RFC 8216 §4.3.4.1",
    "Every EXT-X-MEDIA of audio has CHANNELS.",
)
def _audio_has_channels(facts: GroupFacts) -> Iterator[Violation]:
    for number, media in enumerate(facts.playlist.media):
        if media.type is MediaType.AUDIO and media.channels is None:
            yield Violation(f"{media.name!r} has no CHANNELS", facts.line(TAG, number))


@RULES.rule(
    "HLS-STABLE-RENDITION-ID",
    Severity.ERROR,
    "rfc8216bis §4.4.6.1",
    "STABLE-RENDITION-ID is made of letters, digits and + / = . - _ alone.",
)
def _stable_ids_are_plain(facts: GroupFacts) -> Iterator[Violation]:
    for number, media in enumerate(facts.playlist.media):
        stable_id = media.stable_rendition_id
        if stable_id is not None and not STABLE_ID.fullmatch(stable_id):
            yield Violation(
                f"STABLE-RENDITION-ID {stable_id!r} has characters that are not allowed",
                facts.line(TAG, number),
            )

"""The rule on EXT-X-VERSION (RFC 8216 §4.3.1.2), in playlists of either kind."""

from collections.abc import Iterator
from typing import Final

from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

VersionFacts = Written[MediaPlaylist] | Written[MultivariantPlaylist]

RULES: Final[RuleSet[VersionFacts]] = RuleSet()


@RULES.rule(
    "HLS-VERSION-TOO-LOW",
    Severity.ERROR,
    "RFC 8216 §7",
    "EXT-X-VERSION is at least that of every feature which the playlist uses.",
)
def _declares_its_version(facts: VersionFacts) -> Iterator[Violation]:
    declared, required = facts.playlist.version or 1, facts.playlist.required_version
    if declared < required:
        yield Violation(
            f"it declares version {declared} and uses features of version {required}",
            facts.line("EXT-X-VERSION"),
        )

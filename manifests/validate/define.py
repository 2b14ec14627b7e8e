"""Rules on EXT-X-DEFINE (rfc8216bis §4.4.2.3), in playlists of either kind."""

import re
from collections.abc import Iterator
from typing import Final

from manifests.define import Define
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

TAG: Final = "EXT-X-DEFINE"
SECTION: Final = "rfc8216bis §4.4.2.3"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")

DefineFacts = Written[MediaPlaylist] | Written[MultivariantPlaylist]

RULES: Final[RuleSet[DefineFacts]] = RuleSet()


@RULES.rule(
    "HLS-DEFINE-NAME",
    Severity.ERROR,
    SECTION,
    "A variable's name is made of letters, digits, '-' and '_'.",
)
def _names_are_plain(facts: DefineFacts) -> Iterator[Violation]:
    for number, define in enumerate(facts.playlist.defines):
        for name in _names(define):
            if not _NAME.fullmatch(name):
                yield Violation(f"{name!r} cannot be a variable's name", facts.line(TAG, number))


@RULES.rule(
    "HLS-DEFINE-TWICE",
    Severity.ERROR,
    SECTION,
    "No variable is defined twice.",
)
def _names_are_unique(facts: DefineFacts) -> Iterator[Violation]:
    seen: set[str] = set()
    for number, define in enumerate(facts.playlist.defines):
        for name in _names(define):
            if name in seen:
                yield Violation(f"{name!r} is defined twice", facts.line(TAG, number))
            seen.add(name)


@RULES.rule(
    "HLS-DEFINE-IMPORT",
    Severity.ERROR,
    SECTION,
    "A multivariant playlist has nowhere to IMPORT from.",
)
def _only_media_playlists_import(facts: DefineFacts) -> Iterator[Violation]:
    if isinstance(facts.playlist, MultivariantPlaylist):
        for number, define in enumerate(facts.playlist.defines):
            if define.imported is not None:
                yield Violation("IMPORT belongs into media playlists", facts.line(TAG, number))


def _names(define: Define) -> tuple[str, ...]:
    names = (define.name, define.imported, define.query_parameter)
    return tuple(name for name in names if name is not None)

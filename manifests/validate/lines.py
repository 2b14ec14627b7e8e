"""Rules on the lines of a playlist, which hold even where it cannot be parsed as a whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from manifests.errors import ManifestError
from manifests.lines import Line, Tag
from manifests.tags import TAGS, Kind
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation

REMOVED_TAGS: Final = frozenset({"EXT-X-ALLOW-CACHE"})
_KNOWN_TAGS: Final = TAGS.keys() | REMOVED_TAGS
_DASH: Final = b"<MPD"

RULES: Final[RuleSet[Sequence[Line]]] = RuleSet()
UNPARSED: Final[RuleSet["Unparsed"]] = RuleSet()
"""Rules for a playlist that the parser refused."""


@dataclass(frozen=True, slots=True)
class Unparsed:
    """What the parser says of a playlist that it cannot read, and the playlist."""

    error: ManifestError
    data: bytes


@UNPARSED.rule(
    "HLS-SYNTAX",
    Severity.ERROR,
    "RFC 8216 §4",
    "A playlist can be parsed.",
)
def _can_be_parsed(unparsed: Unparsed) -> Iterator[Violation]:
    error = unparsed.error
    if _DASH in unparsed.data:
        yield Violation("this is a DASH manifest; only HLS playlists are checked")
        return
    tag = f"{error.tag}: " if error.tag else ""
    section = f" ({error.section})" if error.section else ""
    yield Violation(f"{tag}{error.message}{section}", error.line)


@RULES.rule(
    "HLS-MIXED-TAGS",
    Severity.ERROR,
    "RFC 8216 §4.1",
    "A playlist holds tags of media playlists or of multivariant playlists, not of both.",
)
def _is_of_one_kind(lines: Sequence[Line]) -> Iterator[Violation]:
    first: Tag | None = None
    for tag in _tags(lines):
        rule = TAGS.get(tag.name)
        if rule is None or rule.kind is Kind.EITHER:
            continue
        first = first or tag
        if rule.kind is not TAGS[first.name].kind:
            yield Violation(
                f"{tag.name} does not belong into one playlist with {first.name} "
                f"of line {first.line}",
                tag.line,
            )


@RULES.rule(
    "HLS-REPEATED-TAG",
    Severity.ERROR,
    "RFC 8216 §4.3.1, §4.3.3, §4.3.5",
    "A tag that speaks of the whole playlist appears once.",
)
def _says_once_what_holds_for_all(lines: Sequence[Line]) -> Iterator[Violation]:
    seen: set[str] = set()
    for tag in _tags(lines):
        rule = TAGS.get(tag.name)
        if rule is None or not rule.once:
            continue
        if tag.name in seen:
            yield Violation(f"{tag.name} appears more than once", tag.line)
        seen.add(tag.name)


@RULES.rule(
    "HLS-EXTINF-COMMA",
    Severity.WARNING,
    "RFC 8216 §4.3.2.1",
    "A comma follows the duration of an EXTINF, even where no title does.",
)
def _extinf_has_its_comma(lines: Sequence[Line]) -> Iterator[Violation]:
    for tag in _tags(lines):
        if tag.name == "EXTINF" and "," not in tag.value:
            yield Violation("no comma follows the duration", tag.line)


@RULES.rule(
    "HLS-REMOVED-TAG",
    Severity.WARNING,
    "RFC 8216 §7",
    "A playlist does not use what the protocol has dropped.",
)
def _uses_no_removed_tag(lines: Sequence[Line]) -> Iterator[Violation]:
    for tag in _tags(lines):
        if tag.name in REMOVED_TAGS:
            yield Violation(f"{tag.name} was removed in protocol version 7", tag.line)


@RULES.rule(
    "HLS-UNKNOWN-TAG",
    Severity.INFO,
    "RFC 8216 §6.3.1",
    "A tag that no standard defines is ignored by players: it may be misspelt.",
)
def _uses_known_tags(lines: Sequence[Line]) -> Iterator[Violation]:
    for tag in _tags(lines):
        if tag.name.startswith("EXT-X-") and tag.name not in _KNOWN_TAGS:
            yield Violation(f"{tag.name} is not a tag of HLS; players ignore it", tag.line)


def _tags(lines: Sequence[Line]) -> Iterator[Tag]:
    return (line for line in lines if isinstance(line, Tag))

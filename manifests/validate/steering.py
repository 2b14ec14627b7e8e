"""Rules on the pathways of a multivariant playlist: each of them is the whole presentation."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from manifests.media import MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.steering import DEFAULT_PATHWAY
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written
from manifests.variant import Variant

_STREAM_INF: Final = "EXT-X-STREAM-INF"

MultivariantFacts = Written[MultivariantPlaylist]

RULES: Final[RuleSet[MultivariantFacts]] = RuleSet()


@RULES.rule(
    "HLS-PATHWAY-VARIANTS",
    Severity.WARNING,
    "rfc8216bis §7",
    "Each pathway has each variant once, by its STABLE-VARIANT-ID.",
)
def _pathways_are_whole(facts: MultivariantFacts) -> Iterator[Violation]:
    variants = facts.playlist.variants
    pathways = {_pathway(variant): Counter[str | None]() for variant in variants}
    for variant in variants:
        pathways[_pathway(variant)][variant.stable_variant_id] += 1
    if len(pathways) < 2:  # noqa: PLR2004 nobody can move
        return
    first, *others = pathways.items()
    for number, variant in enumerate(variants):
        if variant.stable_variant_id is None:
            yield Violation(
                f"{variant.uri} has no STABLE-VARIANT-ID", facts.line(_STREAM_INF, number)
            )
    for name, found in others:
        if found != first[1]:
            yield Violation(f"the pathways {first[0]!r} and {name!r} have not the same variants")


@RULES.rule(
    "HLS-PATHWAY-GROUP",
    Severity.ERROR,
    "rfc8216bis §7",
    "A rendition group belongs to one pathway.",
)
def _groups_have_one_pathway(facts: MultivariantFacts) -> Iterator[Violation]:
    seen: dict[tuple[MediaType, str], str] = {}
    for number, variant in enumerate(facts.playlist.variants):
        for group in _groups(variant):
            if seen.setdefault(group, _pathway(variant)) != _pathway(variant):
                yield Violation(
                    f"the {group[0]} group {group[1]!r} is of the pathway {seen[group]!r}, "
                    f"and {variant.uri} of {_pathway(variant)!r}",
                    facts.line(_STREAM_INF, number),
                )


def _pathway(variant: Variant) -> str:
    return variant.pathway_id or DEFAULT_PATHWAY


def _groups(variant: Variant) -> Iterator[tuple[MediaType, str]]:
    """Yield the groups that have addresses of their own."""
    named = {
        MediaType.AUDIO: variant.audio,
        MediaType.VIDEO: variant.video,
        MediaType.SUBTITLES: variant.subtitles,
    }
    for media_type, group_id in named.items():
        if group_id is not None:
            yield media_type, group_id

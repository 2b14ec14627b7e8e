"""Rules on a multivariant playlist: its variants, and what holds for all of them."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from manifests.media import MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.steering import DEFAULT_PATHWAY
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

STABLE_ID: Final = re.compile(r"[A-Za-z0-9+/=.\-_]+")
_PATHWAY: Final = re.compile(r"[A-Za-z0-9.\-_]+")
_STREAM_INF: Final = "EXT-X-STREAM-INF"
TOLERANCE: Final = Fraction(11, 10)
"""Both are within 10 % of what is measured (Apple HLS authoring 1.26, 1.27)."""

MultivariantFacts = Written[MultivariantPlaylist]

RULES: Final[RuleSet[MultivariantFacts]] = RuleSet()
NESTED: Final[RuleSet[MultivariantFacts]] = RuleSet()
"""Rules for a multivariant playlist where a media playlist is expected."""


@NESTED.rule(
    "HLS-NESTED-MULTIVARIANT",
    Severity.ERROR,
    "RFC 8216 §4.3.4.2",
    "The URI of a variant or rendition is that of a media playlist.",
)
def _is_not_nested(facts: MultivariantFacts) -> Iterator[Violation]:
    yield Violation(
        f"it is a multivariant playlist of {len(facts.playlist.variants)} variants, "
        "where a media playlist is expected"
    )


@RULES.rule(
    "HLS-NO-VARIANTS",
    Severity.ERROR,
    "RFC 8216 §4.3.4.2",
    "A multivariant playlist names at least one variant.",
)
def _has_variants(facts: MultivariantFacts) -> Iterator[Violation]:
    if not facts.playlist.variants:
        yield Violation("there is no EXT-X-STREAM-INF: nothing can be played")


@RULES.rule(
    "HLS-CODECS-MISSING",
    Severity.ERROR,
    "Apple HLS authoring 9.1",
    "Every variant has CODECS.",
)
def _variants_have_codecs(facts: MultivariantFacts) -> Iterator[Violation]:
    for number, variant in enumerate(facts.playlist.variants):
        if not any(variant.codecs):
            yield Violation(f"{variant.uri} has no CODECS", facts.line(_STREAM_INF, number))


@RULES.rule(
    "HLS-AVERAGE-BANDWIDTH-MISSING",
    Severity.WARNING,
    "Apple HLS authoring 9.14",
    "Every variant has AVERAGE-BANDWIDTH.",
)
def _variants_have_an_average(facts: MultivariantFacts) -> Iterator[Violation]:
    for number, variant in enumerate(facts.playlist.variants):
        if variant.average_bandwidth_bps is None:
            yield Violation(
                f"{variant.uri} has no AVERAGE-BANDWIDTH", facts.line(_STREAM_INF, number)
            )


@RULES.rule(
    "HLS-AVERAGE-ABOVE-PEAK",
    Severity.ERROR,
    "RFC 8216 §4.3.4.2",
    "AVERAGE-BANDWIDTH is not larger than BANDWIDTH, the peak, by more than 10 %.",
)
def _averages_are_below_peaks(facts: MultivariantFacts) -> Iterator[Violation]:
    for number, variant in enumerate(facts.playlist.variants):
        average_bps = variant.average_bandwidth_bps
        if average_bps is not None and average_bps > variant.bandwidth_bps * TOLERANCE:
            yield Violation(
                f"{variant.uri} declares an average of {average_bps} bit/s "
                f"and a peak of {variant.bandwidth_bps}",
                facts.line(_STREAM_INF, number),
            )


@RULES.rule(
    "HLS-GROUP-MISSING",
    Severity.ERROR,
    "RFC 8216 §4.3.4.2",
    "Every group that a variant names has an EXT-X-MEDIA.",
)
def _groups_exist(facts: MultivariantFacts) -> Iterator[Violation]:
    known = {(media.type, media.group_id) for media in facts.playlist.media}
    for number, variant in enumerate(facts.playlist.variants):
        captions = variant.closed_captions
        named = {
            MediaType.AUDIO: variant.audio,
            MediaType.VIDEO: variant.video,
            MediaType.SUBTITLES: variant.subtitles,
            MediaType.CLOSED_CAPTIONS: captions if isinstance(captions, str) else None,
        }
        for media_type, group in named.items():
            if group is not None and (media_type, group) not in known:
                yield Violation(
                    f"{variant.uri} names the {media_type} group {group!r}, which is not there",
                    facts.line(_STREAM_INF, number),
                )


@RULES.rule(
    "HLS-STABLE-VARIANT-ID",
    Severity.ERROR,
    "rfc8216bis §4.4.6.2",
    "STABLE-VARIANT-ID is made of letters, digits and + / = . - _ alone.",
)
def _stable_ids_are_plain(facts: MultivariantFacts) -> Iterator[Violation]:
    for number, variant in enumerate(facts.playlist.variants):
        stable_id = variant.stable_variant_id
        if stable_id is not None and not STABLE_ID.fullmatch(stable_id):
            yield Violation(
                f"STABLE-VARIANT-ID {stable_id!r} has characters that are not allowed",
                facts.line(_STREAM_INF, number),
            )


@RULES.rule(
    "HLS-SCORE-PARTIAL",
    Severity.WARNING,
    "Apple HLS authoring 9.19",
    "SCORE is on every variant or on none.",
)
def _scores_are_complete(facts: MultivariantFacts) -> Iterator[Violation]:
    scored = [variant.score is not None for variant in facts.playlist.variants]
    if any(scored) and not all(scored):
        yield Violation(
            "SCORE is ignored, because it is not on every variant",
            facts.line(_STREAM_INF, scored.index(False)),
        )


@RULES.rule(
    "HLS-PATHWAY-ID",
    Severity.ERROR,
    "rfc8216bis §4.4.6.2",
    "PATHWAY-ID is made of letters, digits and . - _ alone.",
)
def _pathways_are_plain(facts: MultivariantFacts) -> Iterator[Violation]:
    for number, variant in enumerate(facts.playlist.variants):
        if variant.pathway_id is not None and not _PATHWAY.fullmatch(variant.pathway_id):
            yield Violation(
                f"PATHWAY-ID {variant.pathway_id!r} has characters that are not allowed",
                facts.line(_STREAM_INF, number),
            )


@RULES.rule(
    "HLS-STEERING-PATHWAY",
    Severity.ERROR,
    "rfc8216bis §4.4.6.6",
    "The first pathway of EXT-X-CONTENT-STEERING is that of a variant.",
)
def _steers_to_a_pathway(facts: MultivariantFacts) -> Iterator[Violation]:
    steering = facts.playlist.steering
    pathways = {variant.pathway_id or DEFAULT_PATHWAY for variant in facts.playlist.variants}
    if steering and steering.pathway_id is not None and steering.pathway_id not in pathways:
        yield Violation(
            f"no variant has the pathway {steering.pathway_id!r}",
            facts.line("EXT-X-CONTENT-STEERING"),
        )


@RULES.rule(
    "HLS-STEERING-WITHOUT-PATHWAY",
    Severity.WARNING,
    "Apple HLS authoring 9.18",
    "EXT-X-CONTENT-STEERING says which pathway to begin with.",
)
def _steering_has_a_pathway(facts: MultivariantFacts) -> Iterator[Violation]:
    steering = facts.playlist.steering
    if steering and steering.pathway_id is None:
        yield Violation("PATHWAY-ID is missing", facts.line("EXT-X-CONTENT-STEERING"))

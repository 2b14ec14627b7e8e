"""Rules on the boxes of one media segment (RFC 8216 §3.3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from manifests.boxes import FragmentFacts, InitFacts
from manifests.validate.finding import Severity
from manifests.validate.measured import Container, MeasuredSegment
from manifests.validate.rule import RuleSet, Violation

SECTION: Final = "RFC 8216 §3.3"


@dataclass(frozen=True, slots=True)
class SegmentInContext:
    """A segment with the initialization section that the playlist gives it.

    ``is_mapped`` says that it has an EXT-X-MAP, ``init`` is None where that could not be read.
    """

    segment: MeasuredSegment
    is_mapped: bool
    init: InitFacts | None

    @property
    def fragments(self) -> tuple[FragmentFacts, ...]:
        """Its fragments, none where they are not known."""
        return self.segment.facts.fragments if self.segment.facts else ()


RULES: Final[RuleSet[SegmentInContext]] = RuleSet()


@RULES.rule(
    "HLS-MAP-MISSING",
    Severity.ERROR,
    "RFC 8216 §3.3, Apple HLS authoring 8.20",
    "Segments of fMP4 have an EXT-X-MAP.",
)
def _is_mapped(context: SegmentInContext) -> Iterator[Violation]:
    if context.segment.container is Container.FRAGMENTED_MP4 and not context.is_mapped:
        yield Violation("it is fMP4, and no EXT-X-MAP names its initialization section")


@RULES.rule(
    "HLS-SEGMENT-FORMAT",
    Severity.ERROR,
    "RFC 8216 §3.1",
    "A segment is fMP4, a transport stream or packed audio.",
)
def _is_of_a_known_format(context: SegmentInContext) -> Iterator[Violation]:
    if context.segment.container is Container.UNKNOWN:
        yield Violation("it is neither fMP4 nor a transport stream nor packed audio")


@RULES.rule(
    "BMFF-SEGMENT-BROKEN",
    Severity.ERROR,
    SECTION,
    "The boxes of a segment can be walked, and fill it.",
)
def _can_be_walked(context: SegmentInContext) -> Iterator[Violation]:
    is_made_of_boxes = context.segment.container is Container.FRAGMENTED_MP4
    if is_made_of_boxes and context.segment.problem is not None:
        yield Violation(f"its boxes are broken: {context.segment.problem}")
    elif context.segment.facts and context.segment.facts.trailing_bytes:
        yield Violation(f"{context.segment.facts.trailing_bytes} bytes follow its last box")


@RULES.rule(
    "BMFF-NO-FRAGMENT",
    Severity.ERROR,
    SECTION,
    "A segment has a movie fragment, and samples in it.",
)
def _has_a_fragment(context: SegmentInContext) -> Iterator[Violation]:
    facts = context.segment.facts
    if facts is not None and not sum(part.sample_count for part in facts.fragments):
        yield Violation("it has no samples in a moof")


@RULES.rule(
    "BMFF-DATA-OUTSIDE",
    Severity.ERROR,
    "ISO/IEC 14496-12 §8.8.8",
    "A moof points at samples inside of the mdat of its own segment.",
)
def _samples_are_inside(context: SegmentInContext) -> Iterator[Violation]:
    for part in context.fragments:
        if part.data_is_inside is False:
            yield Violation(
                f"moof {part.sequence_number} points at bytes {part.data_start} to "
                f"{part.data_end}, which are not in an mdat of this segment"
            )


@RULES.rule(
    "BMFF-DEFAULTS-MISSING",
    Severity.ERROR,
    "ISO/IEC 14496-12 §8.8.7",
    "Every sample has a size and a duration, its own or by default.",
)
def _samples_are_described(context: SegmentInContext) -> Iterator[Violation]:
    for part in context.fragments:
        # Without the initialization section its defaults are unknown, not missing.
        if context.init and (part.samples_bytes is None or part.duration_ticks is None):
            yield Violation(
                f"moof {part.sequence_number} leaves sizes or durations to defaults that are not "
                "there"
            )


@RULES.rule(
    "BMFF-TFDT-MISSING",
    Severity.ERROR,
    SECTION,
    "Every track fragment has its decode time (tfdt).",
)
def _fragments_have_a_time(context: SegmentInContext) -> Iterator[Violation]:
    for part in context.fragments:
        if part.base_media_decode_time_ticks is None:
            yield Violation(f"moof {part.sequence_number} has no tfdt")


@RULES.rule(
    "BMFF-ABSOLUTE-OFFSET",
    Severity.ERROR,
    SECTION,
    "Fragments address their samples relative to the moof.",
)
def _addresses_are_relative(context: SegmentInContext) -> Iterator[Violation]:
    for part in context.fragments:
        if part.has_absolute_offset:
            yield Violation(f"moof {part.sequence_number} has an absolute base-data-offset")


@RULES.rule(
    "BMFF-TRACK-UNKNOWN",
    Severity.ERROR,
    SECTION,
    "The initialization section has a track for every track fragment.",
)
def _tracks_are_known(context: SegmentInContext) -> Iterator[Violation]:
    for part in context.fragments:
        if context.init and context.init.track(part.track_id) is None:
            yield Violation(
                f"moof {part.sequence_number} is of track {part.track_id}, "
                "which the initialization section does not have"
            )

"""Rules on segments of packed audio (RFC 8216 §3.4), one by one and as a row."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from manifests.packed_audio.timestamp_tag import CLOCK_HZ, WRAP_TICKS
from manifests.validate.finding import Severity
from manifests.validate.fragments import SegmentInContext
from manifests.validate.measured import Container, Rendition
from manifests.validate.rule import RuleSet, Violation

SECTION: Final = "RFC 8216 §3.4"
TOLERANCE_TICKS: Final = CLOCK_HZ // 1000
"""A millisecond, which players bridge; each timestamp is rounded by itself."""

RULES: Final[RuleSet[SegmentInContext]] = RuleSet()
IN_A_ROW: Final[RuleSet[Rendition]] = RuleSet()
"""Rules for all segments of a rendition together."""


@RULES.rule(
    "HLS-PACKED-BROKEN",
    Severity.ERROR,
    SECTION,
    "Packed audio is frames and tags, one after another, and nothing else.",
)
def _can_be_walked(context: SegmentInContext) -> Iterator[Violation]:
    segment = context.segment
    if segment.container is Container.PACKED_AUDIO and segment.problem is not None:
        yield Violation(f"its frames cannot be walked: {segment.problem}")


@RULES.rule(
    "HLS-PACKED-TIMESTAMP-MISSING",
    Severity.ERROR,
    SECTION,
    "A segment of packed audio begins with an ID3 tag that holds its timestamp.",
)
def _has_a_timestamp(context: SegmentInContext) -> Iterator[Violation]:
    packed = context.segment.packed
    if packed is not None and packed.timestamp is None:
        yield Violation("no ID3 tag in front of its first frame says when it begins")


@RULES.rule(
    "HLS-PACKED-TIMESTAMP-WIDTH",
    Severity.ERROR,
    SECTION,
    "The timestamp of packed audio has 33 bits; the 31 above them are zero.",
)
def _timestamp_is_of_33_bits(context: SegmentInContext) -> Iterator[Violation]:
    packed = context.segment.packed
    if packed is not None and packed.timestamp is not None and packed.timestamp >= WRAP_TICKS:
        yield Violation(f"its timestamp is {packed.timestamp}")


@RULES.rule(
    "HLS-PACKED-MAP",
    Severity.ERROR,
    SECTION,
    "Packed audio has no initialization section.",
)
def _is_not_mapped(context: SegmentInContext) -> Iterator[Violation]:
    if context.segment.container is Container.PACKED_AUDIO and context.is_mapped:
        yield Violation("an EXT-X-MAP gives it an initialization section")


@IN_A_ROW.rule(
    "HLS-PACKED-TIMESTAMP-GAP",
    Severity.ERROR,
    "Apple HLS authoring 7.3",
    "The timestamp of packed audio is where the segment before it ended.",
)
def _timestamps_continue(rendition: Rendition) -> Iterator[Violation]:
    due: int | None = None
    for number, measured in enumerate(rendition.segments):
        segment = rendition.playlist.segments[number]
        packed = measured.packed if measured else None
        if packed is None or packed.timestamp is None or segment.discontinuity:
            due = None
        if packed is None or packed.timestamp is None:
            continue
        if due is not None and _apart(packed.timestamp, due) > TOLERANCE_TICKS:
            yield Violation(
                f"the timestamp of {segment.uri} is {packed.timestamp}; the segment before it "
                f"ended at {due}",
                rendition.written.line("EXTINF", number),
            )
        due = _end(packed.timestamp, packed.duration_s)


def _end(timestamp: int, duration_s: Fraction | None) -> int | None:
    return None if duration_s is None else timestamp + round(duration_s * CLOCK_HZ)


def _apart(one: int, other: int) -> int:
    """Return how far two times are apart on a clock that begins again."""
    ahead = (one - other) % WRAP_TICKS
    return min(ahead, WRAP_TICKS - ahead)

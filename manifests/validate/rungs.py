"""Rules across renditions: a player must be able to switch between them at any boundary."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from typing import Final

from manifests.segment import Segment
from manifests.validate.finding import Severity
from manifests.validate.measured import Rendition, Span
from manifests.validate.presentation import Presentation
from manifests.validate.rule import RuleSet, Violation

BOUNDARY_TOLERANCE_S: Final = Fraction(1, 1000)
"""What durations written to the millisecond can differ by."""
TIMESTAMP_TOLERANCE_S: Final = Fraction(1, 1000)

RULES: Final[RuleSet[Presentation]] = RuleSet()


@RULES.rule(
    "HLS-RUNGS-TARGETDURATION",
    Severity.ERROR,
    "RFC 8216 §6.2.4",
    "All variants and audio renditions have the same target duration.",
)
def _target_durations_agree(presentation: Presentation) -> Iterator[Violation]:
    for (first_uri, first), (uri, other) in _pairs(presentation.rungs()):
        ours, theirs = first.playlist.target_duration_s, other.playlist.target_duration_s
        if ours != theirs:
            yield Violation(
                f"the target duration of {uri} is {theirs} s, that of {first_uri} is {ours} s"
            )


@RULES.rule(
    "HLS-RUNGS-BOUNDARIES",
    Severity.ERROR,
    "RFC 8216 §6.2.4, Apple HLS authoring 8.22",
    "Renditions that hold the same have their segment boundaries at the same times.",
)
def _boundaries_agree(presentation: Presentation) -> Iterator[Violation]:
    for (first_uri, first), (uri, other) in _pairs(*presentation.alike()):
        ours, theirs = first.playlist.segments, other.playlist.segments
        if not (first.playlist.end_list and other.playlist.end_list):
            # Playlists that still grow were read at different times.
            common = min(len(ours), len(theirs))
            ours, theirs = ours[:common], theirs[:common]
        problem = _first_difference(ours, theirs)
        if problem:
            yield Violation(f"{uri} and {first_uri} {problem}")


@RULES.rule(
    "HLS-RUNGS-TIMESTAMPS",
    Severity.ERROR,
    "RFC 8216 §6.2.4",
    "Segments of one number begin at one decode time in all renditions that hold the same.",
)
def _timestamps_agree(presentation: Presentation) -> Iterator[Violation]:
    for (first_uri, first), (uri, other) in _pairs(*presentation.alike()):
        if len(first.segments) != len(other.segments):
            continue
        for number, (ours, theirs) in enumerate(zip(first.spans(), other.spans(), strict=True)):
            if _starts_apart(ours, theirs):
                yield Violation(
                    f"segment {number} of {uri} does not begin at the decode time of that of "
                    f"{first_uri}"
                )
                break


@RULES.rule(
    "HLS-RUNGS-DISCONTINUITIES",
    Severity.ERROR,
    "Apple HLS authoring 8.15",
    "All renditions have their discontinuities before the same segments.",
)
def _discontinuities_agree(presentation: Presentation) -> Iterator[Violation]:
    for (first_uri, first), (uri, other) in _pairs(presentation.rungs()):
        if len(first.segments) == len(other.segments) and _breaks(first) != _breaks(other):
            yield Violation(f"the discontinuities of {uri} are not those of {first_uri}")


@RULES.rule(
    "HLS-INDEPENDENT-SEGMENTS",
    Severity.WARNING,
    "Apple HLS authoring 9.11, 9.12",
    "EXT-X-INDEPENDENT-SEGMENTS is in the multivariant playlist.",
)
def _segments_are_independent(presentation: Presentation) -> Iterator[Violation]:
    if presentation.playlist.independent_segments:
        return
    for uri, rendition in presentation.rungs():
        if not rendition.playlist.independent_segments:
            yield Violation(f"EXT-X-INDEPENDENT-SEGMENTS is missing, here and in {uri}")
            return
    yield Violation(
        "EXT-X-INDEPENDENT-SEGMENTS is missing here: players learn from media playlists alone, "
        "after loading them, that they may begin with any segment"
    )


@RULES.rule(
    "HLS-RUNGS-INDEPENDENT-SEGMENTS",
    Severity.INFO,
    "RFC 8216 §4.3.5.1",
    "EXT-X-INDEPENDENT-SEGMENTS is in every media playlist, too.",
)
def _rungs_are_independent_by_themselves(presentation: Presentation) -> Iterator[Violation]:
    if not presentation.playlist.independent_segments:
        return
    for uri, rendition in presentation.rungs():
        if not rendition.playlist.independent_segments:
            yield Violation(
                f"{uri} lacks EXT-X-INDEPENDENT-SEGMENTS: a player that opens it by itself does "
                "not know that it may begin with any segment"
            )


def _pairs(
    *groups: list[tuple[str, Rendition]],
) -> Iterator[tuple[tuple[str, Rendition], tuple[str, Rendition]]]:
    """Yield the first rendition of each group with each of the others."""
    for group in groups:
        for other in group[1:]:
            yield group[0], other


def _first_difference(ours: tuple[Segment, ...], theirs: tuple[Segment, ...]) -> str:
    """Return the end of a sentence on the first boundary that differs, or an empty text."""
    drift_s = Fraction(0)
    for number, (mine, other) in enumerate(zip_longest(ours, theirs)):
        if mine is None or other is None:
            return f"have {len(theirs)} and {len(ours)} segments"
        drift_s += Fraction(other.duration_s) - Fraction(mine.duration_s)
        if abs(drift_s) > BOUNDARY_TOLERANCE_S:
            return (
                f"end their segment {number} {float(abs(drift_s)):.3f} s apart "
                f"({other.duration_s} s and {mine.duration_s} s)"
            )
    return ""


def _starts_apart(ours: Span | None, theirs: Span | None) -> bool:
    if ours is None or theirs is None:
        return False
    return abs(ours.start_s - theirs.start_s) > TIMESTAMP_TOLERANCE_S


def _breaks(rendition: Rendition) -> list[bool]:
    return [segment.discontinuity for segment in rendition.playlist.segments]

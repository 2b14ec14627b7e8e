"""Rules on a media playlist by itself: what its tags say, without a look at any segment."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Final

from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

RECOMMENDED_TARGET_DURATION_S: Final = 6
ROUNDING_S: Final = Decimal("0.5")
"""A duration rounds down to the target duration up to here (RFC 8216 leaves the tie open)."""

MediaFacts = Written[MediaPlaylist]

RULES: Final[RuleSet[MediaFacts]] = RuleSet()
ALONE: Final[RuleSet[MediaFacts]] = RuleSet()
"""Rules for a media playlist that no multivariant playlist speaks for."""


@RULES.rule(
    "HLS-TARGETDURATION-EXCEEDED",
    Severity.ERROR,
    "RFC 8216 §4.3.3.1",
    "No EXTINF, rounded to the nearest integer, exceeds the target duration.",
)
def _keeps_to_its_target_duration(facts: MediaFacts) -> Iterator[Violation]:
    target = facts.playlist.target_duration_s
    for number, segment in enumerate(facts.playlist.segments):
        if segment.duration_s > target + ROUNDING_S:
            yield Violation(
                f"{segment.uri} lasts {segment.duration_s} s, which rounds to more than the "
                f"target duration of {target} s",
                facts.line("EXTINF", number),
            )


@RULES.rule(
    "HLS-TARGETDURATION-SIX",
    Severity.WARNING,
    "Apple HLS authoring 7.5",
    "The target duration is 6 seconds, unless the whole fits into one segment.",
)
def _has_the_usual_target_duration(facts: MediaFacts) -> Iterator[Violation]:
    target = facts.playlist.target_duration_s
    if target != RECOMMENDED_TARGET_DURATION_S and len(facts.playlist.segments) > 1:
        yield Violation(
            f"the target duration is {target} s; 6 s is recommended",
            facts.line("EXT-X-TARGETDURATION"),
        )


@RULES.rule(
    "HLS-EXTINF-ZERO",
    Severity.ERROR,
    "RFC 8216 §4.3.2.1",
    "No segment has a duration of zero: players stall on it.",
)
def _segments_last(facts: MediaFacts) -> Iterator[Violation]:
    for number, segment in enumerate(facts.playlist.segments):
        if segment.duration_s == 0:  # a sound of one sample lasts 0.000021 s
            yield Violation(
                f"{segment.uri} lasts {segment.duration_s} s", facts.line("EXTINF", number)
            )


@RULES.rule(
    "HLS-NO-SEGMENTS",
    Severity.ERROR,
    "RFC 8216 §2",
    "A finished playlist has at least one segment.",
)
def _has_segments(facts: MediaFacts) -> Iterator[Violation]:
    if facts.playlist.end_list and not facts.playlist.segments:
        yield Violation("the playlist has no segments")


@RULES.rule(
    "HLS-ENDLIST-MISSING",
    Severity.ERROR,
    "RFC 8216 §6.2.2",
    "A VOD playlist, which cannot change, says that it is complete.",
)
def _vod_ends(facts: MediaFacts) -> Iterator[Violation]:
    if facts.playlist.playlist_type is PlaylistType.VOD and not facts.playlist.end_list:
        yield Violation(
            "EXT-X-ENDLIST is missing: players take it for a live stream and reload it",
            facts.line("EXT-X-PLAYLIST-TYPE"),
        )


@RULES.rule(
    "HLS-PLAYLIST-TYPE-MISSING",
    Severity.WARNING,
    "Apple HLS authoring 8.6",
    "A complete playlist has an EXT-X-PLAYLIST-TYPE.",
)
def _finished_playlist_has_a_type(facts: MediaFacts) -> Iterator[Violation]:
    if facts.playlist.end_list and facts.playlist.playlist_type is None:
        yield Violation("EXT-X-PLAYLIST-TYPE:VOD is missing")


@RULES.rule(
    "HLS-LIVE",
    Severity.INFO,
    "RFC 8216 §6.2.2",
    "Of a live playlist, what is in it now is checked.",
)
def _is_on_demand(facts: MediaFacts) -> Iterator[Violation]:
    if not facts.playlist.end_list and facts.playlist.playlist_type is None:
        yield Violation("the playlist is live: only its present segments are checked")


@RULES.rule(
    "HLS-MAP-WITHOUT-DISCONTINUITY",
    Severity.WARNING,
    "RFC 8216 §4.3.2.3",
    "The initialization section changes at an EXT-X-DISCONTINUITY only.",
)
def _map_changes_at_a_discontinuity(facts: MediaFacts) -> Iterator[Violation]:
    for number, (before, after) in enumerate(pairwise(facts.playlist.segments), 1):
        if before.init != after.init and not after.discontinuity:
            yield Violation(
                f"EXT-X-MAP changes before {after.uri} without EXT-X-DISCONTINUITY",
                facts.line("EXTINF", number),
            )


@RULES.rule(
    "HLS-BYTERANGE-WITHOUT-OFFSET",
    Severity.ERROR,
    "RFC 8216 §4.3.2.2",
    "A byte range without an offset follows a segment of the same resource.",
)
def _byte_ranges_have_a_start(facts: MediaFacts) -> Iterator[Violation]:
    previous = None
    for number, segment in enumerate(facts.playlist.segments):
        part = segment.byte_range
        if part and part.offset_bytes is None:
            follows = previous is not None and previous.byte_range is not None
            if previous is None or not follows or previous.uri != segment.uri:
                yield Violation(
                    f"the byte range of {segment.uri} has no offset, and no part of the same "
                    "resource stands before it",
                    facts.line("EXTINF", number),
                )
        previous = segment


@RULES.rule(
    "HLS-START-OUTSIDE",
    Severity.WARNING,
    "RFC 8216 §4.3.5.2",
    "EXT-X-START points into the playlist.",
)
def _starts_inside(facts: MediaFacts) -> Iterator[Violation]:
    start = facts.playlist.start
    total_s = sum((segment.duration_s for segment in facts.playlist.segments), Decimal(0))
    if start is not None and abs(start.time_offset_s) > total_s:
        yield Violation(
            f"EXT-X-START is {start.time_offset_s} s, the playlist lasts {total_s} s",
            facts.line("EXT-X-START"),
        )


@RULES.rule(
    "HLS-DATE-WITHOUT-ZONE",
    Severity.WARNING,
    "RFC 8216 §4.3.2.6",
    "EXT-X-PROGRAM-DATE-TIME says its time zone.",
)
def _dates_have_a_zone(facts: MediaFacts) -> Iterator[Violation]:
    dates = [segment.program_date_time for segment in facts.playlist.segments]
    present = [date for date in dates if date is not None]
    for number, date in enumerate(present):
        if date.tzinfo is None:
            yield Violation(
                f"{date.isoformat()} has no time zone",
                facts.line("EXT-X-PROGRAM-DATE-TIME", number),
            )


@ALONE.rule(
    "HLS-MEDIA-INDEPENDENT-SEGMENTS",
    Severity.WARNING,
    "Apple HLS authoring 9.12",
    "EXT-X-INDEPENDENT-SEGMENTS tells players that they may begin with any segment.",
)
def _says_that_segments_are_independent(facts: MediaFacts) -> Iterator[Violation]:
    if not facts.playlist.independent_segments:
        yield Violation("EXT-X-INDEPENDENT-SEGMENTS is missing")

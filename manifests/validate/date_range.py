"""Rules on EXT-X-DATERANGE (RFC 8216 §4.3.2.7)."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from manifests.date_range import DateRange
from manifests.media_playlist import MediaPlaylist
from manifests.validate.finding import Severity
from manifests.validate.rule import RuleSet, Violation
from manifests.validate.written import Written

TAG: Final = "EXT-X-DATERANGE"
ROUNDING: Final = timedelta(milliseconds=1)

DateFacts = Written[MediaPlaylist]

RULES: Final[RuleSet[DateFacts]] = RuleSet()


@RULES.rule(
    "HLS-DATERANGE-WITHOUT-DATES",
    Severity.ERROR,
    "RFC 8216 §4.3.2.7",
    "A playlist with date ranges has an EXT-X-PROGRAM-DATE-TIME to place them.",
)
def _playlist_has_dates(facts: DateFacts) -> Iterator[Violation]:
    dates = (segment.program_date_time for segment in facts.playlist.segments)
    if facts.playlist.date_ranges and not any(dates):
        yield Violation("EXT-X-PROGRAM-DATE-TIME is missing", facts.line(TAG))


@RULES.rule(
    "HLS-DATERANGE-WITHOUT-START",
    Severity.ERROR,
    "RFC 8216 §4.3.2.7",
    "Every date range has a START-DATE, in one of the tags with its ID.",
)
def _date_ranges_start(facts: DateFacts) -> Iterator[Violation]:
    started = {found.id for found in facts.playlist.date_ranges if found.start_date}
    for number, found in enumerate(facts.playlist.date_ranges):
        if found.id not in started:
            yield Violation(f"{found.id!r} has no START-DATE", facts.line(TAG, number))


@RULES.rule(
    "HLS-DATERANGE-BACKWARDS",
    Severity.ERROR,
    "RFC 8216 §4.3.2.7",
    "A date range ends when its duration says, and not before it starts.",
)
def _date_ranges_run_forwards(facts: DateFacts) -> Iterator[Violation]:
    for number, found in enumerate(facts.playlist.date_ranges):
        problem = _end_problem(found)
        if problem:
            yield Violation(f"{found.id!r} {problem}", facts.line(TAG, number))


@RULES.rule(
    "HLS-DATERANGE-END-ON-NEXT",
    Severity.ERROR,
    "RFC 8216 §4.3.2.7",
    "END-ON-NEXT comes with a CLASS, and without DURATION or END-DATE.",
)
def _end_on_next_stands_alone(facts: DateFacts) -> Iterator[Violation]:
    for number, found in enumerate(facts.playlist.date_ranges):
        ends = found.duration_s is not None or found.end_date is not None
        if found.end_on_next and (ends or found.class_name is None):
            yield Violation(
                f"{found.id!r} has END-ON-NEXT, so it needs CLASS and no DURATION or END-DATE",
                facts.line(TAG, number),
            )


@RULES.rule(
    "HLS-DATERANGE-CONFLICT",
    Severity.ERROR,
    "RFC 8216 §4.3.2.7",
    "Date ranges with the same ID give an attribute the same value.",
)
def _tags_of_one_range_agree(facts: DateFacts) -> Iterator[Violation]:
    known: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for number, found in enumerate(facts.playlist.date_ranges):
        said = {
            "START-DATE": found.start_date,
            "END-DATE": found.end_date,
            "DURATION": found.duration_s,
            "CLASS": found.class_name,
            **dict(found.client_attributes),
        }
        for name, value in said.items():
            if value is not None and known[found.id].setdefault(name, value) != value:
                yield Violation(f"{found.id!r} has two values of {name}", facts.line(TAG, number))


def _end_problem(found: DateRange) -> str:
    start, end = found.start_date, found.end_date
    if start is None or end is None or (start.tzinfo is None) != (end.tzinfo is None):
        return ""
    if end < start:
        return "ends before it starts"
    if found.duration_s is None:
        return ""
    # Seconds beyond what a timedelta holds cannot fit between two dates either.
    difference_s = abs((end - start).total_seconds() - float(found.duration_s))
    disagrees = difference_s > ROUNDING.total_seconds()
    return "has a DURATION that does not lead to its END-DATE" if disagrees else ""

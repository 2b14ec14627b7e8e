"""Chapters: spans of the sound that have a name, and the forms in which players read them.

There is no one form. Podcast players read a JSON document of their own; Apple's read another one,
which the multivariant playlist names; and what is told of chapters while it plays (hls.js, the
timed metadata of AVPlayer) reads EXT-X-DATERANGE in media playlists. All are written from the same
list in milliseconds, so that one chapter ends at the very time that the next one begins.

Date ranges need dates, which recorded sound has none of: its first sample is said to be of
``EPOCH``, whatever the source, so that equal indexes give equal text.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from manifests.date_range import DateRange
from manifests.plain_text import quotable

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Not 1970: hls.js 1.7 takes a date of zero milliseconds for none, and then places no segment."""
DATE_RANGE_CLASS: Final = "io.soundbridge.chapter"
HLS_DATA_ID: Final = "com.apple.hls.chapters"
"""The EXT-X-SESSION-DATA that Apple's players look for chapters in."""

_PODCAST_VERSION: Final = "1.2.0"
_UNDETERMINED: Final = "und"


@dataclass(frozen=True, slots=True)
class Chapter:
    """A span of what is heard; ``title`` is empty where the source gives none."""

    title: str
    start_ticks: int
    duration_ticks: int


@dataclass(frozen=True, slots=True)
class _Span:
    """A chapter as documents tell it: counted from 1, in milliseconds, half-open."""

    number: int
    title: str
    start_ms: int
    end_ms: int


def are_in_order(chapters: Sequence[Chapter], samples: int) -> bool:
    """Whether chapters follow each other, without overlaps, within ``samples`` ticks."""
    end_ticks = 0
    for chapter in chapters:
        if chapter.start_ticks < end_ticks or chapter.duration_ticks <= 0:
            return False
        end_ticks = chapter.start_ticks + chapter.duration_ticks
    return end_ticks <= samples


def podcast_json(chapters: Iterable[Chapter], sample_rate_hz: int) -> bytes:
    """Return JSON chapters of the Podcasting 2.0 namespace (``application/json+chapters``)."""
    found: list[dict[str, Any]] = []
    for span in _spans(chapters, sample_rate_hz):
        times = {"startTime": span.start_ms / 1000, "endTime": span.end_ms / 1000}
        found.append(times | ({"title": span.title} if span.title else {}))
    return _written({"version": _PODCAST_VERSION, "chapters": found})


def hls_json(chapters: Iterable[Chapter], sample_rate_hz: int, language: str | None) -> bytes:
    """Return JSON chapters as Apple defines them for HLS, their titles in ``language``."""
    found: list[dict[str, Any]] = []
    for span in _spans(chapters, sample_rate_hz):
        duration_ms = span.end_ms - span.start_ms
        times = {"start-time": span.start_ms / 1000, "duration": duration_ms / 1000}
        title = {"language": language or _UNDETERMINED, "title": span.title}
        found.append(
            {"chapter": span.number, **times} | ({"titles": [title]} if span.title else {})
        )
    return _written(found)


def date_ranges(chapters: Iterable[Chapter], sample_rate_hz: int) -> tuple[DateRange, ...]:
    """Return the date ranges of a presentation whose first sample is of ``EPOCH``."""
    return tuple(
        DateRange(
            f"chapter-{span.number}",
            EPOCH + timedelta(milliseconds=span.start_ms),
            class_name=DATE_RANGE_CLASS,
            duration_s=Decimal(span.end_ms - span.start_ms) / 1000,
            client_attributes=(("X-TITLE", quotable(span.title)),) if span.title else (),
        )
        for span in _spans(chapters, sample_rate_hz)
    )


def _spans(chapters: Iterable[Chapter], sample_rate_hz: int) -> Iterator[_Span]:
    for number, chapter in enumerate(chapters, 1):
        end_ticks = chapter.start_ticks + chapter.duration_ticks
        yield _Span(
            number,
            chapter.title,
            round(chapter.start_ticks * 1000 / sample_rate_hz),
            round(end_ticks * 1000 / sample_rate_hz),
        )


def _written(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

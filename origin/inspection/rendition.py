"""A rendition: every initialization section and segment that a media playlist names."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from manifests.media_playlist import MediaPlaylist
from manifests.segment import ByteRange, InitializationSection, Segment
from manifests.validate import delivery, fragments, initialization, packed_audio, timeline
from manifests.validate.delivery import ObjectKind
from manifests.validate.finding import Finding
from manifests.validate.measured import (
    MeasuredSection,
    MeasuredSegment,
    Rendition,
    measure_section,
    measure_segment,
)
from manifests.validate.rule import condense
from manifests.validate.written import Written
from origin.inspection.concurrency import map_bounded
from origin.inspection.source import CONCURRENCY, ByteSpan, Source

_SEGMENT_LIMIT_BYTES: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class InspectedRendition:
    """A rendition's measures, and what was found beyond its playlist."""

    uri: str
    rendition: Rendition
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    segment: Segment
    span: ByteSpan | None
    section: MeasuredSection | None


async def inspect_rendition(
    source: Source, written: Written[MediaPlaylist], *, uri: str, base: str
) -> InspectedRendition:
    """Fetch and judge everything that the media playlist names; ``uri`` is the playlist's own."""
    findings: list[Finding] = []
    segments = written.playlist.segments
    sections: dict[InitializationSection, MeasuredSection] = {}
    for init in dict.fromkeys(segment.init for segment in segments if segment.init):
        section, found = await _section(source, init, base)
        findings += found
        if section is not None:
            sections[init] = section

    async def measure(wanted: _Wanted) -> tuple[MeasuredSegment | None, list[Finding]]:
        return await _segment(source, wanted, base)

    wanted = (
        _Wanted(segment, span, sections.get(segment.init) if segment.init else None)
        for segment, span in _with_spans(segments)
    )
    measured = await map_bounded(measure, wanted, at_once=CONCURRENCY)
    findings += (finding for _, found in measured for finding in found)
    rendition = Rendition(written, sections, tuple(segment for segment, _ in measured))
    judged = timeline.RULES.check(rendition, uri) + packed_audio.IN_A_ROW.check(rendition, uri)
    return InspectedRendition(uri, rendition, (*condense(findings, uri), *judged))


async def _section(
    source: Source, init: InitializationSection, base: str
) -> tuple[MeasuredSection | None, list[Finding]]:
    kind = ObjectKind.INITIALIZATION_SECTION
    span = _span(init.byte_range, 0) if init.byte_range else None
    fetched = await source.read(init.uri, base=base, kind=kind, span=span)
    where = fetched.delivery.uri
    findings = delivery.RULES.check(fetched.delivery, where)
    if not fetched.was_read:
        return None, findings
    section = measure_section(where, fetched.data, init)
    return section, findings + initialization.RULES.check(section, where)


async def _segment(
    source: Source, wanted: _Wanted, base: str
) -> tuple[MeasuredSegment | None, list[Finding]]:
    segment = wanted.segment
    if segment.gap:
        return None, []
    kind = ObjectKind.SEGMENT
    fetched = await source.read(segment.uri, base=base, kind=kind, span=wanted.span)
    where = fetched.delivery.uri
    findings = delivery.RULES.check(fetched.delivery, where)
    if not fetched.was_read:
        return None, findings
    measured = measure_segment(where, fetched.data, segment, wanted.section)
    facts = wanted.section.facts if wanted.section else None
    context = fragments.SegmentInContext(measured, segment.init is not None, facts)
    findings += fragments.RULES.check(context, where)
    return measured, findings + packed_audio.RULES.check(context, where)


def _with_spans(segments: tuple[Segment, ...]) -> Iterator[tuple[Segment, ByteSpan | None]]:
    """Yield each segment with its part of the resource; one without offset follows the last."""
    end_bytes = 0
    for segment in segments:
        span = _span(segment.byte_range, end_bytes) if segment.byte_range else None
        end_bytes = span.end_bytes if span else 0
        yield segment, span


def _span(part: ByteRange, default_start_bytes: int) -> ByteSpan:
    start = default_start_bytes if part.offset_bytes is None else part.offset_bytes
    start = min(start, _SEGMENT_LIMIT_BYTES)
    return ByteSpan(start, min(start + part.length_bytes, 2 * _SEGMENT_LIMIT_BYTES))

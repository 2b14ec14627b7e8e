"""Rules on the time of a rendition: what the playlist says against what the segments hold."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Final

from manifests.validate.finding import Severity
from manifests.validate.measured import Container, Rendition
from manifests.validate.media_playlist import ROUNDING_S
from manifests.validate.rule import RuleSet, Violation

TICK: Final = 1
"""Players bridge one tick, which is what timescales other than the sample rate round to."""
MILLISECOND_S: Final = Fraction(1, 1000)
BITRATE_TOLERANCE: Final = Fraction(1, 10)
_BITS: Final = 8

RULES: Final[RuleSet[Rendition]] = RuleSet()


@RULES.rule(
    "BMFF-NOT-CHECKED",
    Severity.INFO,
    "RFC 8216 §3",
    "Of segments other than fMP4 and packed AAC, sizes are checked and contents are not.",
)
def _is_open_to_inspection(rendition: Rendition) -> Iterator[Violation]:
    closed = [
        segment.container
        for segment in rendition.segments
        if segment and segment.problem is None and not (segment.packed and segment.packed.samples)
    ]
    for container in sorted(set(closed) - {Container.FRAGMENTED_MP4, Container.UNKNOWN}):
        yield Violation(
            f"the content of {closed.count(container)} segments was not checked: it is {container}"
        )


@RULES.rule(
    "BMFF-TFDT-GAP",
    Severity.ERROR,
    "Apple HLS authoring 7.3",
    "Each fragment's decode time is where the fragment before it ended.",
)
def _decode_times_continue(rendition: Rendition) -> Iterator[Violation]:
    expected: dict[int, int] = {}
    for number, segment in enumerate(rendition.segments):
        facts = segment.facts if segment else None
        if facts is None or rendition.playlist.segments[number].discontinuity:
            expected.clear()
        for part in facts.fragments if facts else ():
            start = part.base_media_decode_time_ticks
            due = expected.pop(part.track_id, start)
            if start is not None and due is not None and abs(start - due) > TICK:
                yield Violation(
                    f"a moof of {rendition.playlist.segments[number].uri} has a tfdt of {start}; "
                    f"the fragment before it ended at {due}",
                    rendition.written.line("EXTINF", number),
                )
            if start is not None and part.duration_ticks is not None:
                expected[part.track_id] = start + part.duration_ticks


@RULES.rule(
    "HLS-EXTINF-DRIFT",
    Severity.ERROR,
    "Apple HLS authoring 8.1",
    "The EXTINF of any run of segments add up to what they present, within one frame.",
)
def _durations_add_up(rendition: Rendition) -> Iterator[Violation]:
    spans = rendition.spans()
    # The last sample may be a short one: a frame is as long as the longest.
    frame_s = max((span.frame_s for span in spans if span is not None), default=Fraction(0))
    drift_s = lowest_s = highest_s = Fraction(0)
    for number, span in enumerate(spans):
        if span is None:
            drift_s = lowest_s = highest_s = Fraction(0)
            continue
        segment = rendition.playlist.segments[number]
        off_s = Fraction(segment.duration_s) - span.presented_s
        drift_s += off_s
        lowest_s, highest_s = min(lowest_s, drift_s), max(highest_s, drift_s)
        # Decimals written to the millisecond may be half of one off at either end of a run.
        if highest_s - lowest_s > frame_s + MILLISECOND_S:
            yield Violation(
                f"EXTINF of {segment.uri} is {segment.duration_s} s, it presents "
                f"{float(span.presented_s):.6f} s; the run up to it is off by "
                f"{float(highest_s - lowest_s):.6f} s",
                rendition.written.line("EXTINF", number),
            )
            drift_s = lowest_s = highest_s = Fraction(0)


@RULES.rule(
    "HLS-SEGMENT-TOO-LONG",
    Severity.ERROR,
    "Apple HLS authoring 7.7",
    "No segment holds more than half a second more than the target duration.",
)
def _segments_keep_to_the_target(rendition: Rendition) -> Iterator[Violation]:
    target_s = rendition.playlist.target_duration_s
    for number, span in enumerate(rendition.spans()):
        segment = rendition.playlist.segments[number]
        # Where EXTINF itself is too long, that is what is reported.
        if segment.duration_s > target_s + ROUNDING_S or span is None:
            continue
        if span.presented_s > target_s + Fraction(ROUNDING_S) + span.frame_s:
            yield Violation(
                f"{segment.uri} holds {float(span.presented_s):.3f} s, the target duration is "
                f"{target_s} s",
                rendition.written.line("EXTINF", number),
            )


@RULES.rule(
    "HLS-TRACKS-CHANGE",
    Severity.ERROR,
    "RFC 8216 §4.3.2.3",
    "The codec, its rate and the tracks change at an EXT-X-DISCONTINUITY only.",
)
def _tracks_stay(rendition: Rendition) -> Iterator[Violation]:
    segments = rendition.playlist.segments
    for number, (before, after) in enumerate(pairwise(segments), 1):
        if after.discontinuity or before.init == after.init:
            continue
        kinds = [_track_kinds(rendition, place) for place in (number - 1, number)]
        if None not in kinds and kinds[0] != kinds[1]:
            yield Violation(
                f"the tracks change before {after.uri} without EXT-X-DISCONTINUITY",
                rendition.written.line("EXTINF", number),
            )


@RULES.rule(
    "HLS-BITRATE",
    Severity.ERROR,
    "rfc8216bis §4.4.4.8",
    "EXT-X-BITRATE is within 10 % of the segment's bit rate.",
)
def _bit_rates_are_right(rendition: Rendition) -> Iterator[Violation]:
    for number, measured in enumerate(rendition.segments):
        segment = rendition.playlist.segments[number]
        if measured is None or segment.bitrate_kbps is None or not segment.duration_s:
            continue
        bits_per_s = Fraction(measured.size_bytes * _BITS) / Fraction(segment.duration_s)
        declared_bps = segment.bitrate_kbps * 1000
        if abs(bits_per_s - declared_bps) > declared_bps * BITRATE_TOLERANCE:
            yield Violation(
                f"EXT-X-BITRATE says {segment.bitrate_kbps} kbit/s, {segment.uri} has "
                f"{round(bits_per_s / 1000)}",
                rendition.written.line("EXTINF", number),
            )


@RULES.rule(
    "BMFF-MEHD-DURATION",
    Severity.WARNING,
    "ISO/IEC 14496-12 §8.8.2",
    "Where mehd says how long the whole presentation is, it is right within one frame.",
)
def _total_is_declared(rendition: Rendition) -> Iterator[Violation]:
    spans = [span for span in rendition.spans() if span is not None]
    sections = list(rendition.sections.values())
    is_complete = rendition.playlist.end_list and len(spans) == len(rendition.segments)
    if not is_complete or len(sections) != 1 or not spans:
        return
    facts = sections[0].facts
    if facts is None or facts.fragment_duration_ticks is None or not facts.movie_timescale:
        return
    declared_s = Fraction(facts.fragment_duration_ticks, facts.movie_timescale)
    presented_s = sum((span.presented_s for span in spans), Fraction(0))
    if abs(declared_s - presented_s) > max(span.frame_s for span in spans):
        yield Violation(
            f"mehd says {float(declared_s):.6f} s, {float(presented_s):.6f} s are presented",
            where=sections[0].uri,
        )


def _track_kinds(rendition: Rendition, number: int) -> tuple[tuple[object, ...], ...] | None:
    section = rendition.section(number)
    if section is None or section.facts is None:
        return None
    return tuple(
        (track.track_id, track.codec, track.timescale, track.sample_rate_hz, track.channels)
        for track in section.facts.tracks
    )

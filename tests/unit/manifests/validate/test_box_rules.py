"""Rules on initialization sections and on segments, against facts read from real boxes."""

from dataclasses import replace

import pytest

from manifests.boxes import FragmentFacts, InitFacts, TrackFacts, read_init
from manifests.key import Key, KeyMethod
from manifests.segment import InitializationSection, Segment
from manifests.validate import fragments, initialization
from manifests.validate.fragments import SegmentInContext
from manifests.validate.measured import (
    Container,
    MeasuredSection,
    MeasuredSegment,
    measure_section,
    measure_segment,
)
from tests.unit.manifests.validate.cases import identifiers
from tests.unit.manifests.validate.renditions import INIT, heard_s, init_bytes, segment_bytes

SECTION = measure_section("init.mp4", init_bytes(), INIT)
SEGMENT = Segment("0.m4s", heard_s(10), init=INIT)
DATA = segment_bytes(0, 0, 11, 300)
AES = Key(KeyMethod.AES_128, "key", bytes(16))


def facts_with(**changes: object) -> MeasuredSection:
    return MeasuredSection("init.mp4", replace(_init(), **changes))  # type: ignore[arg-type]  # by name


def track_with(**changes: object) -> MeasuredSection:
    (track,) = _init().tracks
    changed: TrackFacts = replace(track, **changes)  # type: ignore[arg-type]  # by name
    return facts_with(tracks=(changed,))


def _init() -> InitFacts:
    assert SECTION.facts is not None
    return SECTION.facts


(TRACK,) = _init().tracks

BROKEN_SECTIONS = [
    ("BMFF-INIT-BROKEN", measure_section("i", init_bytes()[:-1], INIT)),
    ("BMFF-INIT-BROKEN", measure_section("i", b"", INIT)),
    ("BMFF-INIT-BRAND", facts_with(major_brand=None)),
    ("BMFF-INIT-BRAND", facts_with(major_brand="mp42", brands=("isom",))),
    ("BMFF-INIT-DURATION", facts_with(mvhd_duration_ticks=1)),
    ("BMFF-INIT-DURATION", track_with(tkhd_duration_ticks=1)),
    ("BMFF-INIT-SAMPLES", track_with(sample_count=1)),
    ("BMFF-INIT-MVEX", facts_with(has_movie_extends=False)),
    ("BMFF-INIT-MVEX", facts_with(movie_extends_is_last=False)),
    ("BMFF-INIT-EXTERNAL-DATA", track_with(self_contained=False)),
    ("BMFF-INIT-TIMESCALE", track_with(timescale=0)),
    ("BMFF-INIT-SOUND-TRACKS", facts_with(tracks=(TRACK, replace(TRACK, track_id=2)))),
    ("BMFF-INIT-SOUND-TRACKS", facts_with(tracks=())),
    ("BMFF-INIT-LOUDNESS", track_with(loudness=None)),
]


def test_nothing_is_found_in_a_valid_initialization_section() -> None:
    assert initialization.RULES.check(SECTION, "init.mp4") == []


@pytest.mark.parametrize(("rule", "section"), BROKEN_SECTIONS)
def test_a_defect_of_an_initialization_section_is_found(
    rule: str, section: MeasuredSection
) -> None:
    assert [found.rule for found in initialization.RULES.check(section, "init.mp4")] == [rule]


def test_an_encrypted_initialization_section_is_not_looked_into() -> None:
    encrypted = InitializationSection("init.mp4", keys=(AES,))
    assert measure_section("init.mp4", b"\x8a" * 32, encrypted) == MeasuredSection("init.mp4")


def context(segment: MeasuredSegment, *, is_mapped: bool = True) -> SegmentInContext:
    return SegmentInContext(segment, is_mapped, SECTION.facts)


def part_with(**changes: object) -> SegmentInContext:
    measured = measure_segment("0.m4s", DATA, SEGMENT, SECTION)
    assert measured.facts is not None
    (part,) = measured.facts.fragments
    changed: FragmentFacts = replace(part, **changes)  # type: ignore[arg-type]  # by name
    return context(replace(measured, facts=replace(measured.facts, fragments=(changed,))))


def measured_of(data: bytes, segment: Segment = SEGMENT) -> MeasuredSegment:
    return measure_segment("0.m4s", data, segment, SECTION)


def pointing_outside() -> bytes:
    """Return the segment with its data offset (the trun's, after 12 bytes of it) moved."""
    at = DATA.index(b"trun") + 12
    offset = int.from_bytes(DATA[at : at + 4], "big")
    return DATA[:at] + (offset + 1).to_bytes(4, "big") + DATA[at + 4 :]


BROKEN_SEGMENTS = [
    ("HLS-MAP-MISSING", context(measured_of(DATA), is_mapped=False)),
    ("HLS-SEGMENT-FORMAT", context(measured_of(b"RIFF", replace(SEGMENT, init=None)))),
    ("BMFF-SEGMENT-BROKEN", context(measured_of(DATA[:-1]))),
    ("BMFF-SEGMENT-BROKEN", context(measured_of(b"not even boxes"))),
    ("BMFF-SEGMENT-BROKEN", context(measured_of(DATA + b"\0"))),
    ("BMFF-NO-FRAGMENT", context(measured_of(b"\0\0\0\x08mdat"))),
    ("BMFF-DATA-OUTSIDE", context(measured_of(pointing_outside()))),
    ("BMFF-DEFAULTS-MISSING", part_with(duration_ticks=None)),
    ("BMFF-DEFAULTS-MISSING", part_with(samples_bytes=None, data_is_inside=None)),
    ("BMFF-TFDT-MISSING", part_with(base_media_decode_time_ticks=None)),
    ("BMFF-ABSOLUTE-OFFSET", part_with(has_absolute_offset=True)),
    ("BMFF-TRACK-UNKNOWN", part_with(track_id=7)),
]


def test_nothing_is_found_in_a_valid_segment() -> None:
    assert fragments.RULES.check(context(measured_of(DATA)), "0.m4s") == []


@pytest.mark.parametrize(("rule", "segment"), BROKEN_SEGMENTS)
def test_a_defect_of_a_segment_is_found(rule: str, segment: SegmentInContext) -> None:
    assert [found.rule for found in fragments.RULES.check(segment, "0.m4s")] == [rule]


def test_without_its_initialization_section_a_segment_is_judged_by_itself() -> None:
    alone = SegmentInContext(measure_segment("0.m4s", DATA, SEGMENT, None), True, None)
    assert fragments.RULES.check(alone, "0.m4s") == []


@pytest.mark.parametrize(
    ("data", "segment", "container"),
    [
        (DATA, replace(SEGMENT, keys=(AES,)), Container.ENCRYPTED),
        (b"\x47" + bytes(187), replace(SEGMENT, init=None), Container.TRANSPORT_STREAM),
        (b"ID3\x04", replace(SEGMENT, init=None), Container.PACKED_AUDIO),
        (b"\xff\xf1\x50\x80", replace(SEGMENT, init=None), Container.PACKED_AUDIO),
        (DATA, replace(SEGMENT, init=None), Container.FRAGMENTED_MP4),
    ],
)
def test_containers_are_told_apart(data: bytes, segment: Segment, container: Container) -> None:
    measured = measured_of(data, segment)
    assert measured.container is container
    judged = fragments.RULES.check(context(measured), "0.m4s")
    assert judged == []


def test_every_rule_has_a_defect_here() -> None:
    seeded = {rule for rule, _ in BROKEN_SECTIONS} | {rule for rule, _ in BROKEN_SEGMENTS}
    assert seeded == identifiers(initialization.RULES, fragments.RULES)


def test_init_facts_are_those_of_the_bytes() -> None:
    assert read_init(init_bytes()) == SECTION.facts

"""Rules on the time of a rendition, against boxes with known times."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from manifests.boxes.edit_list import Edit
from manifests.segment import InitializationSection
from manifests.validate import timeline
from manifests.validate.measured import Container, MeasuredSection, Rendition, measure_segment
from tests.unit.manifests.validate.cases import identifiers, told
from tests.unit.manifests.validate.renditions import (
    FRAME_TICKS,
    FRAMES,
    INIT,
    MONO,
    RATE_HZ,
    heard_s,
    playlist,
    rendition,
    saying,
    seconds,
    segment_bytes,
    shifted,
    with_segment,
)

OTHER = InitializationSection("other.mp4")
GOOD = rendition()
ONE_FRAME_S = heard_s(1)


def judge(found: Rendition) -> list[tuple[str, int | None]]:
    return told(timeline.RULES.check(found, "playlist.m3u8"))


def with_bitrate(kbps: int) -> Rendition:
    return saying(GOOD, with_segment(playlist(), 2, bitrate_kbps=kbps))


def with_other_section(*, discontinuity: bool = False) -> Rendition:
    mono = rendition(codec_config=MONO, channels=1).sections[INIT]
    said = with_segment(playlist(), 2, init=OTHER, discontinuity=discontinuity)
    return replace(saying(GOOD, said), sections={**GOOD.sections, OTHER: mono})


def without_boxes(container: Container) -> Rendition:
    segments = [replace(found, facts=None, container=container) for found in GOOD.segments if found]
    return replace(GOOD, segments=tuple(segments))


def edited(*edits: Edit) -> Rendition:
    section = GOOD.sections[INIT]
    assert section.facts is not None
    (track,) = section.facts.tracks
    facts = replace(section.facts, tracks=(replace(track, edits=edits),))
    return replace(GOOD, sections={INIT: MeasuredSection(section.uri, facts)})


def slowly_drifting() -> Rendition:
    """Return a long rendition whose every EXTINF is a third of a frame off."""
    frames = (258,) * 5
    said = playlist(frames)
    for number, segment in enumerate(said.segments):
        off_s = segment.duration_s - ONE_FRAME_S / 3
        said = with_segment(said, number, duration_s=off_s)
    return saying(rendition(frames), said)


def with_mehd(ticks: int | None) -> Rendition:
    section = GOOD.sections[INIT]
    assert section.facts is not None
    facts = replace(section.facts, fragment_duration_ticks=ticks)
    return replace(GOOD, sections={INIT: MeasuredSection(section.uri, facts)})


def heard_ticks(found: Rendition) -> list[int | None]:
    return [None if span is None else int(span.presented_s * RATE_HZ) for span in found.spans()]


TOTAL_TICKS = (sum(FRAMES) - 1) * FRAME_TICKS

BREAKS = [
    ("BMFF-TFDT-GAP", 11, shifted(GOOD, 2, 2)),
    ("BMFF-TFDT-GAP", 11, shifted(GOOD, 2, -FRAME_TICKS)),
    ("HLS-EXTINF-DRIFT", 9, saying(GOOD, with_segment(playlist(), 1, duration_s=Decimal(5)))),
    ("HLS-EXTINF-DRIFT", 13, slowly_drifting()),
    ("HLS-TRACKS-CHANGE", 12, with_other_section()),
    ("HLS-BITRATE", 12, with_bitrate(100)),
    ("BMFF-MEHD-DURATION", None, with_mehd(TOTAL_TICKS + FRAME_TICKS + 1)),
    ("BMFF-NOT-CHECKED", None, without_boxes(Container.TRANSPORT_STREAM)),
]


def test_nothing_is_found_in_a_valid_rendition() -> None:
    assert judge(GOOD) == []


@pytest.mark.parametrize(("rule", "line", "found"), BREAKS)
def test_a_defect_is_found_where_it_is(rule: str, line: int | None, found: Rendition) -> None:
    assert judge(found) == [(rule, line)]


@pytest.mark.parametrize(
    "found",
    [
        shifted(GOOD, 2, 1),
        with_bitrate(136),
        with_other_section(discontinuity=True),
        with_mehd(TOTAL_TICKS + FRAME_TICKS),
        with_mehd(None),
        saying(GOOD, replace(playlist(), end_list=False)),
        saying(GOOD, with_segment(playlist(), 0, duration_s=heard_s(258))),
        replace(GOOD, sections={}),
        replace(GOOD, sections={INIT: MeasuredSection("init.mp4")}),
        replace(GOOD, segments=(None, *GOOD.segments[1:])),
        without_boxes(Container.UNKNOWN),
        saying(GOOD, with_segment(playlist(), 1, init=OTHER)),
    ],
)
def test_what_only_looks_like_a_defect_is_left_alone(found: Rendition) -> None:
    assert judge(found) == []


def test_a_segment_that_is_not_there_is_no_gap_in_decode_times() -> None:
    first, _, last = shifted(GOOD, 2, 99).segments
    assert judge(replace(GOOD, segments=(first, None, last))) == []


def in_two_fragments(second_start_frames: int) -> Rendition:
    data = segment_bytes(1, 258, 129, 371) + segment_bytes(2, second_start_frames, 129, 371)
    segment = measure_segment("00001.m4s", data, playlist().segments[1], GOOD.sections[INIT])
    return replace(GOOD, segments=(GOOD.segments[0], segment, GOOD.segments[2]))


def test_a_segment_may_hold_several_fragments() -> None:
    assert judge(in_two_fragments(258 + 129)) == []
    assert judge(in_two_fragments(258 + 130))[0] == ("BMFF-TFDT-GAP", 9)


def test_decode_times_start_anew_at_a_discontinuity() -> None:
    said = with_segment(playlist(), 2, discontinuity=True)
    assert judge(saying(shifted(GOOD, 2, 99), said)) == []


def test_a_segment_may_be_too_long_whatever_its_extinf_says() -> None:
    said = with_segment(replace(playlist(), target_duration_s=5), 1, duration_s=Decimal(5))
    assert judge(saying(GOOD, said)) == [("HLS-EXTINF-DRIFT", 9), ("HLS-SEGMENT-TOO-LONG", 9)]


def test_an_extinf_beyond_the_target_is_left_to_the_rule_on_playlists() -> None:
    assert judge(saying(GOOD, replace(playlist(), target_duration_s=5))) == []


def test_a_drift_is_reported_where_it_exceeds_a_frame_and_then_forgotten() -> None:
    said = playlist()
    for number in range(3):
        said = with_segment(said, number, duration_s=Decimal(1))
    assert judge(saying(GOOD, said)) == [("HLS-EXTINF-DRIFT", line) for line in (7, 9, 11)]


def test_priming_is_not_heard() -> None:
    assert heard_ticks(GOOD) == [257 * 1024, 258 * 1024, 86 * 1024]


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ((), [258 * 1024, 258 * 1024, 86 * 1024]),
        ((Edit(0, 0),), [258 * 1024, 258 * 1024, 86 * 1024]),
        ((Edit(500, -1), Edit(0, 1024)), [257 * 1024, 258 * 1024, 86 * 1024]),
        ((Edit(300 * 1024, 1024),), [257 * 1024, 43 * 1024, 0]),
        ((Edit(0, 300 * 1024),), [0, 216 * 1024, 86 * 1024]),
    ],
)
def test_edit_lists_say_what_is_heard(edits: tuple[Edit, ...], expected: list[int]) -> None:
    assert heard_ticks(edited(*edits)) == expected


def test_durations_go_by_the_pictures_where_there_are_any() -> None:
    section = GOOD.sections[INIT]
    assert section.facts is not None
    (track,) = section.facts.tracks
    tracks = (replace(track, track_id=2), replace(track, media="vide"))
    pictured = MeasuredSection("i", replace(section.facts, tracks=tracks))
    assert heard_ticks(replace(GOOD, sections={INIT: pictured})) == [
        258 * 1024,
        258 * 1024,
        86 * 1024,
    ]


def test_spans_are_unknown_without_a_sound_track_or_decode_times() -> None:
    section = GOOD.sections[INIT]
    assert section.facts is not None
    silent = replace(section.facts, tracks=())
    assert heard_ticks(replace(GOOD, sections={INIT: MeasuredSection("i", silent)})) == [None] * 3
    first = GOOD.segments[0]
    assert first is not None
    assert first.facts is not None
    timeless = [replace(part, duration_ticks=None) for part in first.facts.fragments]
    changed = replace(first, facts=replace(first.facts, fragments=tuple(timeless)))
    found = replace(GOOD, segments=(changed, *GOOD.segments[1:]))
    assert heard_ticks(found)[0] is None
    assert judge(found) == []


def test_start_and_frame_are_in_seconds() -> None:
    span = GOOD.spans()[1]
    assert span is not None
    assert span.start_s == seconds(258 * 1024)
    assert span.frame_s == Fraction(1024, RATE_HZ)


def test_every_rule_has_a_defect_here() -> None:
    assert {rule for rule, _, _ in BREAKS} | {"HLS-SEGMENT-TOO-LONG"} == identifiers(timeline.RULES)

"""Packed audio: a good rendition, and one for each way of spoiling it."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from manifests.boxes.audio_config import AudioConfig
from manifests.lines import lex
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.packed_audio.adts import AdtsHeader
from manifests.packed_audio.timestamp_tag import WRAP_TICKS, timestamp_tag, transport_ticks
from manifests.segment import Segment
from manifests.validate import fragments, packed_audio, timeline
from manifests.validate.fragments import SegmentInContext
from manifests.validate.measured import Container, MeasuredSegment, Rendition, measure_segment
from manifests.validate.written import Written

RATE_HZ = 44_100
FRAMES = (258, 258, 86)
FRAME = AdtsHeader.around(AudioConfig(2, RATE_HZ, 2), 300).to_bytes() + bytes(300)
STARTS = [transport_ticks(frames * 1024, RATE_HZ) for frames in (0, 258, 516)]
MP3 = b"\xff\xfb\x90\x64" + bytes(413)


def said(frames: Sequence[int] = FRAMES) -> MediaPlaylist:
    return MediaPlaylist(
        target_duration_s=6,
        segments=tuple(
            Segment(f"{number:05d}.aac", round(Decimal(count * 1024) / RATE_HZ, 6))
            for number, count in enumerate(frames)
        ),
        playlist_type=PlaylistType.VOD,
        end_list=True,
        independent_segments=True,
    )


def bodies(starts: Sequence[int] = STARTS) -> list[bytes]:
    return [
        timestamp_tag(start) + FRAME * count for start, count in zip(starts, FRAMES, strict=True)
    ]


def rendition(contents: Sequence[bytes], playlist: MediaPlaylist | None = None) -> Rendition:
    playlist = playlist or said()
    measured = tuple(
        measure_segment(segment.uri, data, segment, None)
        for segment, data in zip(playlist.segments, contents, strict=True)
    )
    return Rendition(Written.of(playlist, lex(playlist.render().encode())), {}, measured)


def judge(found: Rendition) -> list[str]:
    contexts = [
        SegmentInContext(measured, segment.init is not None, None)
        for measured, segment in zip(found.segments, found.playlist.segments, strict=True)
        if measured is not None
    ]
    by_segment = [
        finding
        for context in contexts
        for rules in (fragments.RULES, packed_audio.RULES)
        for finding in rules.check(context, context.segment.uri)
    ]
    whole = [
        finding
        for rules in (timeline.RULES, packed_audio.IN_A_ROW)
        for finding in rules.check(found, "packed.m3u8")
    ]
    return [finding.rule for finding in (*by_segment, *whole)]


def second(data: bytes) -> list[bytes]:
    first, _, third = bodies()
    return [first, data, third]


def test_a_good_rendition_has_no_findings() -> None:
    assert judge(rendition(bodies())) == []


def test_a_clock_that_begins_again_goes_on() -> None:
    shift = WRAP_TICKS - STARTS[1] - 7
    assert judge(rendition(bodies([(start + shift) % WRAP_TICKS for start in STARTS]))) == []


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (bodies()[1][:-1], ["HLS-PACKED-BROKEN"]),
        (FRAME * 258, ["HLS-PACKED-TIMESTAMP-MISSING"]),
        (
            timestamp_tag(STARTS[1] + WRAP_TICKS) + FRAME * 258,
            ["HLS-PACKED-TIMESTAMP-WIDTH"],
        ),
        (
            timestamp_tag(STARTS[1] + 100) + FRAME * 258,
            ["HLS-PACKED-TIMESTAMP-GAP", "HLS-PACKED-TIMESTAMP-GAP"],
        ),
        (
            timestamp_tag(STARTS[1]) + FRAME * 200,
            ["HLS-EXTINF-DRIFT", "HLS-PACKED-TIMESTAMP-GAP"],
        ),
        (timestamp_tag(STARTS[1]) + MP3, ["BMFF-NOT-CHECKED"]),
        (timestamp_tag(STARTS[1]), ["BMFF-NOT-CHECKED"]),
    ],
    ids=["cut short", "no tag", "too wide", "late", "too short", "MP3", "no frames"],
)
def test_a_spoilt_segment(data: bytes, rules: list[str]) -> None:
    assert judge(rendition(second(data))) == rules


def test_a_millisecond_is_bridged() -> None:
    assert judge(rendition(second(timestamp_tag(STARTS[1] + 90) + FRAME * 258))) == []


def test_time_may_jump_at_a_discontinuity() -> None:
    segments = said().segments
    broken_up = (segments[0], replace(segments[1], discontinuity=True), segments[2])
    starts = [STARTS[0], *(start + 900_000 for start in STARTS[1:])]
    found = rendition(bodies(starts), replace(said(), segments=broken_up))
    assert "HLS-PACKED-TIMESTAMP-GAP" not in judge(found)


def test_a_gap_in_what_was_read_is_no_gap_in_time() -> None:
    found = rendition(bodies([STARTS[0], STARTS[1], STARTS[2] + 900_000]))
    unread = replace(found, segments=(found.segments[0], None, found.segments[2]))
    assert judge(unread) == []


def test_an_initialization_section_is_none_of_its() -> None:
    segment = MeasuredSegment("a.aac", 9, Container.PACKED_AUDIO)
    findings = packed_audio.RULES.check(SegmentInContext(segment, True, None), "a.aac")
    assert [finding.rule for finding in findings] == ["HLS-PACKED-MAP"]

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.rendition import Ladder, Rung
from packager.encoding.boundaries import ChunkCut, SegmentCut, Timeline, front_padding

CD = Ladder((Rung("128k", 128_000),), 44_100, 2, frames_per_segment=258)
DAT = replace(CD, sample_rate_hz=48_000, frames_per_segment=281)
SMALL = replace(CD, sample_rate_hz=8_000, frames_per_segment=9, segments_per_chunk=3)
LADDERS = st.sampled_from([CD, DAT, SMALL])
SAMPLES = st.integers(1, 3_000_000) | st.integers(1, 3_000).map(lambda frames: frames * 1024)


def timeline(ladder: Ladder, samples: int, predicted: int | None = None) -> Timeline:
    return Timeline(ladder, front_padding(samples if predicted is None else predicted), samples)


def segments(line: Timeline) -> list[SegmentCut]:
    return [line.segment(number) for number in range(line.segment_count)]


def chunks(line: Timeline) -> list[ChunkCut]:
    return [line.chunk(number) for number in range(line.chunk_count)]


@pytest.mark.parametrize(
    ("samples", "padding"), [(1, 1023), (1023, 1), (1024, 0), (1025, 1023), (441, 583)]
)
def test_padding_fills_whole_frames(samples: int, padding: int) -> None:
    assert front_padding(samples) == padding
    assert (samples + padding) % 1024 == 0


def test_ten_milliseconds() -> None:
    line = timeline(CD, 441)
    assert (line.media_time_ticks, line.frames, line.chunk_count) == (1607, 2, 1)
    assert segments(line) == [SegmentCut(0, 0, 2, 0, 441, 1024)]


def test_whole_segments() -> None:
    line = timeline(CD, 258 * 1024 * 12 - 1024)
    cuts = segments(line)
    assert [cut.end_frame - cut.first_frame for cut in cuts] == [258] * 12
    assert cuts[0].duration_ticks == 257 * 1024
    assert {cut.duration_ticks for cut in cuts[1:]} == {258 * 1024}
    assert [len(chunk.segments) for chunk in chunks(line)] == [1, 10, 1]


@pytest.mark.parametrize(("tail_frames", "count"), [(21, 2), (22, 3), (23, 3)])
def test_a_tail_under_half_a_second_joins_its_predecessor(tail_frames: int, count: int) -> None:
    line = timeline(CD, (258 * 2 + tail_frames - 1) * 1024)
    assert line.segment_count == count
    assert line.segment(count - 1).end_frame == line.frames


def test_a_short_tail_joins_across_the_end_of_a_chunk() -> None:
    line = timeline(CD, (258 + 5) * 1024)
    assert [chunk.end_frame for chunk in chunks(line)] == [258 + 6]


def test_a_wrong_prediction_shortens_the_last_frame() -> None:
    line = timeline(CD, 50_000, predicted=50_100)
    assert line.segment(0).last_frame_ticks == 1024 - 100
    assert line.segment(0).duration_ticks == 50_000


@given(LADDERS, SAMPLES, st.integers(-2048, 2048))
def test_segments_cover_exactly_what_is_heard(ladder: Ladder, samples: int, off: int) -> None:
    line = timeline(ladder, samples, predicted=samples + off)
    cuts = segments(line)
    assert cuts[0].first_frame == cuts[0].start_ticks == 0
    assert cuts[-1].end_frame == line.frames
    assert sum(cut.duration_ticks for cut in cuts) == samples
    for before, after in pairwise(cuts):
        assert before.end_frame == after.first_frame
        assert before.start_ticks + before.duration_ticks == after.start_ticks
        assert before.last_frame_ticks == 1024
    assert 1 <= cuts[-1].last_frame_ticks <= 1024
    media_ticks = (line.frames - 1) * 1024 + cuts[-1].last_frame_ticks
    assert media_ticks == line.media_time_ticks + samples


@given(LADDERS, SAMPLES)
def test_a_right_prediction_leaves_every_frame_whole(ladder: Ladder, samples: int) -> None:
    line = timeline(ladder, samples)
    assert line.frames * 1024 == 1024 + front_padding(samples) + samples
    assert line.segment(line.segment_count - 1).last_frame_ticks == 1024


@given(st.sampled_from([CD, DAT]), SAMPLES)
def test_no_segment_rounds_to_more_than_the_target_duration(ladder: Ladder, samples: int) -> None:
    durations_s = [
        cut.duration_ticks / ladder.sample_rate_hz for cut in segments(timeline(ladder, samples))
    ]
    assert max(durations_s) < ladder.target_duration_s + 0.5
    assert all(duration_s >= 0.45 for duration_s in durations_s[1:])


@given(LADDERS, SAMPLES)
def test_chunks_hold_every_segment_once(ladder: Ladder, samples: int) -> None:
    line = timeline(ladder, samples)
    cuts = chunks(line)
    assert [segment for chunk in cuts for segment in chunk.segments] == segments(line)
    assert len(cuts[0].segments) == 1
    assert all(1 <= len(chunk.segments) <= ladder.segments_per_chunk for chunk in cuts)
    assert sum(chunk.heard_ticks for chunk in cuts) == samples


@given(LADDERS, SAMPLES)
def test_a_chunk_reads_its_pre_roll_and_one_frame_more(ladder: Ladder, samples: int) -> None:
    for chunk in chunks(timeline(ladder, samples)):
        assert chunk.first_sample == (chunk.first_frame - 128) * 1024
        assert chunk.end_sample == (chunk.end_frame + 1) * 1024


@given(LADDERS, SAMPLES, st.integers(0, 400_000), st.integers(0, 5))
def test_a_settled_chunk_never_changes(
    ladder: Ladder, samples: int, more: int, number: int
) -> None:
    padding = front_padding(samples)
    now, later = Timeline(ladder, padding, samples), Timeline(ladder, padding, samples + more)
    if now.is_settled(number):
        assert later.is_settled(number)
        assert now.chunk(number) == later.chunk(number)

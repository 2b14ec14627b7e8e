"""Facts of media segments: every way to say where samples lie, and what cannot be walked."""

import struct

import pytest

from manifests.boxes import FragmentFacts, InitFacts, read_init, read_media_segment
from manifests.boxes.box import box, full_box
from manifests.boxes.brands import Brands
from manifests.boxes.track_fragment import DecodeTime, FragmentNumber, TrackFragmentHeader
from manifests.boxes.track_run import TrackRun
from manifests.errors import ManifestError
from packager.publishing.cmaf import media_segment
from tests.sources.provisional_init import PROVISIONAL

FRAMES = (b"first", b"the second", b"3rd")
NUMBER = FragmentNumber(4).encode()


@pytest.fixture(scope="module")
def init() -> InitFacts:
    return read_init(PROVISIONAL)


def fragment(*parts: bytes) -> bytes:
    return box("moof", NUMBER, box("traf", *parts))


def facts_of(data: bytes, init: InitFacts | None = None) -> FragmentFacts:
    (facts,) = read_media_segment(data, init).fragments
    return facts


def test_a_segment_of_ours() -> None:
    data = media_segment(sequence_number=4, base_media_decode_time_ticks=2048, frames=FRAMES)

    segment = read_media_segment(data, None)

    assert segment.size_bytes == len(data)
    assert segment.brands == ("msdh", "msdh", "cmfs")
    assert segment.boxes == ("styp", "moof", "mdat")
    assert segment.trailing_bytes == 0
    assert segment.fragments == (
        FragmentFacts(
            moof_start=24,
            sequence_number=4,
            track_id=1,
            base_media_decode_time_ticks=2048,
            duration_ticks=3072,
            sample_count=3,
            run_count=1,
            samples_bytes=18,
            data_start=len(data) - 18,
            data_end=len(data),
            data_is_inside=True,
            base_is_moof=True,
            has_absolute_offset=False,
        ),
    )


def test_boxes_of_others_are_named_and_passed_over() -> None:
    data = (
        box("prft", bytes(16))
        + box("sidx", bytes(24))
        + media_segment(sequence_number=1, base_media_decode_time_ticks=0, frames=FRAMES)
        + media_segment(sequence_number=2, base_media_decode_time_ticks=3072, frames=FRAMES)
        + bytes(5)
    )

    segment = read_media_segment(data, None)

    assert segment.boxes == ("prft", "sidx", *("styp", "moof", "mdat") * 2)
    assert segment.trailing_bytes == 5
    assert [one.sequence_number for one in segment.fragments] == [1, 2]
    assert all(one.data_is_inside for one in segment.fragments)


@pytest.mark.parametrize("data", [b"", b"short"])
def test_a_segment_of_nothing(data: bytes) -> None:
    segment = read_media_segment(data, None)

    assert (segment.brands, segment.boxes, segment.fragments) == (None, (), ())
    assert segment.trailing_bytes == len(data)


@pytest.mark.parametrize(
    ("shift", "is_inside"), [(0, True), (1, False), (-1, False), (1 << 20, False)]
)
def test_an_offset_that_points_elsewhere_is_a_fact(shift: int, *, is_inside: bool) -> None:
    header = TrackFragmentHeader(1, default_duration_ticks=1024, default_size_bytes=8)
    size = len(fragment(header.encode(), TrackRun(2, 0, None, None).encode()))
    run = TrackRun(2, size + 8 + shift, None, None)
    data = fragment(header.encode(), run.encode()) + box("mdat", bytes(16))

    facts = facts_of(data)

    assert (facts.data_start, facts.data_end) == (size + 8 + shift, size + 24 + shift)
    assert facts.data_is_inside is is_inside
    assert facts.samples_bytes == 16


def test_a_run_that_spans_two_payloads_is_in_neither() -> None:
    header = TrackFragmentHeader(1, default_duration_ticks=1, default_size_bytes=8)
    size = len(fragment(header.encode(), TrackRun(2, 0, None, None).encode()))
    run = TrackRun(2, size + 8, None, None)
    data = fragment(header.encode(), run.encode()) + box("mdat", bytes(8)) + box("mdat", bytes(8))

    assert facts_of(data).data_is_inside is False


def test_what_a_fragment_leaves_out_comes_from_the_initialization_section(init: InitFacts) -> None:
    data = fragment(TrackFragmentHeader(1).encode(), TrackRun(2, 0, None, None).encode())

    alone, informed = facts_of(data), facts_of(data, init)
    stranger = facts_of(
        fragment(TrackFragmentHeader(9).encode(), TrackRun(2, 0, None, None).encode()), init
    )

    assert (alone.duration_ticks, alone.samples_bytes, alone.data_end) == (None, None, None)
    assert alone.data_is_inside is None
    assert (informed.duration_ticks, informed.samples_bytes) == (2048, 0)
    assert stranger.duration_ticks is None


def test_a_fragment_without_runs_or_time() -> None:
    facts = facts_of(fragment(TrackFragmentHeader(1, base_is_moof=False).encode()))

    assert facts.base_media_decode_time_ticks is None
    assert (facts.sample_count, facts.run_count, facts.duration_ticks) == (0, 0, 0)
    assert (facts.data_start, facts.data_end, facts.data_is_inside) == (0, 0, True)
    assert not facts.base_is_moof


def test_runs_continue_where_the_last_one_ended() -> None:
    header = TrackFragmentHeader(1, default_duration_ticks=10)
    runs = (
        TrackRun(1, 100, None, (5,)),
        TrackRun(2, None, (1, 2), (6, 7)),
        TrackRun(1, 50, None, (8,)),
    )
    facts = facts_of(fragment(header.encode(), *(run.encode() for run in runs)))

    assert (facts.data_start, facts.data_end) == (50, 118)
    assert (facts.run_count, facts.sample_count) == (3, 4)
    assert (facts.duration_ticks, facts.samples_bytes) == (23, 26)


def test_an_absolute_offset_counts_from_the_first_byte() -> None:
    header = TrackFragmentHeader(1, base_is_moof=False, base_data_offset=1000)
    run = TrackRun(1, 5, (1024,), (10,))
    facts = facts_of(box("free") + fragment(header.encode(), run.encode()))

    assert facts.has_absolute_offset
    assert (facts.data_start, facts.data_end) == (1005, 1015)


def test_tracks_without_a_base_are_chained(init: InitFacts) -> None:
    def part(track_id: int, run: TrackRun) -> bytes:
        header = TrackFragmentHeader(track_id, base_is_moof=False)
        return box("traf", header.encode(), DecodeTime(track_id).encode(), run.encode())

    known = part(1, TrackRun(1, 100, (1,), (10,)))
    moof = box(
        "moof",
        NUMBER,
        known,
        part(2, TrackRun(1, 3, None, None)),
        part(3, TrackRun(1, None, (1,), (4,))),
    )

    first, second, third = read_media_segment(box("free") + moof, init).fragments

    assert (first.data_start, first.data_end) == (108, 118)
    assert (second.data_start, second.data_end) == (121, None)
    assert (third.data_start, third.data_end) == (121, 125)
    assert [one.base_media_decode_time_ticks for one in (first, second, third)] == [1, 2, 3]


def test_a_hostile_count_is_arithmetic_not_work() -> None:
    header = TrackFragmentHeader(1, default_duration_ticks=2**32 - 1, default_size_bytes=2**32 - 1)
    runs = [TrackRun(2**32 - 1, None, None, None).encode()] * 1000
    facts = facts_of(fragment(header.encode(), *runs))

    assert facts.sample_count == 1000 * (2**32 - 1)
    assert facts.duration_ticks == facts.samples_bytes == 1000 * (2**32 - 1) ** 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (box("moof"), "moof: has no mfhd box"),
        (box("moof", NUMBER, box("traf")), "traf: has no tfhd box"),
        (box("mdat", bytes(9))[:-1], "mdat: says 17 bytes at byte 0, where 16 are left"),
        (Brands("msdh", ()).encode("styp")[:-4], "styp: says 16 bytes"),
        (box("styp", b"msdh"), "styp: needs 4 more bytes"),
        (
            fragment(TrackFragmentHeader(1).encode(), full_box("tfdt", 1, 0, struct.pack(">I", 0))),
            "tfdt: needs 8 more bytes and 4 are left",
        ),
    ],
)
def test_what_cannot_be_walked(data: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read_media_segment(data, None)

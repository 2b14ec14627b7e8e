"""Each noun reads what it wrote, reads the forms that others write, and refuses the rest."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.boxes.box import Box, box, boxes, full_box
from manifests.boxes.brands import Brands
from manifests.boxes.data_reference import DataReference
from manifests.boxes.edit_list import Edit, EditList
from manifests.boxes.handler import Handler
from manifests.boxes.media_header import MediaHeader
from manifests.boxes.movie_extends import MovieExtendsHeader, TrackExtends
from manifests.boxes.movie_header import MovieHeader
from manifests.boxes.sample_group import RollRecovery, encode_roll_members
from manifests.boxes.sample_table import SampleTable
from manifests.boxes.track_fragment import DecodeTime, FragmentNumber, TrackFragmentHeader
from manifests.boxes.track_header import TrackHeader
from manifests.boxes.track_run import TrackRun
from manifests.errors import ManifestError

U16 = st.integers(0, 2**16 - 1)
U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
OPTIONAL_U32 = st.none() | U32
CODE = st.text("abcdefghijklmnopqrstuvwxyz0123456789 ", min_size=4, max_size=4)


def only(data: bytes) -> Box:
    (found,) = boxes(data)
    return found


@given(st.builds(Brands, CODE, st.lists(CODE, max_size=5).map(tuple), U32))
def test_brands(brands: Brands) -> None:
    assert Brands.decode(only(brands.encode("styp"))) == brands


def test_there_is_a_limit_to_brands() -> None:
    with pytest.raises(ManifestError, match="ftyp: names 65537 brands, more than 65536"):
        Brands.decode(only(Brands("iso6", ("iso6",) * 65_537).encode("ftyp")))


@given(st.builds(MovieHeader, U32, U32))
def test_movie_header(header: MovieHeader) -> None:
    found = only(header.encode(next_track_id=2))

    assert MovieHeader.decode(found) == header
    assert found.end == 108


@given(st.builds(TrackHeader, U32, U32))
def test_track_header(header: TrackHeader) -> None:
    found = only(header.encode())

    assert TrackHeader.decode(found) == header
    assert found.end == 92


@given(st.builds(MediaHeader, U32, U32))
def test_media_header(header: MediaHeader) -> None:
    found = only(header.encode())

    assert MediaHeader.decode(found) == header
    assert found.end == 32


def test_headers_of_version_1_have_longer_times() -> None:
    dates, long = bytes(16), 1 << 40
    movie = full_box("mvhd", 1, 0, dates, struct.pack(">IQ", 1000, long))
    track = full_box("tkhd", 1, 0, dates, struct.pack(">I4xQ", 7, long))
    media = full_box("mdhd", 1, 0, dates, struct.pack(">IQ", 44_100, long))

    assert MovieHeader.decode(only(movie)) == MovieHeader(1000, long)
    assert TrackHeader.decode(only(track)) == TrackHeader(7, long)
    assert MediaHeader.decode(only(media)) == MediaHeader(44_100, long)


@given(st.builds(Handler, CODE))
def test_handler(handler: Handler) -> None:
    found = only(handler.encode())

    assert Handler.decode(found) == handler
    assert found.data.endswith(b"\0")  # its name is an empty, terminated string


@given(
    st.lists(
        st.builds(Edit, U64, st.integers(-1, 2**63 - 1), U32),
        max_size=4,
    )
)
def test_edit_list(edits: list[Edit]) -> None:
    written = EditList(tuple(edits))

    assert EditList.decode(only(written.encode())) == written


def test_an_edit_list_of_version_0_has_shorter_times() -> None:
    found = only(full_box("elst", 0, 0, struct.pack(">IIiI", 1, 90, -1, 1 << 16)))

    assert EditList.decode(found).edits == (Edit(90, -1),)


def test_an_edit_list_must_have_the_entries_that_it_counts() -> None:
    with pytest.raises(ManifestError, match="elst: says 4294967295 entries"):
        EditList.decode(only(full_box("elst", 0, 0, struct.pack(">I", 2**32 - 1))))


def test_data_is_in_the_same_file_unless_an_entry_says_otherwise() -> None:
    elsewhere = full_box("url ", 0, 0, b"http://example.com/\0")

    assert DataReference.decode(only(DataReference.encode())).self_contained
    assert not DataReference.decode(
        only(full_box("dref", 0, 0, struct.pack(">I", 1), elsewhere))
    ).self_contained


@given(st.builds(MovieExtendsHeader, U64))
def test_movie_extends_header(header: MovieExtendsHeader) -> None:
    assert MovieExtendsHeader.decode(only(header.encode())) == header


@given(st.builds(TrackExtends, U32, U32, U32, U32, U32))
def test_track_extends(extends: TrackExtends) -> None:
    assert TrackExtends.decode(only(extends.encode())) == extends


def test_the_tables_of_a_fragmented_file_are_empty() -> None:
    found = only(box("stbl", SampleTable.encode_empty()))

    assert [child.kind for child in found.children()] == ["stts", "stsc", "stsz", "stco"]
    assert SampleTable.decode(found) == SampleTable(0)


def test_samples_are_counted_in_either_size_table() -> None:
    compact = only(box("stbl", full_box("stz2", 0, 0, struct.pack(">3xBI", 8, 5), bytes(5))))
    absent = only(box("stbl"))

    assert SampleTable.decode(compact) == SampleTable(5)
    assert SampleTable.decode(absent) == SampleTable(0)


@given(st.builds(RollRecovery, st.integers(-(2**15), 2**15 - 1)))
def test_roll_recovery(roll: RollRecovery) -> None:
    assert RollRecovery.decode(only(roll.encode())) == roll


@pytest.mark.parametrize(
    ("version", "rest", "expected"),
    [
        (0, struct.pack(">4sIh", b"roll", 1, -1), RollRecovery(-1)),
        (1, struct.pack(">4sIIIh", b"roll", 0, 1, 2, -2), RollRecovery(-2)),
        (2, struct.pack(">4sIIIh", b"roll", 2, 1, 1, -1), RollRecovery(-1)),
        (1, struct.pack(">4sII", b"roll", 2, 0), None),
        (1, struct.pack(">4sII", b"prol", 2, 1), None),
    ],
)
def test_roll_recovery_as_others_write_it(
    version: int, rest: bytes, expected: RollRecovery | None
) -> None:
    assert RollRecovery.decode(only(full_box("sgpd", version, 0, rest))) == expected


def test_every_sample_of_a_fragment_is_a_member_of_the_first_group() -> None:
    assert encode_roll_members(258) == bytes.fromhex(
        "0000001c 73626770 00000000 726f6c6c 00000001 00000102 00000001"
    )


@given(st.builds(FragmentNumber, U32))
def test_fragment_number(number: FragmentNumber) -> None:
    assert FragmentNumber.decode(only(number.encode())) == number


@given(
    st.builds(
        TrackFragmentHeader,
        track_id=U32,
        base_is_moof=st.booleans(),
        base_data_offset=st.none() | U64,
        description_index=OPTIONAL_U32,
        default_duration_ticks=OPTIONAL_U32,
        default_size_bytes=OPTIONAL_U32,
        default_flags=OPTIONAL_U32,
    )
)
def test_track_fragment_header(header: TrackFragmentHeader) -> None:
    assert TrackFragmentHeader.decode(only(header.encode())) == header


@given(st.builds(DecodeTime, U64))
def test_decode_time(time: DecodeTime) -> None:
    assert DecodeTime.decode(only(time.encode())) == time


def test_a_decode_time_of_version_0_is_shorter() -> None:
    assert DecodeTime.decode(only(full_box("tfdt", 0, 0, struct.pack(">I", 9)))) == DecodeTime(9)


@given(
    data_offset=st.none() | st.integers(-(2**31), 2**31 - 1),
    samples=st.lists(st.tuples(U32, U32), max_size=20),
    has_durations=st.booleans(),
    has_sizes=st.booleans(),
)
def test_track_run(
    *,
    data_offset: int | None,
    samples: list[tuple[int, int]],
    has_durations: bool,
    has_sizes: bool,
) -> None:
    run = TrackRun(
        sample_count=len(samples),
        data_offset=data_offset,
        durations_ticks=tuple(duration for duration, _ in samples) if has_durations else None,
        sizes_bytes=tuple(size for _, size in samples) if has_sizes else None,
    )

    assert TrackRun.decode(only(run.encode())) == run


def test_flags_and_offsets_of_samples_are_passed_over() -> None:
    rows = struct.pack(">8I", 1024, 300, 0, 5, 1000, 301, 0, 6)
    found = only(full_box("trun", 1, 0xF05, struct.pack(">IiI", 2, -8, 0), rows))

    assert TrackRun.decode(found) == TrackRun(2, -8, (1024, 1000), (300, 301))


def test_a_run_must_have_the_samples_that_it_counts() -> None:
    with pytest.raises(ManifestError, match="trun: says 4294967295 samples"):
        TrackRun.decode(only(full_box("trun", 0, 0x200, struct.pack(">I", 2**32 - 1))))


def test_a_run_without_words_may_count_as_it_likes() -> None:
    found = only(full_box("trun", 0, 0, struct.pack(">I", 2**32 - 1)))

    assert TrackRun.decode(found) == TrackRun(2**32 - 1, None, None, None)

"""The box itself: sizes of every form, and what is left when they lie."""

import struct

import pytest

from manifests.boxes.box import Fields, box, boxes, full_box
from manifests.errors import ManifestError


def test_boxes_come_back_side_by_side() -> None:
    data = box("free", b"abc") + box("mdat") + full_box("tfdt", 1, 2, b"payload!")

    found = list(boxes(data))

    assert [(one.kind, one.start, one.body, one.end) for one in found] == [
        ("free", 0, 8, 11),
        ("mdat", 11, 19, 19),
        ("tfdt", 19, 27, 39),
    ]
    assert found[2].fields().version_and_flags() == (1, 2)


def test_a_64_bit_size_is_read() -> None:
    data = struct.pack(">I4sQ", 1, b"mdat", 20) + b"four" + box("free")

    first, second = boxes(data)

    assert (first.body, first.end, second.kind) == (16, 20, "free")


def test_size_zero_reaches_to_the_end_of_the_data() -> None:
    (found,) = boxes(struct.pack(">I4s", 0, b"mdat") + b"the rest")

    assert (found.body, found.end) == (8, 16)


def test_size_zero_inside_of_another_box_is_refused() -> None:
    inner = struct.pack(">I4s", 0, b"trak")
    (outer,) = (one for one in boxes(box("moov", inner) + box("free")) if one.kind == "moov")

    with pytest.raises(ManifestError, match="size of 0 at byte 8"):
        list(outer.children())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (struct.pack(">I4s", 7, b"moov"), "size of 7 at byte 0 is less than"),
        (struct.pack(">I4s", 9, b"moov"), "says 9 bytes at byte 0, where 8 are left"),
        (struct.pack(">I4sQ", 1, b"moov", 15), "size of 15 at byte 0 is less than"),
        (struct.pack(">I4sQ", 1, b"moov", 1 << 63), "where 16 are left"),
        (struct.pack(">I4sI", 1, b"moov", 20), "where 12 are left"),
    ],
)
def test_a_size_that_lies_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message) as raised:
        list(boxes(data))

    assert raised.value.tag == "moov"
    assert raised.value.section == "ISO/IEC 14496-12 §8.2.1"


def test_a_kind_that_cannot_be_printed_is_spelt_in_hexadecimal() -> None:
    (found,) = boxes(struct.pack(">II", 8, 0))

    assert found.kind == "0x00000000"


def test_fewer_bytes_than_a_header_at_the_end_are_left() -> None:
    (udta,) = boxes(box("udta", box("free"), bytes(4)))

    assert [child.kind for child in udta.children()] == ["free"]


def test_a_path_leads_to_the_first_of_its_kind() -> None:
    (moov,) = boxes(box("moov", box("trak", box("free", b"1"), box("free", b"2"))))

    found = moov.find("trak", "free")

    assert found is not None
    assert found.fields().octets(1) == b"1"
    assert moov.find("udta", "free") is None


def test_a_missing_child_is_named() -> None:
    (moov,) = boxes(box("moov"))

    with pytest.raises(ManifestError, match=r"moov: has no mvhd box \(ISO/IEC 14496-12 §8\.2\.1\)"):
        moov.child("mvhd")


def test_skipping_more_than_a_payload_leaves_no_children() -> None:
    first, _ = boxes(box("stsd", b"1234") + box("free"))

    assert list(first.children(skip=8)) == []


def test_there_is_a_limit_to_boxes_side_by_side() -> None:
    most = box("free") * 65_536

    assert sum(1 for _ in boxes(most)) == 65_536
    with pytest.raises(ManifestError, match="more than 65536 boxes lie side by side"):
        list(boxes(most + box("free")))


def test_fields_are_read_from_the_front() -> None:
    fields = Fields("test", b"\x01\xff\xfeRIFF\x00\x00\x00\x07rest", 0, 15)

    assert fields.unsigned(1) == 1
    assert fields.signed(2) == -2
    assert fields.character_code() == "RIFF"
    assert fields.words(1) == (7,)
    inner = fields.within(2)
    assert inner.octets(2) == b"re"
    assert fields.remaining == 2


@pytest.mark.parametrize("size", [1, 1 << 40])
def test_fields_never_reach_past_their_box(size: int) -> None:
    fields = Fields("tfdt", b"1234and what follows", 4, 4)

    with pytest.raises(ManifestError, match=f"tfdt: needs {size} more bytes and 0 are left"):
        fields.skip(size)


def test_an_unknown_version_of_a_time_is_refused() -> None:
    (found,) = boxes(full_box("tfdt", 2, 0, bytes(8)))

    with pytest.raises(ManifestError, match="tfdt: version 2 is unknown"):
        found.fields().time_width()

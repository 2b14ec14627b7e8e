"""Loudness survives its codes within half of their steps, and what is undefined stays so."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.boxes import loudness as loudness_box
from manifests.boxes.box import Box, box, boxes, full_box
from manifests.index import Loudness


def only(data: bytes) -> Box:
    (found,) = boxes(data)
    return found


def round_trip(loudness: Loudness) -> Loudness:
    return loudness_box.decode(only(loudness_box.encode(loudness)))


def test_a_track_is_written_as_the_standard_has_it() -> None:
    written = loudness_box.encode(Loudness(-14.0, 6.25, -1.0))

    assert written == bytes.fromhex(
        "00000021 6c756474"  # ludt
        "00000019 746c6f75 00000000"  # tlou, version 0
        "0000"  # the sound as it is: no downmix, no DRC
        "0002a013"  # sample peak unknown; true peak 672 / 32 below 20 dB; EBU R 128, accurate
        "02"
        "01af13"  # program loudness: 175 / 4 above -57.75 LUFS
        "061913"  # loudness range: 25 / 4 LU
    )


@given(
    st.floats(-57.75, 6.0),
    st.floats(0.0, 32.0),
    st.floats(-100.0, 19.9),
)
def test_values_are_near_what_they_were(integrated: float, spread: float, peak: float) -> None:
    found = round_trip(Loudness(integrated, spread, peak))

    assert found.integrated_lufs == pytest.approx(integrated, abs=1 / 8)
    assert found.range_lu == pytest.approx(spread, abs=1 / 8)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=1 / 64)


@pytest.mark.parametrize("spread", [32.0, 32.5, 69.5, 70.0, 71.0, 121.0])
def test_wide_ranges_have_coarser_codes(spread: float) -> None:
    assert round_trip(Loudness(None, spread, None)) == Loudness(None, spread, None)


def test_what_the_codes_cannot_say_becomes_the_nearest() -> None:
    quiet = round_trip(Loudness(-70.0, 200.0, -140.0))
    loud = round_trip(Loudness(12.0, 0.0, 40.0))

    assert quiet == Loudness(-57.75, 121.0, 20 - 4095 / 32)
    assert loud == Loudness(6.0, 0.0, 20 - 1 / 32)


@pytest.mark.parametrize(
    "loudness",
    [Loudness(-14.0, None, None), Loudness(None, 6.0, None), Loudness(None, None, -1.0)],
)
def test_what_is_undefined_is_left_out(loudness: Loudness) -> None:
    assert round_trip(loudness) == loudness


def test_silence_has_a_box_that_measures_nothing() -> None:
    silence = Loudness(None, None, None)

    assert loudness_box.encode(silence) == bytes.fromhex(
        "0000001b 6c756474 00000013 746c6f75 00000000 0000 00000000 00"
    )
    assert round_trip(silence) == silence


def test_an_album_alone_says_nothing_of_the_track() -> None:
    album = box("ludt", full_box("alou", 0, 0, bytes(7)))

    assert loudness_box.decode(only(album)) == Loudness(None, None, None)


def test_version_1_may_count_none() -> None:
    track = box("ludt", full_box("tlou", 1, 0, b"\x00"))

    assert loudness_box.decode(only(track)) == Loudness(None, None, None)


def test_version_1_counts_its_sets_and_the_first_one_is_read() -> None:
    first = struct.pack(">BH", 0, 0) + bytes.fromhex("0002a013") + bytes.fromhex("01 01af13")
    track = box("ludt", full_box("tlou", 1, 0, b"\x02", first, first))

    assert loudness_box.decode(only(track)) == Loudness(-14.0, None, -1.0)

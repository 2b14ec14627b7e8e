"""Arbitrary and damaged bytes: facts or ManifestError, nothing else, in linear time."""

import struct
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from manifests.boxes import read_init, read_media_segment
from manifests.boxes.box import box
from manifests.boxes.movie_header import MovieHeader
from manifests.errors import ManifestError
from manifests.index import Loudness
from packager.publishing.cmaf import initialization_section, media_segment

INIT = initialization_section(
    codec_config=bytes.fromhex("1210"),
    sample_rate_hz=44_100,
    channels=2,
    bitrate_bps=128_000,
    media_time_ticks=1024,
    duration_ticks=441_000,
    loudness=Loudness(-14.0, 6.0, -1.0),
)
SEGMENT = media_segment(
    sequence_number=1,
    base_media_decode_time_ticks=0,
    frames=[b"frame"] * 5,
    last_frame_duration_ticks=1000,
)
KINDS = [b"moov", b"moof", b"traf", b"trun", b"mdat", b"styp", b"esds", b"tlou", b"\0\0\0\1"]


def read(data: bytes) -> None:
    with suppress(ManifestError):
        read_init(data)
    with suppress(ManifestError):
        read_media_segment(data, read_init(INIT))


@given(st.binary(max_size=200))
@example(b"")
@example(struct.pack(">I4sQ", 1, b"moov", 2**64 - 1))
def test_arbitrary_bytes(data: bytes) -> None:
    read(data)


@given(st.data())
def test_damaged_bytes(data: st.DataObject) -> None:
    damaged = bytearray(data.draw(st.sampled_from([INIT, SEGMENT])))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 4))
        word = st.binary(min_size=4, max_size=4) | st.sampled_from(KINDS)
        damaged[place : place + 4] = data.draw(word)
    read(bytes(damaged))


@pytest.mark.parametrize("whole", [INIT, SEGMENT], ids=["init", "segment"])
def test_every_truncation(whole: bytes) -> None:
    for size in range(len(whole)):
        read(whole[:size])


@pytest.mark.parametrize("whole", [INIT, SEGMENT], ids=["init", "segment"])
def test_every_byte_at_its_extremes(whole: bytes) -> None:
    for place in range(len(whole)):
        for value in (0x00, 0xFF):
            read(whole[:place] + bytes((value,)) + whole[place + 1 :])


def test_nesting_does_not_exhaust_the_stack() -> None:
    nested = b""
    for _ in range(5000):
        nested = box("trak", nested)
    movie = box("moov", MovieHeader(1000).encode(next_track_id=1), nested)

    with pytest.raises(ManifestError, match="trak: has no tkhd box"):
        read_init(movie)


@pytest.mark.parametrize(
    "many",
    [
        lambda count: box("free") * count,
        lambda count: box("mdat") * count,
        lambda count: box("moof", box("free") * count),
        lambda count: SEGMENT * (count // 30),
    ],
)
def test_time_is_linear_in_the_bytes(many: Callable[[int], bytes]) -> None:
    def measure(count: int) -> float:
        data = many(count)
        begin = time.process_time()
        read(data)
        return time.process_time() - begin

    small = min(measure(2_000) for _ in range(3))
    large = min(measure(16_000) for _ in range(2))

    assert large < 8 * 4 * small  # a quadratic reader would take 64 times as long

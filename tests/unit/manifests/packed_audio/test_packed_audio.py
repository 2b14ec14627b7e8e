"""The nouns of packed audio, and what is read of good and of broken segments."""

import struct
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from manifests.boxes.audio_config import CHANNELS, RATES_HZ, AudioConfig
from manifests.errors import ManifestError
from manifests.packed_audio import PackedFacts, read_packed_audio
from manifests.packed_audio.adts import AdtsHeader, is_adts
from manifests.packed_audio.timestamp_tag import (
    OWNER,
    tag_bytes,
    timestamp_of,
    timestamp_tag,
    transport_ticks,
)

CD = AudioConfig(2, 44_100, 2)
FRAME = AdtsHeader.around(CD, 3).to_bytes() + b"abc"
SEGMENT = timestamp_tag(90_000) + FRAME * 4


def old_tag(*frames: tuple[bytes, bytes], version: int = 3, flags: int = 0) -> bytes:
    """Write a tag as others do: version 3, whole bytes as sizes."""
    body = b"".join(kind + struct.pack(">I2x", len(value)) + value for kind, value in frames)
    return b"ID3" + bytes((version, 0, flags, 0, 0, len(body) >> 7, len(body) & 0x7F)) + body


@given(
    st.builds(
        AdtsHeader,
        st.integers(1, 4),
        st.sampled_from(RATES_HZ),
        st.sampled_from(CHANNELS),
        st.integers(7, 8191),
        st.just(7),
        st.integers(1, 4),
    )
)
def test_a_header_that_is_written_is_read(header: AdtsHeader) -> None:
    assert len(header.to_bytes()) == 7
    assert is_adts(header.to_bytes())
    assert AdtsHeader.from_bytes(header.to_bytes()) == header


def test_the_bytes_of_a_header_are_those_of_the_standard() -> None:
    assert AdtsHeader.around(CD, 364).to_bytes().hex() == "fff150802e7ffc"


def test_a_checksum_makes_a_header_longer() -> None:
    checked = bytearray(AdtsHeader.around(CD, 364).to_bytes())
    checked[1] &= 0xFE
    assert AdtsHeader.from_bytes(bytes(checked)).header_bytes == 9


@pytest.mark.parametrize(
    ("config", "payload_bytes", "message"),
    [
        (CD, 8185, "8192 bytes is too long"),
        (AudioConfig(2, 44_101, 2), 1, "no code for this rate"),
        (AudioConfig(2, 44_100, None), 1, "no code for this rate or these channels"),
    ],
)
def test_what_no_header_can_say(config: AudioConfig, payload_bytes: int, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        AdtsHeader.around(config, payload_bytes)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no frame begins here"),
        (FRAME[:6], "no frame begins here"),
        (b"\xff\xfb" + FRAME[2:], "no frame begins here"),  # MP3
        (b"\xff\xf1\x74" + FRAME[3:], "index 13 is reserved"),
        (b"\xff\xf1\x50\x80\x00\xdf\xfc", "length of 6 bytes"),
    ],
)
def test_what_is_no_header(data: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        AdtsHeader.from_bytes(data)


@given(st.integers(0, 2**33 - 1))
def test_a_timestamp_that_is_written_is_read(ticks: int) -> None:
    tag = timestamp_tag(ticks)
    assert tag_bytes(tag[:10]) == len(tag) == 73
    assert timestamp_of(tag) == ticks


def test_the_clock_rounds_each_time_by_itself_and_begins_again() -> None:
    assert transport_ticks(44_100, 44_100) == 90_000
    assert transport_ticks(1024, 44_100) == 2090  # 2089.796
    assert transport_ticks(258 * 1024, 44_100) == 539_167  # 539,167.35
    assert transport_ticks(1024, 48_000) == 1920
    assert transport_ticks(48_000 * 95_444, 48_000) == 95_444 * 90_000 - 2**33
    assert transport_ticks((2**33 // 15) * 8, 48_000) == 2**33 - 2**33 % 15


@given(st.integers(0, 10**10), st.sampled_from([44_100, 48_000]))
def test_the_clock_is_never_off_by_more_than_half_a_tick(ticks: int, rate_hz: int) -> None:
    exact = ticks * 90_000 % (rate_hz << 33)
    off = abs(transport_ticks(ticks, rate_hz) * rate_hz - exact)
    assert min(off, (rate_hz << 33) - off) * 2 <= rate_hz


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (old_tag((b"PRIV", OWNER + b"\0" + bytes(7) + b"\x07")), 7),
        (old_tag((b"TIT2", b"\0" * 200), (b"PRIV", OWNER + b"\0" + b"\xff" * 8)), 2**64 - 1),
        (old_tag((b"PRIV", b"com.example\0" + bytes(8))), None),
        (old_tag((b"PRIV", OWNER + b"\0" + bytes(7))), None),
        (old_tag((b"TIT2", b"x")), None),
        (old_tag() + bytes(20), None),
        (old_tag((b"PRIV", OWNER + b"\0" + bytes(8)), version=2), None),
    ],
)
def test_tags_of_others(tag: bytes, expected: int | None) -> None:
    assert timestamp_of(tag) == expected


@pytest.mark.parametrize("header", [b"", b"ID3\x04\0\0\0\0\0", FRAME])
def test_what_is_no_tag(header: bytes) -> None:
    with pytest.raises(ManifestError, match="no tag begins here"):
        tag_bytes(header)


def test_a_segment() -> None:
    assert read_packed_audio(SEGMENT) == PackedFacts(90_000, 4 * 1024, 4, 44_100)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (FRAME * 2, PackedFacts(None, 2048, 2, 44_100)),
        (old_tag() + SEGMENT, PackedFacts(90_000, 4096, 4, 44_100)),
        (timestamp_tag(1) + SEGMENT, PackedFacts(1, 4096, 4, 44_100)),
        (FRAME + SEGMENT, PackedFacts(None, 5120, 5, 44_100)),
        (timestamp_tag(1) + b"\xff\xfb" + bytes(20), PackedFacts(1)),
        (timestamp_tag(1), PackedFacts(1)),
        (old_tag(version=4, flags=0x10) + bytes(10) + FRAME, PackedFacts(None, 1024, 1, 44_100)),
    ],
    ids=["no tag", "another tag", "two timestamps", "in between", "MP3", "no frames", "footer"],
)
def test_segments_of_others(data: bytes, expected: PackedFacts) -> None:
    assert read_packed_audio(data) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (SEGMENT[:-1], "last frame is cut short"),
        (SEGMENT + b"\0", "no frame begins here"),
        (SEGMENT + timestamp_tag(0)[:40], "last tag is cut short"),
        (timestamp_tag(0)[:40], "last tag is cut short"),
        (SEGMENT + b"ID3", "no tag begins here"),
    ],
)
def test_segments_that_cannot_be_walked(data: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read_packed_audio(data)


@given(st.binary(max_size=300), st.integers(0, len(SEGMENT)))
@example(b"ID3\x04\0\0\0\0\0\0" * 20, 0)
def test_damage_gives_facts_or_a_manifest_error(damage: bytes, place: int) -> None:
    with suppress(ManifestError):
        read_packed_audio(SEGMENT[:place] + damage + SEGMENT[place + len(damage) :])

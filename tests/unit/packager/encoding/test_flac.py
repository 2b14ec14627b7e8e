"""FLAC frames of chunks are frames of one stream, and decode to the samples that went in."""

from collections.abc import Sequence

import av
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.boxes.stream_info import StreamInfo
from manifests.rendition import FRAME_SAMPLES, Codec, Ladder, Rung
from packager.encoding.boundaries import Timeline, front_padding
from packager.encoding.chunks import ChunkCutter
from packager.encoding.encode import codec_config, encode_chunk
from packager.encoding.flac_frame import coded_number, crc_8, crc_16, renumbered
from packager.errors import EncoderFailed
from packager.sound.samples import Block
from tests.sources.audio import excerpt, sound_of

FRAMES_PER_SEGMENT = 30


def ladder_of(bits: int, channels: int = 2) -> Ladder:
    rung = Rung("lossless", 44_100 * channels * bits, Codec.FLAC, bits)
    return Ladder((rung,), 44_100, channels, FRAMES_PER_SEGMENT, segments_per_chunk=2)


def coded(ladder: Ladder, sound: Block, padding: int) -> tuple[Timeline, list[bytes]]:
    cutter = ChunkCutter(ladder, padding)
    chunks = [*cutter.feed(sound), *cutter.finish()]
    assert len(chunks) > 1
    return cutter.timeline, [
        unit for chunk in chunks for unit in encode_chunk(ladder, ladder.rungs[0], chunk)
    ]


def decoded(ladder: Ladder, units: Sequence[bytes]) -> npt.NDArray[np.int32]:
    """Decode with every checksum held against its bytes; samples are in the upper bits of 32."""
    context = av.CodecContext.create("flac", "r")
    context.extradata = codec_config(ladder, ladder.rungs[0])
    context.options = {"err_detect": "crccheck+explode"}
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit))]
    whole = np.concatenate([frame.to_ndarray() for frame in frames], axis=1)
    samples: npt.NDArray[np.int32] = whole.reshape(-1, ladder.channels).T.astype(np.int32)
    return samples << (16 if whole.dtype == np.int16 else 0)


def rounded(sound: Block, bits: int) -> npt.NDArray[np.int32]:
    scaled = np.rint(sound.astype(np.float64) * 2 ** (bits - 1))
    limited: npt.NDArray[np.float64] = scaled.clip(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return limited.astype(np.int32) << 32 - bits


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Block:
    path = excerpt(tmp_path_factory.mktemp("music") / "x.wav", samples=300_007)
    return sound_of(path, 2)


@pytest.fixture(scope="module")
def units(music: Block) -> list[bytes]:
    return coded(ladder_of(16), music, front_padding(music.shape[1]))[1]


@pytest.mark.parametrize("bits", [16, 24])
@pytest.mark.parametrize("channels", [1, 2])
def test_all_that_is_heard_is_the_source(bits: int, channels: int, music: Block) -> None:
    sound = music[:channels]
    ladder = ladder_of(bits, channels)
    timeline, units = coded(ladder, sound, front_padding(sound.shape[1]))
    samples = decoded(ladder, units)
    assert len(units) == timeline.frames
    assert not samples[:, : timeline.media_time_ticks].any()
    assert np.array_equal(samples[:, timeline.media_time_ticks :], rounded(sound, bits))


@pytest.mark.parametrize("bits", [16, 24])
def test_what_is_beyond_full_scale_is_cut(bits: int, music: Block) -> None:
    loud = music * np.float32(9)
    ladder = ladder_of(bits)
    timeline, units = coded(ladder, loud, front_padding(loud.shape[1]))
    samples = decoded(ladder, units)[:, timeline.media_time_ticks :]
    assert np.array_equal(samples, rounded(loud, bits))
    assert samples.max() == (2 ** (bits - 1) - 1) << 32 - bits


@pytest.mark.parametrize("missing", [1, 500, 1010, 1023])
def test_a_sound_shorter_than_was_predicted_ends_within_a_frame(missing: int, music: Block) -> None:
    ladder = ladder_of(16)
    sound = music[:, :-missing]
    timeline, units = coded(ladder, sound, front_padding(music.shape[1]))
    samples = decoded(ladder, units)
    assert samples.shape[1] == timeline.media_ticks
    assert np.array_equal(samples[:, timeline.media_time_ticks :], rounded(sound, 16))


def test_frames_are_numbered_through_all_chunks(units: list[bytes]) -> None:
    for number, unit in enumerate(units):
        assert unit[4:].startswith(coded_number(number))


def test_decoders_are_told_what_they_get() -> None:
    ladder = ladder_of(24, channels=1)
    told = StreamInfo.from_bytes(codec_config(ladder, ladder.rungs[0]))
    assert told == StreamInfo(FRAME_SAMPLES, 44_100, 1, 24)


def test_a_rung_without_bits_is_refused() -> None:
    with pytest.raises(EncoderFailed, match="needs to know its bits"):
        codec_config(ladder_of(16), Rung("lossless", 1_411_200, Codec.FLAC))


@given(st.integers(0, 0x10FFFF).filter(lambda number: not 0xD800 <= number < 0xE000))
def test_numbers_are_coded_as_characters_are(number: int) -> None:
    assert coded_number(number) == chr(number).encode()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (2**21 - 1, "f7bfbfbf"),
        (2**21, "f888808080"),
        (2**26 - 1, "fbbfbfbfbf"),
        (2**26, "fc8480808080"),
        (2**31 - 1, "fdbfbfbfbfbf"),
    ],
)
def test_numbers_beyond_characters(number: int, expected: str) -> None:
    assert coded_number(number).hex() == expected


@given(number=st.integers(0, 2**31 - 1), place=st.integers(0, 290))
def test_a_number_takes_its_checksums_along(number: int, place: int, units: list[bytes]) -> None:
    unit = units[place]
    other = renumbered(unit, number)
    size = 4 + len(coded_number(number))
    assert crc_16(other) == 0  # with its own checksum at its end
    assert other[4:].startswith(coded_number(number))
    assert crc_8(other[: size + 1]) == 0
    assert renumbered(other, 0) == renumbered(unit, 0)


@pytest.mark.parametrize("frame", [b"", b"\xff\xf9" + bytes(20), bytes(30)])
def test_what_is_no_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(ValueError, match="no FLAC frame"):
        renumbered(frame, 1)

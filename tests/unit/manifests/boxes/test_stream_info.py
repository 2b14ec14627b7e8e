"""How FLAC is announced: ``fLaC`` sample entries, ``dfLa``, STREAMINFO."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.boxes.box import Box, box, boxes, full_box
from manifests.boxes.sample_entry import AudioSampleEntry, encode_flac, first_sample_entry
from manifests.boxes.stream_info import StreamInfo
from manifests.errors import ManifestError

CD = StreamInfo(block_samples=1024, sample_rate_hz=44_100, channels=2, bits_per_sample=16)
SOUND = struct.pack(">6xH8xHH4xI", 1, 2, 16, 0)


def only(data: bytes) -> Box:
    (found,) = boxes(data)
    return found


@given(
    st.builds(
        StreamInfo,
        st.integers(16, 65_535),
        st.integers(1, 2**20 - 1),
        st.integers(1, 8),
        st.integers(4, 32),
    )
)
def test_what_is_written_is_read(info: StreamInfo) -> None:
    assert StreamInfo.from_bytes(info.to_bytes()) == info
    assert StreamInfo.decode(only(info.encode())) == info


def test_the_bytes_are_those_of_the_standard() -> None:
    block = CD.to_bytes()
    assert len(block) == 34
    assert block[:10].hex() == "04000400" + "00" * 6  # both block sizes, unknown frame sizes
    assert block[10:18].hex() == "0ac442f000000000"  # 44,100 Hz, 2 channels, 16 bits, no length
    assert block[18:] == bytes(16)  # no MD5


def test_a_sample_entry() -> None:
    entry = AudioSampleEntry.decode(first_sample_entry(only(encode_flac(CD))))

    assert (entry.coding, entry.codec, entry.channels, entry.sample_rate_hz) == (
        "fLaC",
        "fLaC",
        2,
        44_100,
    )
    assert entry.stream_info == CD
    assert entry.stream is None


def test_the_decoder_knows_better_than_the_entry() -> None:
    high = StreamInfo(4096, 96_000, 1, 24)
    entry = AudioSampleEntry.decode(only(box("fLaC", SOUND, high.encode())))
    assert (entry.decoded_rate_hz, entry.decoded_channels) == (96_000, 1)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "needs 1 more bytes"),
        (b"\x80\0\0\x22" + bytes(33), "needs 34 more bytes and 33 are left"),
        (b"\x80\0\0\x21" + bytes(33), "STREAMINFO has 33 bytes, not 34"),
        (b"\x84\0\0\x22" + bytes(34), "begins with metadata block 4"),
    ],
)
def test_a_box_that_is_none(payload: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=f"dfLa: .*{message}"):
        StreamInfo.decode(only(full_box("dfLa", 0, 0, payload)))

"""How a sound is coded: sample entries, elementary streams, AudioSpecificConfigs."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from manifests.boxes.audio_config import AudioConfig
from manifests.boxes.box import Box, box, boxes, full_box
from manifests.boxes.elementary_stream import ElementaryStream
from manifests.boxes.sample_entry import AudioSampleEntry, encode_aac, first_sample_entry
from manifests.errors import ManifestError

AAC_LC_44100_STEREO = bytes.fromhex("1210")
SOUND = struct.pack(">6xH8xHH4xI", 1, 2, 16, 44_100 << 16)
U24 = st.integers(0, 2**24 - 1)
U32 = st.integers(0, 2**32 - 1)


def only(data: bytes) -> Box:
    (found,) = boxes(data)
    return found


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("1210", AudioConfig(2, 44_100, 2)),
        ("121056e500", AudioConfig(2, 44_100, 2)),
        ("1188", AudioConfig(2, 48_000, 1)),
        ("2b9208", AudioConfig(5, 22_050, 2)),
        ("eb0988", AudioConfig(29, 24_000, 1)),
        ("1780562210", AudioConfig(2, 44_100, 2)),
        ("1238", AudioConfig(2, 44_100, 8)),
        ("1200", AudioConfig(2, 44_100, None)),
        ("1278", AudioConfig(2, 44_100, None)),
        ("f94840", AudioConfig(42, 44_100, 2)),
    ],
)
def test_the_head_of_an_audio_specific_config(config: str, expected: AudioConfig) -> None:
    assert AudioConfig.decode(bytes.fromhex(config)) == expected


@pytest.mark.parametrize(
    ("config", "message"),
    [("", "cut short"), ("12", "cut short"), ("1690", "frequency index 13 is reserved")],
)
def test_an_audio_specific_config_that_is_none(config: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        AudioConfig.decode(bytes.fromhex(config))


@given(st.builds(ElementaryStream, st.binary(min_size=1, max_size=300), U24, U32, U32))
@example(ElementaryStream(bytes(20_000), 0, 0, 0))
def test_elementary_stream(stream: ElementaryStream) -> None:
    assert ElementaryStream.decode(only(stream.encode())) == stream


def test_the_codec_is_named_by_object_type_and_audio_object_type() -> None:
    aac = ElementaryStream(AAC_LC_44100_STEREO, 0, 0, 0)
    mp3 = ElementaryStream(b"", 0, 0, 0, object_type=0x6B)
    bare = ElementaryStream(b"", 0, 0, 0)

    assert (aac.codec, mp3.codec, bare.codec) == ("mp4a.40.2", "mp4a.6B", "mp4a.40")


def test_an_elementary_stream_as_others_write_it() -> None:
    """Sizes padded to four bytes, every option of the stream, nothing for the decoder."""
    decoder = b"\x04\x80\x80\x80\x0d" + bytes((0x6B, 0x15)) + bytes(3) + struct.pack(">II", 2, 1)
    options = b"\x00\x01" + b"\xe0" + b"\x00\x02" + b"\x03url" + b"\x00\x03"
    payload = options + decoder
    esds = full_box("esds", 0, 0, b"\x03\x80\x80\x80" + bytes((len(payload),)) + payload)

    assert ElementaryStream.decode(only(esds)) == ElementaryStream(b"", 0, 2, 1, object_type=0x6B)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "needs 1 more bytes"),
        (b"\x04\x00", "has descriptor 4 where 3 belongs"),
        (b"\x03\x05\x00", "needs 5 more bytes and 1 are left"),
        (b"\x03\xff\xff\xff\xff\x00", "needs 268435455 more bytes"),
        (b"\x03\x03\x00\x00\x00", "needs 1 more bytes"),
    ],
)
def test_an_elementary_stream_that_is_none(payload: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=f"esds: {message}"):
        ElementaryStream.decode(only(full_box("esds", 0, 0, payload)))


def test_an_aac_sample_entry() -> None:
    stream = ElementaryStream(AAC_LC_44100_STEREO, 1536, 140_288, 128_000)
    stsd = only(encode_aac(stream, channels=2, sample_rate_hz=44_100))

    entry = AudioSampleEntry.decode(first_sample_entry(stsd))

    assert entry == AudioSampleEntry("mp4a", 2, 44_100, stream)
    assert entry.codec == "mp4a.40.2"


def test_a_rate_that_does_not_fit_is_left_to_the_decoder() -> None:
    stream = ElementaryStream(bytes.fromhex("1010"), 0, 0, 0)
    stsd = only(encode_aac(stream, channels=2, sample_rate_hz=96_000))

    entry = AudioSampleEntry.decode(first_sample_entry(stsd))

    assert (entry.sample_rate_hz, entry.decoded_rate_hz) == (0, 96_000)
    assert entry.decoded_channels == 2


def test_a_coding_without_an_elementary_stream_is_its_own_name() -> None:
    entry = AudioSampleEntry.decode(only(box("ac-3", SOUND, box("dac3", bytes(3)))))

    assert entry == AudioSampleEntry("ac-3", 2, 44_100)
    assert entry.codec == "ac-3"


def test_a_protected_entry_tells_what_it_protects() -> None:
    scheme = full_box("schm", 0, 0, b"cbcs" + struct.pack(">I", 0x10000))
    aac = ElementaryStream(AAC_LC_44100_STEREO, 0, 0, 0)
    protected = box("enca", SOUND, aac.encode(), box("sinf", box("frma", b"mp4a"), scheme))
    without_scheme = box("enca", SOUND, box("sinf", box("frma", b"ac-3")))

    first, second = (AudioSampleEntry.decode(only(one)) for one in (protected, without_scheme))

    assert (first.coding, first.codec, first.encryption_scheme) == ("enca", "mp4a.40.2", "cbcs")
    assert (second.coding, second.codec, second.encryption_scheme) == ("enca", "ac-3", None)


def test_a_description_without_an_entry_is_refused() -> None:
    with pytest.raises(ManifestError, match="stsd: describes no sample"):
        first_sample_entry(only(full_box("stsd", 0, 0, struct.pack(">I", 1))))

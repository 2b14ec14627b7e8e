"""Which boxes a track of ours has, and why players can rely on them."""

import pytest

from manifests.boxes import InitFacts, SegmentFacts, read_init, read_media_segment
from manifests.boxes.box import Box, boxes
from manifests.boxes.edit_list import Edit
from manifests.boxes.stream_info import StreamInfo
from manifests.index import Loudness
from manifests.rendition import Codec
from packager.publishing.cmaf import initialization_section, media_segment

AAC_LC_44100_STEREO = bytes.fromhex("121056e500")
DECIBELS = Loudness(integrated_lufs=-14.0, range_lu=6.25, true_peak_dbtp=-1.0)
CD = StreamInfo(block_samples=1024, sample_rate_hz=44_100, channels=2, bits_per_sample=16)
FRAMES = (b"first", b"the second", b"3rd")


def init_bytes(*, duration_ticks: int = 441_000, loudness: Loudness | None = DECIBELS) -> bytes:
    return initialization_section(
        codec_config=AAC_LC_44100_STEREO,
        sample_rate_hz=44_100,
        channels=2,
        bitrate_bps=128_000,
        media_time_ticks=1368,
        duration_ticks=duration_ticks,
        loudness=loudness,
    )


def kinds(found: Box) -> list[str]:
    return [child.kind for child in found.children()]


@pytest.fixture(name="init")
def _init() -> InitFacts:
    return read_init(init_bytes())


def test_the_boxes_and_their_order() -> None:
    ftyp, moov = boxes(init_bytes())
    trak = moov.child("trak")
    minf = trak.child("mdia").child("minf")

    assert (ftyp.kind, moov.kind) == ("ftyp", "moov")
    assert kinds(moov) == ["mvhd", "trak", "mvex"]  # mvex is last (RFC 8216 §3.3)
    assert kinds(moov.child("mvex")) == ["mehd", "trex"]
    assert kinds(trak) == ["tkhd", "edts", "mdia", "udta"]
    assert kinds(trak.child("udta")) == ["ludt"]
    assert kinds(trak.child("mdia")) == ["mdhd", "hdlr", "minf"]
    assert kinds(minf) == ["smhd", "dinf", "stbl"]
    assert kinds(minf.child("stbl")) == ["stsd", "stts", "stsc", "stsz", "stco", "sgpd"]


def test_the_brands_are_those_of_cmaf(init: InitFacts) -> None:
    assert init.major_brand == "cmfc"
    assert set(init.brands) == {"cmfc", "iso6"}


def test_headers_leave_the_duration_to_the_fragments(init: InitFacts) -> None:
    sound = init.sound

    assert sound is not None
    assert init.mvhd_duration_ticks == 0
    assert (sound.tkhd_duration_ticks, sound.mdhd_duration_ticks) == (0, 0)
    assert sound.sample_count == 0
    assert init.fragment_duration_ticks == 441_000


def test_every_clock_counts_samples_so_the_edit_is_exact(init: InitFacts) -> None:
    sound = init.sound

    assert sound is not None
    assert (init.movie_timescale, sound.timescale, sound.sample_rate_hz) == (44_100,) * 3
    assert sound.edits == (Edit(segment_duration_ticks=441_000, media_time_ticks=1368),)


def test_a_growing_track_has_no_end() -> None:
    growing = read_init(init_bytes(duration_ticks=0))

    assert growing.fragment_duration_ticks is None
    assert growing.tracks[0].edits == (Edit(segment_duration_ticks=0, media_time_ticks=1368),)


def test_the_codec_and_its_frames(init: InitFacts) -> None:
    sound = init.sound

    assert sound is not None
    assert (sound.codec, sound.channels) == ("mp4a.40.2", 2)
    assert sound.average_bitrate_bps == 128_000
    assert sound.roll_distance == -1
    assert sound.default_duration_ticks == 1024
    assert sound.self_contained


def test_the_loudness(init: InitFacts) -> None:
    assert init.tracks[0].loudness == DECIBELS


def test_the_loudness_of_silence_is_a_box_without_a_value() -> None:
    silence = Loudness(None, None, None)

    assert read_init(init_bytes(loudness=silence)).tracks[0].loudness == silence


def test_a_loudness_that_nobody_measured_leaves_no_box() -> None:
    data = init_bytes(loudness=None)

    assert read_init(data).tracks[0].loudness is None
    assert b"udta" not in data


def test_a_day_of_sound_at_the_highest_rate_fits() -> None:
    ticks = 86_400 * 96_000

    assert read_init(init_bytes(duration_ticks=ticks)).fragment_duration_ticks == ticks


def segment(*, last_frame_duration_ticks: int | None = None) -> bytes:
    return media_segment(
        sequence_number=7,
        base_media_decode_time_ticks=1 << 40,
        frames=FRAMES,
        last_frame_duration_ticks=last_frame_duration_ticks,
    )


def facts(data: bytes) -> SegmentFacts:
    return read_media_segment(data, None)


def test_a_segment_is_one_fragment_with_its_samples_behind_it() -> None:
    data = segment()
    styp, moof, mdat = boxes(data)

    assert (styp.kind, moof.kind, mdat.kind) == ("styp", "moof", "mdat")
    assert kinds(moof) == ["mfhd", "traf"]
    assert kinds(moof.child("traf")) == ["tfhd", "tfdt", "trun", "sbgp"]
    assert data.endswith(b"".join(FRAMES))
    (fragment,) = facts(data).fragments
    assert (fragment.data_start, fragment.data_end) == (mdat.body, len(data))
    assert fragment.base_is_moof
    assert fragment.sequence_number == 7
    assert fragment.base_media_decode_time_ticks == 1 << 40


def test_a_segment_can_be_read_without_its_initialization_section() -> None:
    (fragment,) = facts(segment()).fragments

    assert (fragment.sample_count, fragment.duration_ticks) == (3, 3 * 1024)
    assert fragment.samples_bytes == sum(map(len, FRAMES))


def test_a_last_frame_may_be_shorter() -> None:
    data = segment(last_frame_duration_ticks=1000)
    (fragment,) = facts(data).fragments

    assert fragment.duration_ticks == 2 * 1024 + 1000
    assert fragment.data_is_inside
    assert data.endswith(b"".join(FRAMES))


def test_the_overhead_of_a_segment_is_under_one_and_a_half_percent() -> None:
    frames = [bytes(372)] * 258  # 128 kbit/s
    data = media_segment(sequence_number=1, base_media_decode_time_ticks=0, frames=frames)

    assert len(data) - 258 * 372 == 156 + 4 * 258


def test_equal_arguments_give_equal_bytes() -> None:
    assert init_bytes() == init_bytes()
    assert segment() == segment()


def lossless_init() -> bytes:
    return initialization_section(
        codec_config=CD.to_bytes(),
        sample_rate_hz=44_100,
        channels=2,
        bitrate_bps=1_411_200,
        media_time_ticks=1368,
        duration_ticks=441_000,
        loudness=DECIBELS,
        codec=Codec.FLAC,
    )


def test_a_lossless_track_says_so_and_its_frames_need_no_others() -> None:
    sound = read_init(lossless_init()).sound

    assert sound is not None
    assert (sound.codec, sound.channels, sound.sample_rate_hz) == ("fLaC", 2, 44_100)
    assert sound.roll_distance is None
    assert sound.edits == (Edit(segment_duration_ticks=441_000, media_time_ticks=1368),)
    assert sound.loudness == DECIBELS


def test_a_lossless_segment_has_no_roll_group() -> None:
    data = media_segment(
        sequence_number=7, base_media_decode_time_ticks=0, frames=FRAMES, codec=Codec.FLAC
    )
    _, moof, _ = boxes(data)

    assert kinds(moof.child("traf")) == ["tfhd", "tfdt", "trun"]
    (fragment,) = facts(data).fragments
    assert fragment.data_is_inside

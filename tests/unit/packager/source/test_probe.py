from pathlib import Path

import pytest

from packager.errors import SourceNotFound, SourceTooLarge, UnsupportedSource
from packager.limits import Limits
from packager.source.facts import Probe
from packager.source.probe import probe
from tests.sources.audio import TRACK, converted, samples_of_m4a, sound_of

LIMITS = Limits()
SAMPLES = 220_507


def probed(music: Path, target: Path, *encoding: str) -> Probe:
    return probe(converted(music, target, *encoding), LIMITS)


@pytest.mark.parametrize(
    ("output", "codec", "bits"),
    [
        ("x.wav -c:a pcm_u8", "pcm_u8", 8),
        ("x.wav -c:a pcm_s24le", "pcm_s24le", 24),
        ("x.wav -c:a pcm_f32le", "pcm_f32le", 32),
        ("x.aiff", "pcm_s16be", 16),
        ("x.flac -sample_fmt s16", "flac", 16),
        ("x.flac -sample_fmt s32", "flac", 24),
        ("x.oga -c:a flac", "flac", 16),
        ("x.m4a -c:a alac", "alac", 16),
    ],
)
def test_a_lossless_header_is_believed(
    output: str, codec: str, bits: int | None, music: Path, tmp_path: Path
) -> None:
    name, *encoding = output.split()
    found = probed(music, tmp_path / name, *encoding)
    assert (found.codec, found.bits_per_sample, found.lossless) == (codec, bits, True)
    assert found.samples == found.promised_samples == SAMPLES
    assert (found.sample_rate_hz, found.channels, found.notes) == (44_100, 2, ())


@pytest.mark.parametrize("codec", ["pcm_alaw", "pcm_mulaw", "adpcm_ms"])
def test_a_telephone_coding_is_not_lossless(codec: str, music: Path, tmp_path: Path) -> None:
    assert not probed(music, tmp_path / "x.wav", "-c:a", codec).lossless


def test_marks_of_encoders_are_taken_off(music: Path, tmp_path: Path) -> None:
    mp3 = probed(music, tmp_path / "x.mp3", "-b:a", "192k")
    assert mp3.samples == SAMPLES
    m4a = probed(music, tmp_path / "x.m4a", "-c:a", "aac")
    assert m4a.samples == samples_of_m4a(SAMPLES)
    assert (m4a.ends_early, m4a.container) == (True, "mov")
    opus = probed(music, tmp_path / "x.opus", "-c:a", "libopus")
    assert (opus.samples, opus.sample_rate_hz) == (-(-SAMPLES * 48_000 // 44_100), 48_000)


def test_without_a_xing_header_nothing_is_promised(music: Path, tmp_path: Path) -> None:
    found = probed(music, tmp_path / "x.mp3", "-q:a", "2", "-write_xing", "0")
    assert (found.samples, found.promised_samples) == (193 * 1152, None)


@pytest.mark.parametrize(
    ("output", "bitrate_bps"),
    [
        ("x.mp3 -b:a 128k", 128_000),
        ("x.mp3 -b:a 320k", 320_000),
        ("x.aac -b:a 128k", 128_000),
        ("x.m4a -b:a 192k", 192_000),
        ("x.webm -c:a libopus -vbr off -b:a 96k", 96_000),
        ("x.opus -c:a libopus -vbr off -b:a 160k", 160_000),
        ("x.wav -c:a pcm_alaw", 705_600),
    ],
)
def test_the_bit_rate_is_that_of_the_packets(
    output: str, bitrate_bps: int, music: Path, tmp_path: Path
) -> None:
    name, *encoding = output.split()
    found = probed(music, tmp_path / name, *encoding)
    assert found.bitrate_bps == pytest.approx(bitrate_bps, rel=0.03)


@pytest.mark.parametrize("output", ["x.mp3 -q:a 2 -write_xing 0", "x.ogg -c:a vorbis -strict -2"])
def test_a_bit_rate_that_varies_is_averaged(output: str, music: Path, tmp_path: Path) -> None:
    """Without a Xing header, libav goes by the first frames, which hold silence here."""
    name, *encoding = output.split()
    path = converted(music, tmp_path / name, "-af", "adelay=2000:all=1", *encoding)
    found = probe(path, LIMITS)
    average_bps = path.stat().st_size * 8 * found.sample_rate_hz / found.samples
    assert found.bitrate_bps == pytest.approx(average_bps, rel=0.05)


def test_a_video_is_noted(music: Path, tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=1", "-shortest")
    found = probed(music, tmp_path / "x.mp4", *picture, "-c:v", "mpeg4", "-c:a", "aac")
    assert found.notes == ("The source is a video; only its sound was packaged.",)


def test_a_cover_is_no_video(music: Path, tmp_path: Path) -> None:
    cover = ("-f", "lavfi", "-i", "color=size=64x64:rate=1:duration=1", "-map", "0", "-map", "1")
    coding = ("-c:v", "mjpeg", "-disposition:v", "attached_pic", "-b:a", "128k")
    found = probed(music, tmp_path / "x.mp3", *cover, *coding)
    assert found.notes == ()
    assert found.bitrate_bps == pytest.approx(128_000, rel=0.001)


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (Limits(duration_s=4), SourceTooLarge),
        (Limits(size_bytes=1_000), SourceTooLarge),
        (Limits(lowest_rate_hz=48_000), UnsupportedSource),
        (Limits(highest_rate_hz=32_000), UnsupportedSource),
        (Limits(channels=1), UnsupportedSource),
    ],
)
@pytest.mark.parametrize("name", ["x.wav", "x.mp3"])
def test_limits(
    limits: Limits, error: type[Exception], name: str, music: Path, tmp_path: Path
) -> None:
    source = converted(music, tmp_path / name)
    with pytest.raises(error):
        probe(source, limits)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"There is no file none\.wav"):
        probe(tmp_path / "none.wav", LIMITS)


@pytest.mark.parametrize("name", ["victory", "defeat", "silence", "sad"])
def test_vorbis_as_it_is_found(name: str) -> None:
    source = TRACK.with_name(f"{name}.ogg")
    assert probe(source, LIMITS).samples == sound_of(source, 2).shape[1]

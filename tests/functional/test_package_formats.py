"""Whatever creators upload: every format, rate, depth and channel count, each with its length."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.sources.audio import TRACK_RATE_HZ, converted, excerpt, heard, samples_of_m4a
from tests.sources.package import InFolder, package_into

SAMPLES = 88_211


@dataclass(frozen=True)
class Format:
    """How ffmpeg makes it, and what has to come out, in samples at ``rate_hz``."""

    name: str
    encoding: tuple[str, ...]
    samples: int = SAMPLES
    rate_hz: int = TRACK_RATE_HZ
    channels: int = 2
    codec: str | None = None

    def __str__(self) -> str:
        return " ".join((self.name, *self.encoding))


def at_48(samples: int) -> int:
    return -(-samples * 48_000 // TRACK_RATE_HZ)


def pcm(codec: str, name: str = "x.wav") -> Format:
    return Format(name, ("-c:a", codec), codec=codec)


EXACT = (
    *map(pcm, ("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le")),
    Format("x.flac", ()),
    Format("x.flac", ("-sample_fmt", "s32")),
    Format("x.m4a", ("-c:a", "alac"), codec="alac"),
    Format("x.aiff", ()),
    Format("x.aiff", ("-c:a", "pcm_s24be"), codec="pcm_s24be"),
    Format("x.caf", ("-c:a", "pcm_s16le")),
    Format("x.wv", (), codec="wavpack"),
    Format("x.tta", (), codec="tta"),
    Format("x.au", ()),
    Format("x.oga", ("-c:a", "flac"), codec="flac"),
    Format("x.mp4", ("-c:a", "flac"), codec="flac"),
    # What the encoder added is marked in these, and taken off again.
    Format("x.mp3", ("-b:a", "128k"), codec="mp3float"),
    Format("x.mp3", ("-q:a", "2"), codec="mp3float"),
    Format("x.m4a", ("-c:a", "aac", "-b:a", "192k"), samples_of_m4a(SAMPLES), codec="aac"),
)
LOSSY = (
    Format("x.mp3", ("-b:a", "192k", "-write_xing", "0"), samples=78 * 1152),
    Format("x.mp3", ("-q:a", "2", "-write_xing", "0"), samples=78 * 1152),
    Format("x.aac", ("-c:a", "aac"), samples=88 * 1024),
    Format("x.ogg", ("-c:a", "vorbis", "-strict", "-2"), codec="vorbis"),
    Format("x.opus", ("-c:a", "libopus"), at_48(SAMPLES), 48_000, codec="opus"),
    Format("x.mkv", ("-c:a", "ac3")),
    Format("x.webm", ("-c:a", "libopus"), at_48(SAMPLES), 48_000),
)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds: no format plays better for being longer."""
    return excerpt(tmp_path_factory.mktemp("music") / "music.wav", samples=SAMPLES)


def assert_plays(asset: InFolder, expected: Format) -> None:
    assert asset.index.sample_rate_hz == expected.rate_hz
    assert asset.index.channels == expected.channels
    assert expected.codec in {None, asset.index.source.codec}
    sound = heard(asset.playlist(asset.rungs[-1]), expected.channels)
    assert np.sqrt(np.mean(sound**2)) > 0.02  # music, not silence


@pytest.mark.parametrize("form", EXACT, ids=str)
def test_every_sample_arrives(form: Format, music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / form.name, *form.encoding)
    asset = package_into(tmp_path / "store", source)
    assert asset.index.samples == form.samples
    assert heard(asset.playlist("128k"), 2).shape[1] == form.samples
    assert_plays(asset, form)


@pytest.mark.parametrize("form", LOSSY, ids=str)
def test_a_lossy_source_has_the_length_that_it_decodes_to(
    form: Format, music: Path, tmp_path: Path
) -> None:
    source = converted(music, tmp_path / form.name, *form.encoding)
    asset = package_into(tmp_path / "store", source)
    # Containers that tell no exact length may be off by a part of a packet.
    assert asset.index.samples == pytest.approx(form.samples, abs=2048)
    assert heard(asset.playlist("128k"), 2).shape[1] - asset.index.samples in range(1024)
    assert_plays(asset, form)


@pytest.mark.long_unless("11025", "48000-48000", "96000")
@pytest.mark.parametrize(
    ("source_rate_hz", "rate_hz"),
    [
        (8_000, 48_000),
        (11_025, 44_100),
        (16_000, 48_000),
        (22_050, 44_100),
        (32_000, 48_000),
        (48_000, 48_000),
        (88_200, 44_100),
        (96_000, 48_000),
        (176_400, 44_100),
        (192_000, 48_000),
    ],
)
def test_every_sample_rate(source_rate_hz: int, rate_hz: int, music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.flac", "-ar", str(source_rate_hz))
    asset = package_into(tmp_path / "store", source)
    source_samples = -(-SAMPLES * source_rate_hz // TRACK_RATE_HZ)
    expected = -(-source_samples * rate_hz // source_rate_hz)
    assert asset.index.sample_rate_hz == rate_hz
    # ffmpeg, which made the source, may have rounded the other way.
    assert asset.index.samples == pytest.approx(expected, abs=rate_hz / source_rate_hz)
    assert heard(asset.playlist("256k"), 2).shape[1] == asset.index.samples


@pytest.mark.long_unless("1", "2", "6")
@pytest.mark.parametrize("source_channels", range(1, 9))
def test_every_channel_count(source_channels: int, music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.wav", "-ac", str(source_channels))
    asset = package_into(tmp_path / "store", source)
    channels = min(source_channels, 2)
    assert asset.index.channels == channels
    assert heard(asset.playlist("256k"), channels).shape == (channels, SAMPLES)


def test_channels_without_a_layout_are_taken_for_the_usual_one(music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.aiff", "-af", "pan=6c|c0=c0|c1=c1|c2=c0|c4=c1")
    asset = package_into(tmp_path / "store", source)
    assert asset.index.source.channels == 6
    assert asset.index.channels == 2


def test_a_video_gives_its_sound_and_a_note(music: Path, tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=5")
    coding = ("-c:v", "mpeg4", "-c:a", "aac", "-shortest")
    source = converted(music, tmp_path / "x.mp4", *picture, *coding)
    asset = package_into(tmp_path / "store", source)
    assert any("video" in note for note in asset.index.notes)
    assert_plays(asset, Format("x.mp4", ()))


def test_streamed_wav_without_a_length(music: Path, tmp_path: Path) -> None:
    data = bytearray(music.read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    source = tmp_path / "x.wav"
    source.write_bytes(data)
    assert package_into(tmp_path / "store", source).index.samples == SAMPLES

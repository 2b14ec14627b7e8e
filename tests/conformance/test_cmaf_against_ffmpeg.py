"""ffmpeg decodes what we write, to the sample; we read what ffmpeg writes."""

import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from manifests.boxes import read_init, read_media_segment
from packager.publishing.cmaf import media_segment
from tests.conformance.cmaf_track import FFMPEG, FFPROBE, FRAME, SILENCE, Track, make_track


def decode(path: Path, channels: int) -> npt.NDArray[np.float32]:
    done = subprocess.run(
        [FFMPEG, "-v", "warning", "-i", path, "-f", "f32le", "-"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == b""
    return np.frombuffer(done.stdout, np.float32).reshape(-1, channels).T


def probe(path: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [FFPROBE, "-v", "error", "-show_packets", "-of", "json", path],
        capture_output=True,
        check=True,
        timeout=60,
    )
    packets: list[dict[str, Any]] = json.loads(done.stdout)["packets"]
    return packets


def write(track: Track, folder: Path) -> Path:
    path = folder / "track.mp4"
    path.write_bytes(track.file)
    return path


@pytest.mark.parametrize(
    ("samples", "sample_rate_hz", "channels"),
    [
        (5 * 44_100, 44_100, 2),
        (5 * 44_100 + 77, 44_100, 1),
        (3 * 48_000 + 1, 48_000, 2),
        (200 * FRAME, 48_000, 1),
        (441, 44_100, 2),
    ],
)
def test_decoding_gives_back_every_sample_and_no_other(
    samples: int, sample_rate_hz: int, channels: int, tmp_path: Path
) -> None:
    track = make_track(samples, tmp_path, sample_rate_hz=sample_rate_hz, channels=channels)

    decoded = decode(write(track, tmp_path), channels)

    assert track.frame_count == (samples + -samples % FRAME) // FRAME + 1
    assert decoded.shape == (channels, samples)
    assert np.sqrt(np.mean((decoded - track.pcm) ** 2)) < 0.01


def test_a_loudness_box_without_a_value_is_taken(tmp_path: Path) -> None:
    track = make_track(5 * 44_100, tmp_path, loudness=SILENCE)

    assert b"tlou" in track.init
    assert decode(write(track, tmp_path), 2).shape == (2, 5 * 44_100)


def test_a_shorter_last_frame_is_taken_as_it_is(tmp_path: Path) -> None:
    """Where decoding disagrees with the header, the last sample's duration tells the truth."""
    track = make_track(20 * FRAME, tmp_path)
    path = tmp_path / "track.mp4"
    segment = media_segment(
        sequence_number=1,
        base_media_decode_time_ticks=0,
        frames=[bytes(10)] * 2,
        last_frame_duration_ticks=1000,
    )
    path.write_bytes(track.init + segment)

    assert [packet["duration"] for packet in probe(path)] == [1024, 1000]


def test_every_packet_is_where_we_say(tmp_path: Path) -> None:
    track = make_track(5 * 44_100, tmp_path)
    packets = probe(write(track, tmp_path))
    fragments = [read_media_segment(one, None).fragments[0] for one in track.segments]

    assert len(packets) == sum(one.sample_count for one in fragments)
    assert sum(int(packet["size"]) for packet in packets) == sum(
        one.samples_bytes or 0 for one in fragments
    )


def make_with_ffmpeg(path: Path, *options: str) -> None:
    source = ("-f", "lavfi", "-i", "sine=frequency=440:duration=7:sample_rate=48000")
    subprocess.run([FFMPEG, "-v", "error", *source, *options, path], check=True, timeout=60)


@pytest.mark.parametrize(
    ("codec", "expected"),
    [("aac", "mp4a.40.2"), ("flac", "fLaC"), ("libopus", "Opus")],
)
@pytest.mark.parametrize(
    "flags",
    ["empty_moov+default_base_moof", "empty_moov", "empty_moov+cmaf", "dash+global_sidx"],
)
def test_files_of_ffmpeg_are_read(codec: str, expected: str, flags: str, tmp_path: Path) -> None:
    path = tmp_path / "peer.mp4"
    make_with_ffmpeg(path, "-c:a", codec, "-movflags", flags, "-frag_duration", "2000000")
    data = path.read_bytes()
    packets = probe(path)

    init = read_init(data)
    segment = read_media_segment(data, init)

    sound = init.sound
    assert sound is not None
    assert (sound.codec, sound.sample_rate_hz, sound.channels) == (expected, 48_000, 1)
    assert init.has_movie_extends
    assert segment.boxes.count("moof") > 1
    assert ("sidx" in segment.boxes) is ("sidx" in flags)
    assert sum(one.sample_count for one in segment.fragments) == len(packets)
    assert sum(one.samples_bytes or 0 for one in segment.fragments) == sum(
        int(packet["size"]) for packet in packets
    )
    assert all(one.data_is_inside for one in segment.fragments)
    assert sum(one.duration_ticks or 0 for one in segment.fragments) == sum(
        int(packet["duration"]) for packet in packets
    )


def test_segments_of_ffmpegs_hls_muxer_follow_each_other(tmp_path: Path) -> None:
    make_with_ffmpeg(
        tmp_path / "peer.m3u8",
        *("-c:a", "aac", "-f", "hls", "-hls_time", "2", "-hls_list_size", "0"),
        *("-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4"),
    )
    init = read_init((tmp_path / "init.mp4").read_bytes())
    names = sorted(tmp_path.glob("*.m4s"))

    fragments = [
        fragment
        for name in names
        for fragment in read_media_segment(name.read_bytes(), init).fragments
    ]

    assert len(names) > 2
    for before, after in pairwise(fragments):
        assert before.base_media_decode_time_ticks is not None
        assert before.duration_ticks is not None
        expected = before.base_media_decode_time_ticks + before.duration_ticks
        assert after.base_media_decode_time_ticks == expected

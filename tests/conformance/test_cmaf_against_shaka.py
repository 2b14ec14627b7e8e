"""Shaka Packager's tracks are read, clear and protected; it repackages ours."""

import subprocess
from pathlib import Path

import pytest

from manifests.boxes import InitFacts, SegmentFacts, read_init, read_media_segment
from tests.conformance.cmaf_track import FRAME, SHAKA, SILENCE, Track, make_track

PROTECTION = (
    "--enable_raw_key_encryption",
    "--keys=label=:key_id=" + "ab" * 16 + ":key=" + "cd" * 16,
    "--clear_lead=0",
)


@pytest.fixture(scope="module", name="track")
def _track(tmp_path_factory: pytest.TempPathFactory) -> Track:
    return make_track(7 * 44_100, tmp_path_factory.mktemp("track"))


def repackage(track: Track, folder: Path, *options: str) -> tuple[InitFacts, list[SegmentFacts]]:
    source = folder / "ours.mp4"
    source.write_bytes(track.file)
    stream = ",".join(
        (
            f"in={source}",
            "stream=audio",
            f"init_segment={folder}/init.mp4",
            f"segment_template={folder}/$Number%03d$.m4s",
        )
    )
    command = [SHAKA, stream, "--segment_duration=2", "--quiet", *options]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    init = read_init((folder / "init.mp4").read_bytes())
    names = sorted(folder.glob("*.m4s"))
    return init, [read_media_segment(name.read_bytes(), init) for name in names]


def test_its_copy_of_our_track_has_the_same_samples(track: Track, tmp_path: Path) -> None:
    init, segments = repackage(track, tmp_path)
    ours = [read_media_segment(one, None).fragments[0] for one in track.segments]
    theirs = [fragment for segment in segments for fragment in segment.fragments]

    sound = init.sound
    assert sound is not None
    assert (sound.codec, sound.sample_rate_hz, sound.channels) == ("mp4a.40.2", 44_100, 2)
    assert "cmfc" in init.brands
    assert sum(one.sample_count for one in theirs) == sum(one.sample_count for one in ours)
    assert sum(one.samples_bytes or 0 for one in theirs) == sum(
        one.samples_bytes or 0 for one in ours
    )
    assert sum(one.duration_ticks or 0 for one in theirs) == FRAME * track.frame_count
    assert all(one.data_is_inside for one in theirs)


def test_it_takes_a_loudness_box_without_a_value(tmp_path: Path) -> None:
    silent = make_track(3 * 44_100, tmp_path, loudness=SILENCE)
    _, segments = repackage(silent, tmp_path)

    assert sum(one.fragments[0].sample_count for one in segments) == silent.frame_count


@pytest.mark.parametrize("scheme", ["cenc", "cbcs"])
def test_its_protected_tracks_are_read(scheme: str, track: Track, tmp_path: Path) -> None:
    init, segments = repackage(track, tmp_path, *PROTECTION, f"--protection_scheme={scheme}")

    sound = init.sound
    assert sound is not None
    assert (sound.coding, sound.codec) == ("enca", "mp4a.40.2")
    assert sound.encryption_scheme == scheme
    assert sum(one.fragments[0].sample_count for one in segments) == track.frame_count

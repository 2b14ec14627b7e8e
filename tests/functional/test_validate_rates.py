"""``soundbridge validate`` on bit rates: of music beside silence, and of real excess."""

from pathlib import Path

import pytest

from tests.functional.seeding import ENTRY, SECOND, Seed, inspect, put, rules
from tests.sources.audio import TRACK_RATE_HZ, converted, excerpt
from tests.sources.package import package_into


def with_silence(folder: Path, music_s: int) -> Path:
    """Package music before forty seconds of digital silence."""
    music = excerpt(folder / "music.wav", samples=music_s * TRACK_RATE_HZ)
    source = converted(music, folder / "source.wav", "-af", "apad=pad_dur=40")
    return package_into(folder / "store", source).folder


def heavier(name: str, free_bytes: int) -> Seed:
    """Return a defect: so many bytes more in a segment, that no sample uses."""

    def seed(folder: Path) -> None:
        free = free_bytes.to_bytes(4, "big") + b"free" + bytes(free_bytes - 8)
        (folder / name).write_bytes((folder / name).read_bytes() + free)

    return seed


@pytest.mark.long
def test_silence_beside_music_is_no_peak_of_the_music(tmp_path: Path) -> None:
    assert inspect(with_silence(tmp_path, 8)).findings == ()


@pytest.mark.long
def test_an_excess_beside_silence_is_found(tmp_path: Path) -> None:
    folder = with_silence(tmp_path, 20)
    heavier("128k/00000.m4s", 300_000)(folder)
    assert "HLS-PEAK-TO-AVERAGE" in rules(inspect(folder))


def test_an_excess_is_found_however_large(copy: Path) -> None:
    heavier(SECOND, 1 << 20)(copy)
    assert "HLS-PEAK-TO-AVERAGE" in rules(inspect(copy))


def test_nothing_is_found_in_silence(tmp_path: Path) -> None:
    music = excerpt(tmp_path / "music.wav")
    source = converted(music, tmp_path / "source.wav", "-af", "volume=0")
    assert inspect(package_into(tmp_path / "store", source).folder).findings == ()


def test_an_excess_is_found_in_what_is_declared_where_nothing_can_be_read(copy: Path) -> None:
    for segment in copy.rglob("*.m4s"):
        segment.unlink()
    put(ENTRY, b":BANDWIDTH=", b":BANDWIDTH=1")(copy)
    assert rules(inspect(copy / ENTRY)) == {
        "URI-UNREADABLE",
        "HLS-DECLARED-PEAK-TO-AVERAGE",
        "HLS-NO-CELLULAR-VARIANT",
    }

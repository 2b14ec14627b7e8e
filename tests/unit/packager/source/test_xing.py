import struct
from pathlib import Path

import pytest

from packager.errors import CorruptSource
from packager.limits import Limits
from packager.source.probe import probe
from packager.source.xing import declared_frames
from tests.sources.audio import converted
from tests.sources.package import package_into


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", [b"Xing", b"Info"])
@pytest.mark.parametrize(("flags", "frames"), [(1, 77), (15, 77), (14, None)])
def test_the_count_where_the_flag_says_so(
    name: bytes, flags: int, frames: int | None, tmp_path: Path
) -> None:
    frame = bytes(36) + name + struct.pack(">II", flags, 77) + bytes(300)
    file = written(tmp_path / "x", b"ID3" + bytes(5_000) + frame + b"\xff\xfb")
    assert declared_frames(file, 5_003 + len(frame)) == frames


@pytest.mark.parametrize("before", [b"", b"Xing", b"Info\0\0\0\1\0\0\0", bytes(4_000)])
def test_none(before: bytes, tmp_path: Path) -> None:
    assert declared_frames(written(tmp_path / "x", before), len(before)) is None


@pytest.mark.parametrize("quality", [("-b:a", "128k"), ("-q:a", "2")])
@pytest.mark.parametrize("rate_hz", ["8000", "22050", "44100"])
def test_a_whole_mp3_keeps_its_promise_and_one_cut_off_does_not(
    quality: tuple[str, str], rate_hz: str, music: Path, tmp_path: Path
) -> None:
    source = converted(music, tmp_path / "x.mp3", "-ar", rate_hz, *quality)
    found = probe(source, Limits())
    assert found.promised_samples is not None
    assert 0 <= found.samples - found.promised_samples < 3 * 1152
    data = source.read_bytes()
    cut = written(tmp_path / "cut.mp3", data[: len(data) * 9 // 10])
    with pytest.raises(CorruptSource, match="cut off"):
        package_into(tmp_path / "store", cut)


def test_recordings_joined_at_their_ends_are_whole(music: Path, tmp_path: Path) -> None:
    one = converted(music, tmp_path / "1.mp3", "-b:a", "128k").read_bytes()
    two = converted(music, tmp_path / "2.mp3", "-q:a", "0").read_bytes()
    joined = package_into(tmp_path / "store", written(tmp_path / "x.mp3", one + two))
    assert joined.index.samples == pytest.approx(2 * 220_507, abs=4 * 1152)

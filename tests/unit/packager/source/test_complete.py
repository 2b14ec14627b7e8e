import struct
from pathlib import Path

import pytest

from packager.errors import CorruptSource
from packager.source.complete import check_complete
from tests.sources.audio import converted


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "container"), [("x.wav", "wav"), ("x.oga", "ogg")])
def test_a_whole_file_passes_and_any_shorter_one_does_not(
    name: str, container: str, music: Path, tmp_path: Path
) -> None:
    data = converted(music, tmp_path / name, "-bitexact").read_bytes()
    whole = written(tmp_path / "whole", data)
    check_complete(whole, container)
    for size in (len(data) - 1, len(data) - 5_000, len(data) // 2):
        with pytest.raises(CorruptSource, match="cut off"):
            check_complete(written(tmp_path / "cut", data[:size]), container)


def test_what_follows_a_wav_does_not_matter(music: Path, tmp_path: Path) -> None:
    check_complete(written(tmp_path / "x.wav", music.read_bytes() + b"junk"), "wav")


@pytest.mark.parametrize("junk", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", bytes(100_000)])
def test_framing_that_is_none_is_left_to_the_decoder(junk: bytes, tmp_path: Path) -> None:
    check_complete(written(tmp_path / "x", junk), "wav")


def test_an_endless_row_of_empty_chunks_ends(tmp_path: Path) -> None:
    chunks = struct.pack("<4sI", b"junk", 0) * 200_000
    check_complete(written(tmp_path / "x", b"RIFF\0\0\0\0WAVE" + chunks), "wav")


def test_an_ogg_without_pages(tmp_path: Path) -> None:
    with pytest.raises(CorruptSource):
        check_complete(written(tmp_path / "x", bytes(1_000)), "ogg")

# ruff: noqa: RUF001 - letters of many scripts are the point here
import struct
from pathlib import Path

import pytest

from packager.source.container import open_source
from packager.source.tags import MAX_LENGTH, NAMES, read_tags
from tests.sources import id3
from tests.sources.sine import write_sine

MUSIC = Path("/usr/share/games/wesnoth/1.16/data/core/music")


def tags_of(path: Path) -> dict[str, str]:
    with open_source(path) as source:
        return read_tags(source.container)


def with_metadata(path: Path, *codec: str, **metadata: str) -> Path:
    options = [f"{name}={value}" for name, value in metadata.items()]
    flags = [part for option in options for part in ("-metadata", option)]
    return write_sine(path, *codec, *flags)


@pytest.mark.parametrize("name", ["t.mp3", "t.m4a", "t.flac", "t.ogg", "t.opus", "t.wav", "t.mka"])
def test_every_container_gives_the_same_names(tmp_path: Path, name: str) -> None:
    codec = {"t.ogg": ("-c:a", "libopus")}.get(name, ())
    path = with_metadata(
        tmp_path / name, *codec, title="Königin", artist="宇多田ヒカル", album="Кино", track="3"
    )
    assert tags_of(path) == {
        "album": "Кино",
        "artist": "宇多田ヒカル",
        "title": "Königin",
        "track": "3",
    }


def test_a_real_track_at_stream_level() -> None:
    assert tags_of(MUSIC / "battle.ogg") == {
        "album": "The Battle for Wesnoth OST",
        "album_artist": "Wesnoth Project",
        "artist": "Aleksi Aubry-Carlson",
        "composer": "Aleksi Aubry-Carlson",
        "copyright": "Aleksi Aubry-Carlson (C)2006",
        "date": "2006",
        "disc": "2",
        "genre": "Romantic Classical",
        "license": "GPL",
        "title": "Battle Music",
        "track": "9",
    }


def test_flac_names_become_ours(tmp_path: Path) -> None:
    metadata = {
        "ALBUMARTIST": "Various",
        "TRACKNUMBER": "7",
        "DISCNUMBER": "2",
        "YEAR": "1999",
        "Label": "Own",
        "ISRC": "QZ1234567890",
    }
    assert tags_of(with_metadata(tmp_path / "t.flac", **metadata)) == {
        "album_artist": "Various",
        "date": "1999",
        "disc": "2",
        "isrc": "QZ1234567890",
        "publisher": "Own",
        "track": "7",
    }


def test_only_listed_names_are_kept_and_short(tmp_path: Path) -> None:
    private = {f"private_{number}": "x" for number in range(50)}
    path = with_metadata(tmp_path / "t.flac", **private, comment="c" * 5_000, title=" \x07 ")
    tags = tags_of(path)
    assert tags == {"comment": "c" * MAX_LENGTH}
    assert tags.keys() <= NAMES


def test_no_language_is_no_tag(tmp_path: Path) -> None:
    assert tags_of(write_sine(tmp_path / "t.m4a")) == {}
    german = write_sine(tmp_path / "german.m4a", "-metadata:s:a:0", "language=deu")
    assert tags_of(german) == {"language": "deu"}


@pytest.mark.parametrize(
    ("encoding", "title", "artist"),
    [
        ("utf-8", "Ágætis byrjun", "Sigur Rós"),
        ("cp1251", "Группа крови", "Кино"),
        ("cp932", "小さな恋のうた", "モンゴル800"),
        ("gb18030", "月亮代表我的心", "邓丽君"),
        ("cp1252", "Naïve – Café", "Motörhead"),
    ],
)
def test_id3_frames_that_lie_about_their_encoding(
    tmp_path: Path, encoding: str, title: str, artist: str
) -> None:
    sound = write_sine(tmp_path / "plain.mp3", "-id3v2_version", "0").read_bytes()
    texts = (title.encode(encoding), artist.encode(encoding))
    new, old = tmp_path / "new.mp3", tmp_path / "old.mp3"
    new.write_bytes(id3.version_2({"TIT2": texts[0], "TPE1": texts[1]}) + sound)
    old.write_bytes(sound + id3.version_1(*texts))
    assert tags_of(new) == {"artist": artist, "title": title}
    assert tags_of(old) == {"artist": artist, "title": title}


def test_riff_info_in_an_old_encoding_does_not_fail_the_file(tmp_path: Path) -> None:
    title = "Für Elise".encode("latin-1") + b"\0"
    information = b"INFOINAM" + struct.pack("<I", len(title)) + title
    path = write_sine(tmp_path / "t.wav", "-bitexact")
    chunk = b"LIST" + struct.pack("<I", len(information)) + information
    path.write_bytes(path.read_bytes() + chunk)
    assert tags_of(path) == {"title": "Für Elise"}

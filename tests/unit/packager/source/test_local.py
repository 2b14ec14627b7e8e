import hashlib
from pathlib import Path

import pytest

from packager.errors import SourceNotFound
from packager.limits import Limits
from packager.source.digest import hashing
from packager.source.local import local_file, name_of


@pytest.mark.parametrize("name", ["x.wav", "a b.wav", "100%.wav", "a?b#c.wav", "\u00e9.wav"])
def test_a_path_or_file_url_is_used_where_it_lies(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for source in (path, str(path), path.as_uri()):
        with local_file(source, Limits()) as found:
            assert found == path


def test_the_digest_of_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with hashing(tmp_path / "x") as sha256:
        assert sha256().startswith("e3b0c44298fc1c149afb")


def test_the_digest_of_a_file_of_many_blocks(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20_000
    (tmp_path / "x").write_bytes(data)
    with hashing(tmp_path / "x") as sha256:
        assert sha256() == hashlib.sha256(data).hexdigest()


def test_who_needs_no_digest_any_more_does_not_wait_for_it(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(2**40)
    with hashing(tmp_path / "x"):
        pass


def test_a_file_that_went_away(tmp_path: Path) -> None:
    with (
        hashing(tmp_path / "x") as sha256,
        pytest.raises(SourceNotFound, match="cannot be read any more"),
    ):
        sha256()


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("music/Blue Train.flac", "Blue Train"),
        (Path("episode 12.final.wav"), "episode 12.final"),
        ("s3://uploads/2026/caf%C3%A9.m4a", "café"),
        ("file:///tmp/a%20song.wav", "a song"),
        ("bell\x07\u202e.wav", "bell"),
    ],
)
def test_a_source_is_called_after_its_file(source: str | Path, name: str) -> None:
    assert name_of(source) == name

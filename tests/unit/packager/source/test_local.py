from pathlib import Path

import pytest

from packager.limits import Limits
from packager.source.local import local_file, name_of


@pytest.mark.parametrize("name", ["x.wav", "a b.wav", "100%.wav", "a?b#c.wav", "\u00e9.wav"])
def test_a_path_or_file_url_is_used_where_it_lies(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"sound")
    for source in (path, str(path), path.as_uri()):
        with local_file(source, Limits()) as found:
            assert (found.path, found.size_bytes) == (path, 5)


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

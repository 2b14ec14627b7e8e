"""``soundbridge validate`` on a bucket: below a prefix, one playlist, and where nothing is."""

import os
import subprocess
import sys
from collections.abc import Iterator

import obstore
import pytest

from tests.servers.seaweedfs import Bucket, seaweedfs
from tests.sources.audio import excerpt
from tests.sources.package import package_into


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket with one asset under a prefix."""
    root = tmp_path_factory.mktemp("root")
    packaged = package_into(root / "store", excerpt(root / "music.wav"))
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs"), "audio") as bucket:
        store = bucket.store("some music")
        for name, content in packaged.objects().items():
            obstore.put(store, name, content)
        yield bucket


def validate(s3: Bucket, target: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "origin.cli", "validate", target],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | s3.environment,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_prefix_is_checked_as_a_folder_is(s3: Bucket) -> None:
    assert validate(s3, "s3://audio/some music") == (
        0,
        "No findings in 3 renditions, 3 segments.\n",
    )


def test_one_playlist_can_be_named(s3: Bucket) -> None:
    playlist = "s3://audio/some music/128k/playlist.m3u8"
    assert validate(s3, playlist) == (0, "No findings in 1 rendition, 1 segment.\n")


def test_a_playlist_does_not_lead_out_of_its_prefix(s3: Bucket) -> None:
    store = s3.store("some music")
    text = bytes(obstore.get(store, "128k/playlist.m3u8").bytes())
    hostile = text.replace(b"00000.m4s", b"../../some music/128k/00000.m4s")
    obstore.put(s3.store("hostile"), "a.m3u8", hostile)
    status, said = validate(s3, "s3://audio/hostile")
    assert status == 1
    assert "URI-REFUSED" in said


def test_nothing_there_is_a_finding(s3: Bucket) -> None:
    for target in ("s3://audio/nothing", "s3://audio/nothing.m3u8", "s3://elsewhere/x"):
        status, said = validate(s3, target)
        assert status == 1
        assert "URI-UNREADABLE" in said

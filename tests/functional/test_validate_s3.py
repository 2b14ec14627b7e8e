"""``soundbridge validate`` on a bucket: below a prefix, one playlist, and where nothing is."""

from pathlib import Path

import obstore
import pytest

from tests.servers.seaweedfs import Bucket
from tests.servers.soundbridge import soundbridge
from tests.sources.package import package_into


@pytest.fixture(scope="module")
def asset(s3: Bucket, music: Path, tmp_path_factory: pytest.TempPathFactory) -> Bucket:
    """A bucket with one asset under a prefix."""
    packaged = package_into(tmp_path_factory.mktemp("store"), music)
    store = s3.store("some music")
    for name, content in packaged.objects().items():
        obstore.put(store, name, content)
    return s3


def validate(asset: Bucket, target: str) -> tuple[int, str]:
    done = soundbridge("validate", target, environment=asset.environment)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_prefix_is_checked_as_a_folder_is(asset: Bucket) -> None:
    assert validate(asset, "s3://audio/some music") == (
        0,
        "No findings in 3 renditions, 3 segments.\n",
    )


def test_one_playlist_can_be_named(asset: Bucket) -> None:
    playlist = "s3://audio/some music/128k/playlist.m3u8"
    assert validate(asset, playlist) == (0, "No findings in 1 rendition, 1 segment.\n")


def test_a_playlist_does_not_lead_out_of_its_prefix(asset: Bucket) -> None:
    store = asset.store("some music")
    text = bytes(obstore.get(store, "128k/playlist.m3u8").bytes())
    hostile = text.replace(b"00000.m4s", b"../../some music/128k/00000.m4s")
    obstore.put(asset.store("hostile"), "a.m3u8", hostile)
    status, said = validate(asset, "s3://audio/hostile")
    assert status == 1
    assert "URI-REFUSED" in said


@pytest.mark.long
def test_nothing_there_is_a_finding(asset: Bucket) -> None:
    for target in ("s3://audio/nothing", "s3://audio/nothing.m3u8", "s3://elsewhere/x"):
        status, said = validate(asset, target)
        assert status == 1
        assert "URI-UNREADABLE" in said

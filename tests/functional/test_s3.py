"""The main job with an S3 store on both ends, as a cloud has it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import obstore
import pytest

from tests.servers.seaweedfs import Bucket, seaweedfs


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs"), "audio") as bucket:
        yield bucket


def soundbridge(s3: Bucket, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "origin.cli", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | s3.environment,
    )


def test_from_a_bucket_into_a_bucket_and_out_over_http(s3: Bucket, music: Path) -> None:
    store = s3.store()
    obstore.put(store, "uploads/a song.wav", music.read_bytes())

    packaging = soundbridge(
        s3, "package", "s3://audio/uploads/a%20song.wav", "s3://audio/media here", "--json"
    )
    said, errors = packaging.communicate(timeout=60)
    assert packaging.returncode == 0, errors
    result = json.loads(said)
    assert result["samples"] == 220_507

    server = soundbridge(s3, "serve", "--store", "s3://audio/media here", "--port", "0")
    try:
        assert server.stdout is not None
        found = re.search(r"http://[\d.:]+", server.stdout.readline())
        assert found is not None
        with urlopen(f"{found[0]}/{result['playback_id']}.m3u8", timeout=10) as response:  # noqa: S310 our own server
            assert result["renditions"][0]["playlist"] in response.read().decode()
        segment = result["renditions"][0]["playlist"].replace("playlist.m3u8", "00000.m4s")
        with urlopen(f"{found[0]}/{segment}", timeout=10) as response:  # noqa: S310 our own server
            stored = obstore.get(store, f"media here/{segment}").bytes()
            assert response.read() == bytes(stored)
    finally:
        server.terminate()
        server.communicate(timeout=20)


@pytest.mark.parametrize(
    ("source", "destination", "said"),
    [
        ("s3://audio/uploads/missing.wav", "s3://audio/media", "There is nothing at"),
        ("{music}", "s3://no-such-bucket", "could not be"),
    ],
)
def test_what_the_store_refuses_is_said(
    s3: Bucket, music: Path, source: str, destination: str, said: str
) -> None:
    packaging = soundbridge(s3, "package", source.format(music=music), destination)
    _, errors = packaging.communicate(timeout=60)
    assert packaging.returncode == 1
    assert said in errors
    assert "Traceback" not in errors


def test_a_bad_source_leaves_nothing_in_the_bucket(s3: Bucket, tmp_path: Path) -> None:
    store = s3.store("clean")
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF" + bytes(2_000))
    packaging = soundbridge(s3, "package", str(bad), "s3://audio/clean")
    packaging.communicate(timeout=60)
    assert packaging.returncode == 1
    assert list(obstore.list(store)) == []

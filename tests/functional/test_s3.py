"""The main job with an S3 store on both ends, as a cloud has it."""

import json
from pathlib import Path
from urllib.request import urlopen

import obstore
import pytest
from obstore.store import S3Store

from packager.publishing.storage import Storage
from tests.servers.seaweedfs import Bucket
from tests.servers.soundbridge import serving, soundbridge


def test_from_a_bucket_into_a_bucket_and_out_over_http(s3: Bucket, music: Path) -> None:
    store = s3.store()
    obstore.put(store, "uploads/a song.wav", music.read_bytes())

    packaging = soundbridge(
        *("package", "s3://audio/uploads/a%20song.wav", "s3://audio/media here", "--json"),
        environment=s3.environment,
    )
    assert packaging.returncode == 0, packaging.stderr
    result = json.loads(packaging.stdout)
    assert result["samples"] == 220_507

    with serving("s3://audio/media here", s3.environment) as url:
        with urlopen(f"{url}/{result['playback_id']}.m3u8", timeout=10) as response:  # noqa: S310 our own server
            assert result["renditions"][0]["playlist"] in response.read().decode()
        segment = result["renditions"][0]["playlist"].replace("playlist.m3u8", "00000.m4s")
        with urlopen(f"{url}/{segment}", timeout=10) as response:  # noqa: S310 our own server
            stored = obstore.get(store, f"media here/{segment}").bytes()
            assert response.read() == bytes(stored)


def test_a_bucket_that_knows_no_conditions_is_asked_first(s3: Bucket) -> None:
    store = S3Store(
        s3.name,
        prefix="plain",
        endpoint=s3.endpoint,
        region="us-east-1",
        access_key_id="any",
        secret_access_key="any",  # noqa: S106 any will do
        conditional_put="disabled",
        client_options={"allow_http": True},
    )
    with Storage(store) as storage:
        assert storage.create("a", b"one")
        assert not storage.create("a", b"another")
        assert storage.read("a") == b"one"


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
    packaging = soundbridge(
        "package", source.format(music=music), destination, environment=s3.environment
    )
    assert packaging.returncode == 1
    assert said in packaging.stderr
    assert "Traceback" not in packaging.stderr


def test_a_bad_source_leaves_nothing_in_the_bucket(s3: Bucket, tmp_path: Path) -> None:
    store = s3.store("clean")
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF" + bytes(2_000))
    packaging = soundbridge("package", bad, "s3://audio/clean", environment=s3.environment)
    assert packaging.returncode == 1
    assert list(obstore.list(store)) == []

"""A song packaged into a bucket, and all that is there then."""

from datetime import timedelta
from pathlib import Path

import pytest
from obstore.store import ObjectStore, S3Store

from manifests.entry import Entry
from packager.package import package
from tests.functional.looking import keys, read, timeless
from tests.servers.seaweedfs import Bucket
from tests.sources.package import warm_reader


def quick(bucket: Bucket, prefix: str, retries: int = 10) -> S3Store:
    """The bucket as our commands open it, with all their patience but less time in between."""
    return S3Store(
        bucket.name,
        prefix=prefix,
        endpoint=bucket.endpoint,
        region="us-east-1",
        access_key_id="any",
        secret_access_key="any",  # noqa: S106 any will do
        client_options={"allow_http": True, "timeout": "10s"},
        retry_config={
            "max_retries": retries,
            "backoff": {
                "init_backoff": timedelta(milliseconds=5),
                "max_backoff": timedelta(milliseconds=100),
                "base": 2,
            },
        },
    )


def reached(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    """Let the environment tell where a bucket is, and whatever else is given."""
    for name, value in {**bucket.environment, **more}.items():
        monkeypatch.setenv(name, value)


def contents(store: ObjectStore, *folders: str) -> dict[str, bytes]:
    """What is in these folders, by key, but for the moments of entries."""
    return {
        key: timeless(key, read(store, key)) for folder in folders for key in keys(store, folder)
    }


def package_song(source: Path | str, store: ObjectStore) -> Entry:
    done = package(
        source,
        store,
        asset_id="song",
        playback_id="plays",
        created_at="2026-01-02T03:04:05Z",
        workers=2,
        reader=warm_reader(),
    )
    return done.entry

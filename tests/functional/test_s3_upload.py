"""`soundbridge enqueue --store`: a source that workers elsewhere can read."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import obstore
from click.testing import CliRunner, Result
from obstore.store import LocalStore, ObjectStore

from manifests.entry import Entry
from origin.cli import main
from origin.database.engine import FILE_NAME
from tests.servers.fault_proxy import PASSING, Fault, Request, fault_proxy, seeded
from tests.servers.seaweedfs import Bucket
from tests.servers.soundbridge import SOUNDBRIDGE


def enqueue(
    state: Path, source: Path | str, *options: str, environment: Mapping[str, str] | None = None
) -> Result:
    arguments = ["enqueue", str(source), "--state", str(state), "--json", *options]
    return CliRunner().invoke(main, arguments, env=environment)


def ids(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def sources(state: Path) -> list[str]:
    """Where the jobs in the queue have their source."""
    with closing(sqlite3.connect(state / FILE_NAME)) as database:
        rows = database.execute("SELECT payload FROM jobs ORDER BY created_s").fetchall()
    return [json.loads(payload)["source"] for (payload,) in rows]


def keys(store: ObjectStore) -> set[str]:
    return {found["path"] for page in obstore.list(store) for found in page}


def test_a_worker_elsewhere_packages_what_was_uploaded(
    s3: Bucket, music: Path, tmp_path: Path
) -> None:
    song = Path(shutil.copy(music, tmp_path / "Été à Paris #1.wav"))
    state = tmp_path / "state"
    location = "s3://audio/my store"
    queued = ids(enqueue(state, song, "--store", location, environment=s3.environment))
    song.unlink()

    store = s3.store("my store")
    assert keys(store) == {f"sources/{queued['asset_id']}/Été à Paris -1.wav"}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    worker = subprocess.Popen(
        [*SOUNDBRIDGE, "worker", "--store", location, "--state", state],
        env=os.environ | s3.environment,
        cwd=elsewhere,
        stderr=subprocess.DEVNULL,
    )
    try:
        entry = wait_for_complete(store, queued["playback_id"])
    finally:
        worker.terminate()
        worker.wait(60)
    assert entry.title == "Été à Paris -1"
    assert list(elsewhere.iterdir()) == []


def wait_for_complete(store: ObjectStore, playback_id: str) -> Entry:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            data = bytes(obstore.get(store, f"entry/{playback_id}.json").bytes())
        except FileNotFoundError:
            time.sleep(0.1)
            continue
        entry = Entry.from_json(data)
        if not entry.provisional:
            return entry
        time.sleep(0.1)
    raise TimeoutError("the worker has not packaged it")


def test_a_large_file_goes_in_parts_through_faults(s3: Bucket, tmp_path: Path) -> None:
    large = tmp_path / "large.wav"
    large.write_bytes(os.urandom(20 * 1024 * 1024 + 7))
    parts = set()
    faults = seeded(3, 0.3, PASSING)

    def plan(request: Request) -> Fault | None:
        if "partNumber=" in request.target:
            parts.add(request.target.partition("partNumber=")[2].partition("&")[0])
        return faults(request)

    with fault_proxy(s3, plan) as proxy:
        queued = ids(
            enqueue(
                tmp_path / "state",
                large,
                *("--store", "s3://audio/large"),
                environment=proxy.bucket.environment,
            )
        )
        assert proxy.faults
    assert parts == {"1", "2", "3"}
    key = f"sources/{queued['asset_id']}/large.wav"
    assert bytes(obstore.get(s3.store("large"), key).bytes()) == large.read_bytes()


def test_a_folder_takes_uploads_too(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    queued = ids(enqueue(state, music, "--store", str(folder)))
    (copy,) = sources(state)
    assert copy == str(folder / "sources" / queued["asset_id"] / "music.wav")
    assert Path(copy).read_bytes() == music.read_bytes()


def test_without_a_store_or_with_a_url_nothing_is_uploaded(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    url = "https://media.example/song.wav"
    ids(enqueue(state, music))
    ids(enqueue(state, url, "--store", str(folder)))
    assert sources(state) == [str(music), url]
    assert not folder.exists()


def test_what_is_queued_once_is_kept_once(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    options = ("--store", str(folder), "--idempotency-key", "upload-1")
    first = ids(enqueue(state, music, *options))
    again = ids(enqueue(state, music, *options))
    assert again == {**first, "is_new": False}
    other = enqueue(state, shutil.copy(music, tmp_path / "other.wav"), *options)
    assert other.exit_code == 1
    assert "used for another source" in other.stderr
    assert keys(LocalStore(folder)) == {f"sources/{first['asset_id']}/music.wav"}


def test_an_upload_that_cannot_be_queued_is_taken_away(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    ids(enqueue(state, music, "--playback-id", "taken"))
    refused = enqueue(state, music, "--store", str(folder), "--playback-id", "taken")
    assert refused.exit_code == 1
    assert "belongs to another" in refused.stderr
    assert not folder.exists()


def test_an_upload_that_another_job_waits_for_stays(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    options = ("--store", str(folder), "--asset-id", "song")
    ids(enqueue(state, music, *options, "--playback-id", "plays"))
    assert enqueue(state, music, *options, "--playback-id", "other").exit_code == 1
    assert keys(LocalStore(folder)) == {"sources/song/music.wav"}


def test_what_cannot_be_uploaded_is_a_sentence_and_queues_nothing(
    s3: Bucket, music: Path, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.wav"
    with huge.open("wb") as file:
        file.truncate(6 * 1024**3)
    for source, location, status, said in (
        (tmp_path / "missing.wav", "s3://audio/x", 1, "missing.wav cannot be read"),
        (tmp_path, "s3://audio/x", 1, "cannot be read"),
        (huge, "s3://audio/x", 1, "has 6442450944 bytes"),
        (music, "s3://no-such-bucket/x", 1, "music.wav could not be uploaded"),
        (music, "nonsense://x", 2, "cannot be used as a store"),
    ):
        result = enqueue(
            tmp_path / "state", source, "--store", location, environment=s3.environment
        )
        assert result.exit_code == status, result.output
        assert said in result.stderr
    assert not (tmp_path / "state").exists()

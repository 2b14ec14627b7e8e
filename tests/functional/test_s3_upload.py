"""`soundbridge enqueue --upload-to`: a source that workers elsewhere can read."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import obstore
import pytest
from click.testing import CliRunner, Result
from obstore.store import LocalStore, ObjectStore

from manifests.entry import Entry
from origin.cli import main
from origin.database.sqlite import FILE_NAME
from origin.packaging_job import Queued
from origin.uploading import Upload, upload_and_queue
from tests.functional.looking import keys
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import PASSING, Fault, Request, seeded
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


def test_a_worker_elsewhere_packages_what_was_uploaded(
    s3: Bucket, music: Path, tmp_path: Path
) -> None:
    song = Path(shutil.copy(music, tmp_path / "Été à Paris #1.wav"))
    state = tmp_path / "state"
    location = "s3://audio/my store"
    queued = ids(enqueue(state, song, "--upload-to", location, environment=s3.environment))
    song.unlink()

    store = s3.store("my store")
    (key,) = keys(store)
    assert re.fullmatch(f"sources/{queued['asset_id']}/[a-z0-9]+/Été à Paris -1.wav", key)
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
        ids(
            enqueue(
                tmp_path / "state",
                large,
                *("--upload-to", "s3://audio/large"),
                environment=proxy.bucket.environment,
            )
        )
        assert proxy.faults
    assert parts == {"1", "2", "3"}
    store = s3.store("large")
    (key,) = keys(store)
    assert bytes(obstore.get(store, key).bytes()) == large.read_bytes()


def test_a_folder_takes_uploads_too(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    queued = ids(enqueue(state, music, "--upload-to", str(folder)))
    (copy,) = (Path(source) for source in sources(state))
    assert copy.parents[1] == folder / "sources" / queued["asset_id"]
    assert copy.name == "music.wav"
    assert copy.read_bytes() == music.read_bytes()


def test_the_store_of_servers_and_workers_is_not_uploaded_to(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    ids(enqueue(state, music, environment={"SOUNDBRIDGE_STORE": str(folder)}))
    assert sources(state) == [str(music)]
    assert not folder.exists()


def test_a_url_is_left_to_the_workers(tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    url = "https://media.example/song.wav"
    ids(enqueue(state, url, environment={"SOUNDBRIDGE_UPLOAD_TO": str(folder)}))
    refused = enqueue(state, url, "--upload-to", str(folder))
    assert refused.exit_code == 2
    assert "--upload-to takes a file" in refused.stderr
    assert sources(state) == [url]
    assert not folder.exists()


def test_what_is_queued_once_is_kept_once(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    options = ("--upload-to", str(folder), "--idempotency-key", "upload-1")
    first = ids(enqueue(state, music, *options))
    again = ids(enqueue(state, music, *options))
    assert again == {**first, "is_new": False}
    assert sources(state) == [str(folder / key) for key in keys(LocalStore(folder))]


def test_an_idempotency_key_is_for_one_work(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    options = ("--upload-to", str(folder), "--idempotency-key", "upload-1")
    ids(enqueue(state, music, *options))
    kept = keys(LocalStore(folder))
    namesake = tmp_path / "other" / music.name
    namesake.parent.mkdir()
    namesake.write_bytes(music.read_bytes()[:-4])
    for source, more in (
        (shutil.copy(music, tmp_path / "other.wav"), ()),
        (namesake, ()),
        (music, ("--lossless",)),
    ):
        other = enqueue(state, source, *options, *more)
        assert other.exit_code == 1
        assert "used for another source, or with other options" in other.stderr
    assert keys(LocalStore(folder)) == kept


def test_a_person_is_told_what_was_queued_before(music: Path, tmp_path: Path) -> None:
    arguments = ["enqueue", str(music), "--state", str(tmp_path), "--idempotency-key", "once"]
    first, again = (CliRunner().invoke(main, arguments) for _ in range(2))
    assert first.stdout.startswith(f"Queued {music} as ")
    playback_id = first.stdout.rpartition(" ")[2].strip(".\n")
    assert again.stdout == f"Already queued as {playback_id}: nothing was added.\n"


def test_an_upload_that_cannot_be_queued_is_taken_away(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    ids(enqueue(state, music, "--playback-id", "taken"))
    refused = enqueue(state, music, "--upload-to", str(folder), "--playback-id", "taken")
    assert refused.exit_code == 1
    assert "belongs to another" in refused.stderr
    assert not folder.exists()


def test_an_upload_that_another_job_waits_for_stays_as_it_is(music: Path, tmp_path: Path) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    options = ("--upload-to", str(folder), "--asset-id", "song")
    ids(enqueue(state, music, *options, "--playback-id", "plays"))
    namesake = tmp_path / "other" / music.name
    namesake.parent.mkdir()
    namesake.write_bytes(music.read_bytes()[:-4])
    assert enqueue(state, namesake, *options, "--playback-id", "other").exit_code == 1
    (waiting,) = (Path(source) for source in sources(state))
    assert waiting.read_bytes() == music.read_bytes()
    assert len(keys(LocalStore(folder))) == 1


def test_an_upload_stays_where_nobody_knows_whether_a_job_has_it(
    music: Path, tmp_path: Path
) -> None:
    state, folder = tmp_path / "state", tmp_path / "store"
    ids(enqueue(state, music))
    with closing(sqlite3.connect(state / FILE_NAME)) as database:
        database.execute("ALTER TABLE assets RENAME TO elsewhere")
    unanswered = enqueue(state, music, "--upload-to", str(folder))
    assert unanswered.exit_code == 1
    assert "did not say whether the job is queued: " in unanswered.stderr
    assert "no such table" in unanswered.stderr
    (key,) = keys(LocalStore(folder))
    assert f"The upload stays at {folder / key}." in unanswered.stderr


def test_an_upload_stays_where_somebody_interrupts(music: Path, tmp_path: Path) -> None:
    upload = Upload.of(music, str(tmp_path / "store"), "song", "upload")

    def interrupted() -> Queued:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        upload_and_queue(upload, interrupted)
    assert Path(upload.where).read_bytes() == music.read_bytes()


def test_what_cannot_be_uploaded_is_a_sentence_and_queues_nothing(
    s3: Bucket, music: Path, tmp_path: Path
) -> None:
    huge = tmp_path / "huge.wav"
    with huge.open("wb") as file:
        file.truncate(6 * 1024**3)
    pipe, empty = tmp_path / "pipe.wav", tmp_path / "empty.wav"
    os.mkfifo(pipe)
    empty.touch()
    for source, location, status, said in (
        (tmp_path / "missing.wav", "s3://audio/x", 1, "There is no file missing.wav"),
        (tmp_path, "s3://audio/x", 1, "is a folder"),
        (pipe, "s3://audio/x", 1, "is a pipe"),
        (empty, "s3://audio/x", 1, "is empty"),
        (huge, "s3://audio/x", 1, "is larger than"),
        (music, "s3://no-such-bucket/x", 1, "music.wav could not be uploaded"),
        (music, "nonsense://x", 2, "cannot be used as a store"),
    ):
        result = enqueue(
            tmp_path / "state", source, "--upload-to", location, environment=s3.environment
        )
        assert result.exit_code == status, result.output
        assert said in result.stderr
    assert not (tmp_path / "state").exists()

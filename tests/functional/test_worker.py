"""`soundbridge enqueue` and `soundbridge worker`, as programs."""

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from manifests.entry import Entry
from origin.database.sqlite import FILE_NAME
from tests.servers.soundbridge import SOUNDBRIDGE, soundbridge
from tests.sources.bad import broken_at_the_end as broken

LOG = "worker.log"


def queued(folder: Path, source: str | Path, *options: str) -> dict[str, Any]:
    done = soundbridge("enqueue", source, "--state", folder / "state", "--json", *options)
    assert done.returncode == 0, done.stderr
    ids: dict[str, Any] = json.loads(done.stdout)
    return ids


@contextmanager
def worker(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [*SOUNDBRIDGE, "worker", "--store", str(folder / "store")]
    command += ["--state", str(folder / "state"), *options]
    with (folder / LOG).open("wb") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0


def events(folder: Path) -> list[str]:
    """What the last worker has said so far, as far as its lines are complete."""
    said, _, _ = (folder / LOG).read_text().rpartition("\n")
    return [json.loads(line)["event"] for line in said.splitlines()]


def job(folder: Path, job_id: str) -> tuple[str, int, str | None]:
    with closing(sqlite3.connect(folder / "state" / FILE_NAME, timeout=30)) as database:
        row: tuple[str, int, str | None] = database.execute(
            "SELECT state, attempts, failure_reason FROM jobs WHERE id = ?", (job_id,)
        ).fetchone()
        return row


def row(folder: Path, *columns: str) -> tuple[Any, ...]:
    with closing(sqlite3.connect(folder / "state" / FILE_NAME, timeout=30)) as database:
        query = f"SELECT {', '.join(columns)} FROM assets"  # noqa: S608 names of columns, from here
        found: tuple[Any, ...] = database.execute(query).fetchone()
        return found


def plays(folder: Path, playback_id: str, *, provisional: bool) -> bool:
    path = folder / "store" / "entry" / f"{playback_id}.json"
    return path.is_file() and json.loads(path.read_bytes())["provisional"] is provisional


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 40
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_queued_becomes_playable(tmp_path: Path, music: Path) -> None:
    ids = queued(tmp_path, music)
    entry = tmp_path / "store" / "entry" / f"{ids['playback_id']}.json"
    with worker(tmp_path) as process:
        wait_until(lambda: "job succeeded" in events(tmp_path))  # it plays before that is said
        stop(process)
    assert plays(tmp_path, ids["playback_id"], provisional=False)
    assert json.loads(entry.read_bytes())["asset_id"] == ids["asset_id"]
    assert list((tmp_path / "store" / "media" / ids["asset_id"]).rglob("multivariant.m3u8"))
    assert job(tmp_path, ids["job_id"]) == ("succeeded", 1, None)
    assert events(tmp_path) == [
        "worker started",
        "job started",
        "job succeeded",
        *3 * ["draining"],  # of what packages, of what does errands, and of what fetches
        "worker stopped",
    ]


@pytest.mark.long
def test_a_job_in_hand_is_finished_before_the_worker_goes(tmp_path: Path, long_music: Path) -> None:
    ids = queued(tmp_path, long_music)
    with worker(tmp_path) as process:
        wait_until(lambda: any((tmp_path / "store").rglob("*.m4s")))
        stop(process)
    assert job(tmp_path, ids["job_id"])[0] == "succeeded"
    assert (tmp_path / "store" / "entry" / f"{ids['playback_id']}.json").is_file()


@pytest.mark.long
def test_a_job_that_would_take_too_long_is_given_back_and_taken_up_where_it_was(
    tmp_path: Path, long_music: Path
) -> None:
    ids = queued(tmp_path, long_music)
    with worker(tmp_path, "--drain", "0") as process:
        wait_until(lambda: plays(tmp_path, ids["playback_id"], provisional=True))
        stop(process)
    (first_segment,) = (tmp_path / "store" / "media").glob("*/*/320k/00000.m4s")
    made_at_ns = first_segment.stat().st_mtime_ns
    assert "job released" in events(tmp_path)
    assert job(tmp_path, ids["job_id"]) == ("queued", 0, None)
    assert not plays(tmp_path, ids["playback_id"], provisional=False)
    with worker(tmp_path) as process:
        wait_until(lambda: plays(tmp_path, ids["playback_id"], provisional=False))
        stop(process)
    assert job(tmp_path, ids["job_id"])[0] == "succeeded"
    assert first_segment.stat().st_mtime_ns == made_at_ns


@pytest.mark.long
def test_what_plays_already_is_withdrawn_where_its_source_is_bad(
    tmp_path: Path, long_music: Path
) -> None:
    ids = queued(tmp_path, broken(long_music, tmp_path / "x.flac"))
    with worker(tmp_path) as process:
        wait_until(lambda: job(tmp_path, ids["job_id"])[0] == "parked")
        stop(process)
    entry, revision, publications = row(tmp_path, "entry", "revision", "publications")
    assert (entry, publications) == (None, 0)
    assert not (tmp_path / "store" / "entry").exists()
    growing = tmp_path / "store" / "growing" / ids["asset_id"] / revision
    assert (growing / "withdrawn.json").is_file()
    assert (growing / "128k" / "playlist.m3u8").read_text().endswith("#EXT-X-ENDLIST\n")


@pytest.mark.long
def test_what_lost_workers_announced_is_withdrawn_in_the_end(
    tmp_path: Path, long_music: Path
) -> None:
    ids = queued(tmp_path, long_music)
    with worker(tmp_path) as process:
        wait_until(lambda: plays(tmp_path, ids["playback_id"], provisional=True))
        process.kill()
        process.wait(timeout=20)
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as database, database:
        database.execute("UPDATE jobs SET lease_until_s = 0, attempts = 5")
    with worker(tmp_path) as process:
        wait_until(lambda: not (tmp_path / "store" / "entry").exists())
        wait_until(lambda: row(tmp_path, "stored_fence") != (0,))
        stop(process)
    assert job(tmp_path, ids["job_id"])[0] == "parked"
    assert list((tmp_path / "store" / "growing").rglob("withdrawn.json"))


def test_a_bad_source_is_parked_with_its_reason_and_the_worker_lives_on(
    tmp_path: Path, music: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF nothing of the kind")
    parked = queued(tmp_path, bad, "--priority", "5")
    good = queued(tmp_path, music)
    with worker(tmp_path) as process:
        wait_until(lambda: job(tmp_path, good["job_id"])[0] == "succeeded")
        stop(process)
    state, attempts, reason = job(tmp_path, parked["job_id"])
    assert (state, attempts) == ("parked", 1)
    assert reason


def test_the_same_key_queues_once(tmp_path: Path, music: Path) -> None:
    first = queued(tmp_path, music, "--idempotency-key", "upload-1")
    again = queued(tmp_path, music, "--idempotency-key", "upload-1")
    assert first["is_new"]
    assert again == {**first, "is_new": False}
    other = soundbridge(
        "enqueue", "other.wav", "--state", tmp_path / "state", "--idempotency-key", "upload-1"
    )
    assert other.returncode == 1
    assert "used for another source" in other.stderr


@pytest.mark.long
def test_an_entry_that_a_killed_worker_left_out_is_written(tmp_path: Path, music: Path) -> None:
    ids = queued(tmp_path, music)
    entry = tmp_path / "store" / "entry" / f"{ids['playback_id']}.json"
    with worker(tmp_path) as process:
        wait_until(lambda: plays(tmp_path, ids["playback_id"], provisional=False))
        stop(process)
    before = Entry.from_json(entry.read_bytes())
    entry.unlink()  # as if the worker had been killed between the commit and the write
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as database, database:
        database.execute("UPDATE assets SET stored_fence = 0, published_s = published_s - 9")
    with worker(tmp_path) as process:
        wait_until(lambda: "entry repaired" in events(tmp_path))  # the last thing that is done
        stop(process)
    assert row(tmp_path, "stored_fence") != (0,)
    after = Entry.from_json(entry.read_bytes())
    assert after == before
    assert str(after.changed_at) > str(before.changed_at), "until then, it was not there"

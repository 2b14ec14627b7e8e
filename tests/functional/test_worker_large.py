"""Workers and large sources, which play before anybody knows all of what they are."""

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests import layout
from origin.database.sqlite import FILE_NAME
from tests.functional.looking import check_promises
from tests.functional.test_worker import job, plays, queued, stop, wait_until, worker
from tests.sources.audio import excerpt
from tests.sources.large import edited, padded

pytestmark = pytest.mark.long

IDS = ("--asset-id", "a", "--playback-id", "id")


def played(folder: Path) -> Path:
    """The folder of the revision that the entry points at."""
    entry = json.loads((folder / "store" / "entry" / "id.json").read_bytes())
    revision: str = entry["revision"]
    return folder / "store" / "media" / "a" / revision


def worked_off(folder: Path, source: Path) -> Path:
    """Queue a source and let a worker make it; return the folder of its revision."""
    ids = queued(folder, source, *IDS)
    with worker(folder) as process:
        wait_until(lambda: job(folder, ids["job_id"])[0] == "succeeded")
        stop(process)
    return played(folder)


def source_of(revision: Path) -> str:
    sha256: str = json.loads((revision / layout.INDEX).read_bytes())["source"]["sha256"]
    return sha256


def test_two_sources_of_one_fingerprint_become_two_revisions(tmp_path: Path) -> None:
    short = excerpt(tmp_path / "short.wav", samples=8 * 44_100)
    sources = [padded(short, tmp_path / "one.wav")]
    sources.append(edited(sources[0], tmp_path / "other.wav"))
    made = [worked_off(tmp_path, source) for source in sources]
    assert made[0] != made[1]
    for source, revision in zip(sources, made, strict=True):
        assert source_of(revision) == hashlib.sha256(source.read_bytes()).hexdigest()
    check_promises(LocalStore(tmp_path / "store"), "a", "id")


def test_a_worker_killed_before_it_could_say_what_it_packaged(tmp_path: Path) -> None:
    short = excerpt(tmp_path / "short.wav", samples=70 * 44_100)
    source = padded(short, tmp_path / "x.wav")
    ids = queued(tmp_path, source, *IDS)
    with worker(tmp_path) as process:
        wait_until(lambda: plays(tmp_path, "id", provisional=True))
        process.kill()
        process.wait(timeout=20)
    begun = played(tmp_path)
    mark = tmp_path / "store" / layout.GROWING_PREFIX / "a" / begun.name / layout.SOURCE
    mark.unlink(missing_ok=True)
    with closing(sqlite3.connect(tmp_path / "state" / FILE_NAME)) as database, database:
        database.execute("UPDATE jobs SET lease_until_s = 0")
    with worker(tmp_path) as process:
        wait_until(lambda: plays(tmp_path, "id", provisional=False))
        stop(process)
    assert job(tmp_path, ids["job_id"])[0] == "succeeded"
    assert played(tmp_path) != begun
    assert source_of(played(tmp_path)) == hashlib.sha256(source.read_bytes()).hexdigest()
    check_promises(LocalStore(tmp_path / "store"), "a", "id")

"""`soundbridge serve` alone packages, too: in one process beside those that serve."""

import json
import os
import signal
import sqlite3
import urllib.error
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from origin.database.sqlite import FILE_NAME
from tests.functional.scraping import metrics
from tests.functional.supervising import Server, embedded, until
from tests.servers.soundbridge import soundbridge


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def server(state: Path, tmp_path: Path) -> Iterator[Server]:
    with embedded(state, tmp_path / "log", "--metrics-port", "0") as server:
        until(lambda: server.events("worker started"))
        yield server


def loads_decoder(pid: int) -> bool:
    return "libavcodec" in Path(f"/proc/{pid}/maps").read_text()


def packager(server: Server) -> int:
    """The number of the process that packages, or did last; its name has it."""
    return int(server.events("worker started")[-1]["worker"].split("-")[-2])


def queue(state: Path, source: Path) -> dict[str, Any]:
    done = soundbridge("enqueue", source, "--state", state, "--json")
    assert done.returncode == 0, done.stderr
    ids: dict[str, Any] = json.loads(done.stdout)
    return ids


def job(state: Path, job_id: str) -> tuple[str, int]:
    with closing(sqlite3.connect(state / FILE_NAME, timeout=30)) as database:
        found: tuple[str, int] = database.execute(
            "SELECT state, attempts FROM jobs WHERE id = ?", (job_id,)
        ).fetchone()
        return found


def plays(server: Server, playback_id: str) -> bool:
    try:
        return bool(json.loads(server.get(f"/{playback_id}.json"))["state"] == "ready")
    except urllib.error.HTTPError:
        return False


def test_what_is_queued_is_packaged_and_plays(server: Server, state: Path, music: Path) -> None:
    ids = queue(state, music)
    until(lambda: job(state, ids["job_id"])[0] == "succeeded")
    until(lambda: plays(server, ids["playback_id"]))
    assert server.get(f"/{ids['playback_id']}.m3u8").startswith(b"#EXTM3U")
    assert len(server.workers) == 2
    assert not any(map(loads_decoder, server.workers)), "its readers do"


@pytest.mark.long
def test_a_packager_that_is_killed_is_started_again_and_its_job_is_done(
    server: Server, state: Path, long_music: Path
) -> None:
    ids = queue(state, long_music)
    until(lambda: list((state / "media" / "media").rglob("*.m4s")))
    first = packager(server)
    os.kill(first, signal.SIGKILL)
    until(lambda: job(state, ids["job_id"])[0] == "succeeded")
    assert job(state, ids["job_id"])[1] == 2
    until(lambda: plays(server, ids["playback_id"]))
    assert first != packager(server)
    (event,) = server.events("process ended")
    assert (event["process"], event["pid"], event["signal"]) == ("packager", first, "SIGKILL")
    counted = metrics(server)
    assert counted["soundbridge_packager_restarts_total"] == 1
    assert counted["soundbridge_packagers"] == 1


@pytest.mark.long
def test_a_reload_replaces_the_packager_too(server: Server) -> None:
    first = packager(server)
    server.signal(signal.SIGHUP)
    until(lambda: packager(server) != first and first not in server.workers)
    assert not server.events("process ended"), "it was told to"


@pytest.mark.long
def test_what_is_not_done_when_the_server_stops_is_given_back(
    state: Path, long_music: Path, tmp_path: Path
) -> None:
    with embedded(state, tmp_path / "log", "--drain-timeout", "0") as server:
        until(lambda: server.events("worker started"))
        ids = queue(state, long_music)
        until(lambda: list((state / "media" / "media").rglob("*.m4s")))
        started = set(server.workers)
        assert '"job released"' in server.stop()
    assert job(state, ids["job_id"]) == ("queued", 0)
    assert server.process.returncode == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)


@pytest.mark.long
def test_a_job_is_done_when_all_processes_are_told_to_stop(
    state: Path, long_music: Path, tmp_path: Path
) -> None:
    with embedded(state, tmp_path / "log", "--drain-timeout", "100") as server:
        until(lambda: server.events("worker started"))
        ids = queue(state, long_music)
        until(lambda: list((state / "media" / "media").rglob("*.m4s")))
        server.signal_all(signal.SIGTERM)
        assert server.process.wait(100) == 0
    assert job(state, ids["job_id"]) == ("succeeded", 1)
    assert len(server.events("worker started")) == 1, "nobody is started for one that stops"
    assert not server.events("process ended")
    assert not server.events("job failed")


@pytest.mark.long
def test_a_packager_that_is_told_to_go_does_its_job_while_another_takes_over(
    server: Server, state: Path, long_music: Path
) -> None:
    ids = queue(state, long_music)
    until(lambda: list((state / "media" / "media").rglob("*.m4s")))
    first = packager(server)
    os.kill(first, signal.SIGTERM)
    until(lambda: packager(server) != first and first not in server.workers)
    until(lambda: job(state, ids["job_id"])[0] == "succeeded")
    assert job(state, ids["job_id"])[1] == 1
    assert not server.events("process ended"), "it was told to"


def test_nothing_is_packaged_where_that_is_left_to_others(state: Path, tmp_path: Path) -> None:
    with embedded(state, tmp_path / "log", "--no-packager") as server:
        assert len(server.workers) == 1


@pytest.mark.long
def test_a_packager_does_not_outlive_its_server(server: Server) -> None:
    there = server.workers
    server.signal(signal.SIGKILL)
    server.process.wait(20)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in there))

"""Workers that die, are replaced, or never come up; and what clients notice of it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from tests.functional.load import Load, load, refuses, rest_of, slow_download
from tests.functional.supervising import Server, supervised, until
from tests.servers.soundbridge import TIMEOUT_S
from tests.sources.published import PublishedAsset

CLIENTS = 4


@pytest.fixture
def server(folder: Path, asset: PublishedAsset, tmp_path: Path) -> Iterator[Server]:
    del asset
    with supervised(folder, tmp_path / "log", "--workers", "2") as server:
        assert len(server.workers) == 2
        yield server


def _busy(server: Server, asset: PublishedAsset) -> AbstractContextManager[Load]:
    """Let clients ask for a segment while the caller's block runs."""
    name = "128k/00000.m4s"
    return load(server.address, f"{asset.path}/{name}", asset.contents[name])


def _some_more(seen: Load) -> None:
    """Wait until clients have had answers that they asked for from now on."""
    before = seen.answered
    until(lambda: seen.answered >= before + 5 * CLIENTS)


def _reload(server: Server) -> None:
    """Replace all workers, and wait until those of before have ended."""
    before, done = server.workers, len(server.events("reload done"))
    server.signal(signal.SIGHUP)
    until(lambda: len(server.events("reload done")) > done)
    until(lambda: not before & server.workers)


@pytest.mark.long
def test_no_request_fails_over_reloads(server: Server, asset: PublishedAsset) -> None:
    with _busy(server, asset) as seen:
        _some_more(seen)
        for _ in range(2):
            _reload(server)
            _some_more(seen)
    assert seen.failures == []
    assert len(server.workers) == 2


@pytest.mark.long
def test_a_worker_that_is_told_to_go_is_replaced_and_nobody_notices(
    server: Server, asset: PublishedAsset
) -> None:
    with _busy(server, asset) as seen:
        _some_more(seen)
        first, _ = sorted(server.workers)
        os.kill(first, signal.SIGTERM)
        until(lambda: first not in server.workers and len(server.workers) == 2)
        _some_more(seen)
    assert seen.failures == []


def test_a_killed_worker_takes_with_it_what_it_was_answering_and_no_more(
    server: Server, asset: PublishedAsset
) -> None:
    with _busy(server, asset) as seen:
        _some_more(seen)
        first, second = sorted(server.workers)
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in server.workers and len(server.workers) == 2)
        _some_more(seen)
    assert second in server.workers
    assert len(seen.failures) <= CLIENTS, "one connection each may have been that worker's"
    assert not any("Refused" in failure for failure in seen.failures)
    (event,) = until(lambda: server.events("worker ended"))
    assert (event["pid"], event["signal"], event["level"]) == (first, "SIGKILL", "error")


@pytest.mark.long
def test_others_accept_for_a_worker_that_does_not_come_back(server: Server, folder: Path) -> None:
    away = folder.rename(folder.with_name("away"))
    began_s = time.monotonic()
    os.kill(min(server.workers), signal.SIGKILL)
    until(lambda: len(server.events("worker ended")) == 4)
    assert time.monotonic() - began_s >= 1.5, "it is tried again after 0, 0.5 and 1 s"
    assert "There is no folder" in server.events("worker ended")[-1]["reason"]
    for _ in range(20):  # of which half go to the socket of the one that is away
        assert server.get("/healthz") == b"ok\n"
    away.rename(folder)
    until(lambda: len(server.workers) == 2)


@pytest.mark.long
def test_a_reload_that_fails_changes_nothing(server: Server, folder: Path) -> None:
    before = server.workers
    away = folder.rename(folder.with_name("away"))
    server.signal(signal.SIGHUP)
    (event,) = until(lambda: server.events("reload failed; the workers of before go on"))
    assert "There is no folder" in event["reason"]
    until(lambda: server.workers == before)
    assert server.get("/healthz") == b"ok\n"
    away.rename(folder)
    server.signal(signal.SIGHUP)
    until(lambda: server.events("reload done"))
    until(lambda: not before & server.workers)
    assert server.get("/first-light.m3u8").startswith(b"#EXTM3U")


@pytest.mark.long
def test_who_asks_during_a_reload_that_fails_gets_another(server: Server, folder: Path) -> None:
    """What made it fail may have been mended in between."""
    away = folder.rename(folder.with_name("away"))
    server.signal(signal.SIGHUP)
    until(lambda: server.events("reload begun"))
    server.signal(signal.SIGHUP)
    until(lambda: len(server.events("reload begun")) == 2)
    away.rename(folder)
    server.signal(signal.SIGHUP)
    until(lambda: server.events("reload done"))


def test_workers_do_not_outlive_their_supervisor(server: Server) -> None:
    workers = server.workers
    server.signal(signal.SIGKILL)
    server.process.wait(TIMEOUT_S)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    assert refuses(server.address)


@pytest.mark.long
def test_an_orphan_finishes_and_leaves_the_address_to_others(
    server: Server, asset: PublishedAsset, folder: Path, tmp_path: Path
) -> None:
    path = f"{asset.path}/320k/00000.m4s"
    with closing(slow_download(server.address, path)) as slow:
        server.signal(signal.SIGKILL)
        server.process.wait(TIMEOUT_S)
        until(lambda: refuses(server.address))
        with supervised(folder, tmp_path / "next", port=server.address[1]) as following:
            assert following.get("/healthz") == b"ok\n"
            assert rest_of(slow).endswith(asset.contents["320k/00000.m4s"])


@pytest.mark.parametrize(
    ("kind", "said"),
    [("hang", "It said nothing for 0.5 s."), ("babble", "worker not understood")],
)
def test_workers_that_make_no_sense_are_killed_and_replaced(kind: str, said: str) -> None:
    command = [sys.executable, "-m", "tests.servers.odd_workers", kind, "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "served\n"
        lines = (line for line in running.stdout if said in line)
        assert next(lines)
        assert next(lines), "the second one too"
        running.send_signal(signal.SIGTERM)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=TIMEOUT_S)
    assert running.returncode == 0


@pytest.mark.long_if("2")
@pytest.mark.parametrize("slots", [1, 2])
def test_workers_that_never_come_up_end_it_with_a_reason(slots: int) -> None:
    command = [sys.executable, "-m", "tests.servers.odd_workers", "fail", str(slots)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert ended.returncode == 1
    assert ended.stderr.endswith("No worker came up. Its last words are in the log above.\n")
    assert ended.stderr.count("RuntimeError: a fault that is there to stay") >= 3 * slots
    assert "served" not in ended.stdout
    assert "begun beside" not in ended.stderr


@pytest.mark.parametrize("slots", [1, 2])
def test_workers_that_cannot_be_started_end_it_with_a_reason(slots: int) -> None:
    command = [sys.executable, "-m", "tests.servers.odd_workers", "unborn", str(slots)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert ended.returncode == 1
    reason = "The system lets no process be started: Too many open files."
    assert ended.stderr == f"No worker came up. {reason}\n"
    assert ended.stdout.count("worker not started") == 3 * slots


def test_options_of_another_version_are_refused_with_a_reason() -> None:
    command = [sys.executable, "-m", "tests.servers.upgraded"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert ended.returncode == 1
    assert "No worker came up. The version that is installed does not know new" in ended.stderr
    assert "Traceback" not in ended.stderr

"""Signals that every process of a server gets, as systemd, a terminal or ``kill`` sends them."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.functional.asking import ask, get
from tests.functional.load import refuses, rest_of, slow_download
from tests.functional.newcomers import newcomers
from tests.functional.supervising import Server, supervised, until
from tests.servers.soundbridge import TIMEOUT_S
from tests.sources.published import PublishedAsset

DELAY_S: Final = 1.0
BETWEEN_S: Final = 0.2
"""Between a signal to workers and the one to the supervisor, where whoever sends them dawdles."""

SEGMENT: Final = "320k/00000.m4s"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def at_once(server: Server, number: int) -> None:
    """Tell the group."""
    os.killpg(server.process.pid, number)


def workers_first(server: Server, number: int) -> None:
    """Tell the workers, and the supervisor a moment later."""
    for pid in server.workers:
        os.kill(pid, number)
    time.sleep(BETWEEN_S)
    server.signal(number)


def workers_last(server: Server, number: int) -> None:
    """Tell the supervisor, and the workers when they have heard of it."""
    workers = server.workers
    server.signal(number)
    time.sleep(BETWEEN_S)
    for pid in workers:
        os.kill(pid, number)


def readiness(server: Server) -> int:
    """What a new connection is told."""
    with closing(server.connect()) as fresh:
        return ask(fresh, get("/readyz")).status


@pytest.mark.long
@pytest.mark.long_unless("at_once-2", "workers_first-1")
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("tell", [at_once, workers_first, workers_last])
def test_all_that_are_told_to_stop_stop_as_the_server_does(
    folder: Path,
    asset: PublishedAsset,
    log: Path,
    workers: str,
    tell: Callable[[Server, int], None],
) -> None:
    del asset
    options = ("--workers", workers, "--drain-delay", str(DELAY_S), "--drain-timeout", "100")
    with supervised(folder, log, *options, apart=True) as server:
        with newcomers(server) as coming:
            began_s = time.monotonic()
            tell(server, signal.SIGTERM)
        assert time.monotonic() - began_s >= DELAY_S, "nobody is refused before"
        assert server.process.wait(TIMEOUT_S) == 0
    assert coming.failures == []
    assert not server.events("worker ended")


@pytest.mark.long_unless("at_once")
@pytest.mark.parametrize("tell", [at_once, workers_first, workers_last])
def test_load_balancers_hear_of_it_until_there_is_no_time(
    folder: Path, asset: PublishedAsset, log: Path, tell: Callable[[Server, int], None]
) -> None:
    del asset
    options = ("--workers", "2", "--drain-delay", "3000")
    with supervised(folder, log, *options, apart=True) as server:
        before = server.workers
        tell(server, signal.SIGTERM)
        until(lambda: readiness(server) == 503)
        until(lambda: len(server.workers) == 2)
        time.sleep(DELAY_S)
        assert [readiness(server) for _ in range(10)] == [503] * 10
        assert server.workers == before, "nobody is started for those that stop"
        at_once(server, signal.SIGTERM)
        assert server.process.wait(TIMEOUT_S) == 0


@pytest.mark.long
@pytest.mark.long_if("nothing")
@pytest.mark.parametrize("hears", ["the reload", "nothing"])
def test_a_stop_is_one_whatever_was_told_before(
    folder: Path, asset: PublishedAsset, log: Path, hears: str
) -> None:
    del asset
    options = ("--workers", "2", "--drain-delay", str(DELAY_S), "--drain-timeout", "100")
    with supervised(folder, log, *options, apart=True) as server:
        with newcomers(server) as coming:
            at_once(server, signal.SIGHUP)
            if hears == "the reload":
                until(lambda: server.events("reload begun"))
            began_s = time.monotonic()
            at_once(server, signal.SIGTERM)
        assert time.monotonic() - began_s >= DELAY_S
        assert server.process.wait(TIMEOUT_S) == 0
    assert coming.failures == []
    assert not server.events("reload failed; the workers of before go on"), "nobody failed"


@pytest.mark.long
def test_ctrl_c_is_a_stop_of_the_server(folder: Path, asset: PublishedAsset, log: Path) -> None:
    del asset
    options = ("--workers", "2", "--drain-delay", "1", "--drain-timeout", "100")
    with supervised(folder, log, *options, apart=True) as server:
        with newcomers(server) as coming:
            began_s = time.monotonic()
            at_once(server, signal.SIGINT)
        assert time.monotonic() - began_s >= 1.0
        assert server.process.wait(TIMEOUT_S) == 0
    assert coming.failures == []


@pytest.mark.long
def test_the_only_worker_that_is_told_to_go_is_replaced_and_nobody_notices(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    del asset
    with supervised(folder, log, "--drain-timeout", "100") as server:
        with newcomers(server) as coming:
            (first,) = server.workers
            os.kill(first, signal.SIGTERM)
            until(lambda: first not in server.workers and server.workers)
            coming.some_more()
            server.signal(signal.SIGTERM)
        assert server.process.wait(TIMEOUT_S) == 0
    assert coming.failures == []
    assert not server.events("worker ended")


@pytest.mark.long
def test_a_worker_goes_alone_where_its_supervisor_says_nothing(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    with (
        supervised(folder, log, "--drain-timeout", "100") as server,
        closing(slow_download(server.address, f"{asset.path}/{SEGMENT}")) as slow,
    ):
        server.signal(signal.SIGSTOP)
        try:
            for pid in server.workers:
                os.kill(pid, signal.SIGTERM)
            assert rest_of(slow).endswith(asset.contents[SEGMENT])
            until(lambda: not server.workers)
        finally:
            server.signal(signal.SIGCONT)


@pytest.mark.long
def test_orphans_finish_when_they_are_told_to_stop(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    options = ("--workers", "2", "--drain-timeout", "100")
    with (
        supervised(folder, log, *options, apart=True) as server,
        closing(slow_download(server.address, f"{asset.path}/{SEGMENT}")) as slow,
    ):
        workers = server.workers
        server.signal(signal.SIGKILL)
        at_once(server, signal.SIGTERM)
        server.process.wait(TIMEOUT_S)
        at_once(server, signal.SIGTERM)
        until(lambda: refuses(server.address))
        assert rest_of(slow).endswith(asset.contents[SEGMENT])
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))

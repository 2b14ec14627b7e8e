"""What a server tells of itself, and that it serves where nobody listens."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from obstore.store import LocalStore

from tests.functional.load import load
from tests.functional.scraping import HOT_PAGES, metrics, samples
from tests.functional.supervising import Server, supervised, until
from tests.servers.soundbridge import SOUNDBRIDGE, TIMEOUT_S, soundbridge, url_said
from tests.sources.published import PublishedAsset, publish

SEGMENT = "128k/00000.m4s"
PAGES = "soundbridge_requests_total,class=page,method=GET,status=200"
SEGMENTS = "soundbridge_requests_total,class=segment,method=GET,status=200"


OPTIONS = ("--workers", "2", "--metrics-port", "0")


@pytest.fixture
def server(folder: Path, asset: PublishedAsset, tmp_path: Path) -> Iterator[Server]:
    del asset
    with supervised(folder, tmp_path / "log", *OPTIONS) as server:
        yield server


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for tests that each ask for a path of their own, and leave it as it was."""
    folder = tmp_path_factory.mktemp("lasting")
    publish(LocalStore(folder / "store", mkdir=True))
    with supervised(folder / "store", folder / "log", *OPTIONS) as server:
        yield server


def _told(server: Server, path: str, number: int) -> list[dict[str, Any]]:
    """Wait until the log has so many requests for a path, and return what it says of them."""

    def told() -> list[dict[str, Any]]:
        return [event for event in server.events("request") if event["path"] == path]

    return until(lambda: len(found := told()) == number and found)


def _segments(server: Server) -> float:
    return metrics(server).get(SEGMENTS, 0)


def _page(connection: HTTPConnection) -> bytes:
    connection.request("GET", "/")
    return connection.getresponse().read()


def test_metrics_are_sums_over_workers(server: Server, asset: PublishedAsset) -> None:
    for _ in range(40):  # as many connections, to either worker
        server.get(f"{asset.path}/{SEGMENT}")
    with closing(HTTPConnection(*server.address, timeout=TIMEOUT_S)) as lasting:
        asked: list[bytes] = []

        def is_hot() -> bool:
            asked.append(_page(lasting))
            return metrics(server).get(HOT_PAGES, 0) > 0

        until(is_hot)
        all_of_them = {PAGES: len(asked), SEGMENTS: 40}
        told = until(lambda: all_of_them.items() <= (told := metrics(server)).items() and told)
    assert 0 < told[HOT_PAGES] < len(asked)
    assert told["soundbridge_open_connections"] == 1
    assert told["soundbridge_sent_bytes_total,class=segment"] > 40 * len(asset.contents[SEGMENT])
    assert told["soundbridge_request_duration_seconds_count,class=segment"] == 40
    assert told["soundbridge_request_duration_seconds_bucket,class=page,le=+Inf"] == len(asked)
    reads = told["soundbridge_store_read_seconds_count,operation=get,outcome=ok,store=1"]
    assert 2 <= reads <= 6, "each worker reads index, segment and the one behind it once"
    assert told["soundbridge_workers"] == 2
    assert told["soundbridge_log_lines_dropped_total"] == 0


@pytest.mark.long
def test_counters_do_not_fall_when_workers_go(server: Server, asset: PublishedAsset) -> None:
    for _ in range(20):
        server.get(f"{asset.path}/{SEGMENT}")
    until(lambda: _segments(server) == 20)
    before = server.workers
    os.kill(min(before), signal.SIGKILL)
    until(lambda: metrics(server)["soundbridge_worker_restarts_total"] == 1)
    assert _segments(server) == 20
    until(lambda: metrics(server)["soundbridge_workers"] == 2)
    server.signal(signal.SIGHUP)
    until(lambda: metrics(server)["soundbridge_reloads_total,outcome=done"] == 1)
    until(lambda: not before & server.workers and len(server.workers) == 2)
    assert _segments(server) == 20
    server.get(f"{asset.path}/{SEGMENT}")
    until(lambda: _segments(server) == 21)


@pytest.mark.long
def test_what_workers_answered_at_last_before_they_were_replaced_counts(
    server: Server, asset: PublishedAsset
) -> None:
    with load(server.address, f"{asset.path}/{SEGMENT}", asset.contents[SEGMENT]) as seen:
        until(lambda: seen.answered > 20)
        before = server.workers
        server.signal(signal.SIGHUP)
        until(lambda: not before & server.workers and len(server.workers) == 2)
    assert seen.failures == []
    until(lambda: _segments(server) == seen.answered)


def test_an_address_for_metrics_that_is_taken(folder: Path, asset: PublishedAsset) -> None:
    del asset
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = ("--store", folder, "--port", "0", "--metrics-port", str(port))
        refused = soundbridge("serve", *options)
    assert refused.returncode == 1
    assert f"Cannot serve metrics at 127.0.0.1:{port}: Address already in use." in refused.stderr


def test_metrics_are_not_for_the_public(lasting: Server) -> None:
    with closing(HTTPConnection(*lasting.address, timeout=TIMEOUT_S)) as anybody:
        anybody.request("GET", "/metrics")
        assert anybody.getresponse().status == 404


def _ask(server: Server, path: str, **headers: str) -> tuple[int, str | None]:
    with closing(HTTPConnection(*server.address, timeout=TIMEOUT_S)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status, response.headers["X-Request-Id"]


def test_a_request_has_one_name_in_all_that_is_said_of_it(server: Server, folder: Path) -> None:
    (folder / "entry" / "first-light.json").write_text("no JSON")
    named = {"X-Request-Id": "edge-1.7"}
    assert _ask(server, "/first-light.m3u8", **named) == (500, "edge-1.7")
    (request,) = until(lambda: server.events("request"))
    (broken,) = until(lambda: server.events("broken_object"))
    assert request["request_id"] == broken["request_id"] == "edge-1.7"


def test_names_of_an_odd_form_are_not_believed(lasting: Server) -> None:
    for said in ('x"y', "a b", "x" * 101, "-"):
        assert _ask(lasting, "/healthz", **{"X-Request-Id": said}) == (200, None)
    names = _told(lasting, "/healthz", 4)
    assert all(re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", event["request_id"]) for event in names)
    assert len({event["request_id"] for event in names}) == 4


def test_the_log_holds_no_secrets(lasting: Server) -> None:
    _ask(lasting, "/t/some-secret/first-light.m3u8?sid=some-secret")
    _ask(lasting, "/t/-/first-light.m3u8", **{"User-Agent": "x" * 1000})
    events = _told(lasting, "/t/-/first-light.m3u8", 2)
    assert sorted(len(event["user_agent"] or "") for event in events) == [0, 200]
    assert "some-secret" not in lasting.log.read_text()


@pytest.mark.long
def test_a_full_disk_stops_no_answer(folder: Path, asset: PublishedAsset) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = ("--workers", "2", "--metrics-port", str(port))
    with supervised(folder, Path("/dev/full"), *options) as server:
        for _ in range(50):
            assert server.get(f"{asset.path}/{SEGMENT}") == asset.contents[SEGMENT]
        url = f"http://127.0.0.1:{port}/metrics"
        until(lambda: samples(url).get("soundbridge_log_lines_dropped_total") == 50)
        os.kill(min(server.workers), signal.SIGKILL)  # and the supervisor can speak to nobody
        until(lambda: len(server.workers) == 2)
        assert server.get(f"{asset.path}/{SEGMENT}") == asset.contents[SEGMENT]
    assert server.process.returncode == 0


@pytest.mark.long
def test_who_does_not_read_the_log_stops_no_answer(folder: Path, asset: PublishedAsset) -> None:
    command = [*SOUNDBRIDGE, "serve", "--store", str(folder), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        server = Server(process, Path(os.devnull), url_said(process))
        for _ in range(200):
            _ask(server, "/" + "x" * 900)  # three times what a pipe holds
        assert server.get(f"{asset.path}/{SEGMENT}") == asset.contents[SEGMENT]
        process.terminate()
        _, log = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0
    assert all(line.startswith("{") and line.endswith("}") for line in log.splitlines())

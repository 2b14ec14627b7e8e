"""A server that is told to stop while clients are busy with it."""

import os
import signal
import socket
import subprocess
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.functional.asking import ask, get, is_closed
from tests.functional.load import refuses, rest_of, slow_client, slow_download
from tests.functional.scraping import HOT_PAGES, metrics
from tests.functional.supervising import Server, supervised, until
from tests.servers.soundbridge import TIMEOUT_S
from tests.sources.published import PublishedAsset

SEGMENT = "320k/00000.m4s"
WELL_BEFORE_IDLE_S = 30.0
"""A connection that nobody closes is closed as idle, later than that."""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def _answer(connection: HTTPConnection, path: str) -> tuple[int, str | None]:
    connection.request("GET", path)
    response: HTTPResponse = connection.getresponse()
    response.read()
    return response.status, response.headers["Connection"]


def _answer_to_new(server: Server, path: str) -> tuple[int, str | None]:
    with closing(_client(server)) as fresh:
        return _answer(fresh, path)


def _logged(server: Server, number: int) -> None:
    until(lambda: len(server.events("request")) == number)


def _client(server: Server) -> HTTPConnection:
    return HTTPConnection(*server.address, timeout=TIMEOUT_S)


def test_a_slow_download_ends_well_while_others_are_refused(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    options = ("--workers", "2", "--drain-timeout", "100")
    with (
        supervised(folder, log, *options) as server,
        closing(slow_download(server.address, f"{asset.path}/{SEGMENT}")) as slow,
    ):
        server.signal(signal.SIGTERM)
        until(lambda: refuses(server.address))
        assert server.process.poll() is None, "it waits"
        assert rest_of(slow).endswith(asset.contents[SEGMENT])
        assert server.process.wait(TIMEOUT_S) == 0


@pytest.mark.long
def test_an_answer_from_memory_leaves_before_the_end(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    """No handler waits for it: its line is in the log as soon as it is given to the network."""
    segment = get(f"{asset.path}/{SEGMENT}")
    with (
        supervised(folder, log, "--drain-timeout", "100") as server,
        closing(server.connect()) as quick,
        closing(slow_client(server.address)) as slow,
    ):
        for number in (1, 2):  # from the store, and from memory by aiohttp
            assert ask(quick, segment).status == 200
            _logged(server, number)
        assert ask(slow, get("/healthz")).status == 200
        _logged(server, 3)
        slow.sendall(segment)
        _logged(server, 4)
        server.signal(signal.SIGTERM)
        assert is_closed(quick)
        with pytest.raises(subprocess.TimeoutExpired):  # it waits for who is slow
            server.process.wait(1.0)
        assert rest_of(slow).endswith(asset.contents[SEGMENT])
        assert server.process.wait(TIMEOUT_S) == 0


def test_a_download_that_does_not_end_is_cut_off(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    options = ("--drain-timeout", "0.5")
    with (
        supervised(folder, log, *options) as server,
        closing(slow_download(server.address, f"{asset.path}/{SEGMENT}")),
    ):
        server.signal(signal.SIGTERM)
        assert server.process.wait(TIMEOUT_S) == 0
    assert not server.events("worker did not end in time")


@pytest.mark.long
def test_an_answer_that_waits_for_the_store_is_given_up_in_time(log: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        patch.setenv("AWS_ALLOW_HTTP", "true")
        patch.setenv("AWS_ACCESS_KEY_ID", "x")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        with (
            supervised("s3://audio", log, "--drain-timeout", "0.5") as server,
            closing(server.connect()) as waiting,
        ):
            waiting.sendall(b"GET /first-light.m3u8 HTTP/1.1\r\nHost: test\r\n\r\n")
            silent.accept()[0].close()  # that it may ask again
            server.signal(signal.SIGTERM)
            assert server.process.wait(TIMEOUT_S) == 0
        assert not server.events("worker did not end in time")


def test_load_balancers_hear_of_it_first(folder: Path, asset: PublishedAsset, log: Path) -> None:
    options = ("--workers", "2", "--drain-delay", "3000", "--metrics-port", "0")
    with supervised(folder, log, *options) as server, closing(_client(server)) as lasting:
        assert _answer(lasting, f"{asset.path}/{SEGMENT}") == (200, None)
        assert _answer(lasting, "/readyz") == (200, None)
        until(lambda: _answer(lasting, "/")[0] == 200 and metrics(server).get(HOT_PAGES, 0) > 0)
        server.signal(signal.SIGTERM)
        until(lambda: _answer_to_new(server, "/readyz")[0] == 503)
        until(lambda: _answer(lasting, "/readyz") == (503, "close"))
        for _ in range(10):
            assert _answer_to_new(server, f"{asset.path}/{SEGMENT}") == (200, "close")
            assert _answer_to_new(server, "/healthz") == (200, "close")
            assert _answer_to_new(server, "/") == (200, "close"), "what is in memory, too"
        with closing(server.connect()) as waiting:
            assert ask(waiting, get("/healthz")).headers["connection"] == "close"
            waiting.settimeout(WELL_BEFORE_IDLE_S)
            assert is_closed(waiting), "not only said, but done"
        server.signal(signal.SIGTERM)  # once more: there is no time
        assert server.process.wait(TIMEOUT_S) == 0


@pytest.mark.parametrize("behind", ["", "\r\n"], ids=["at once", "an empty line"])
def test_a_connection_at_rest_is_closed_in_peace(
    folder: Path, asset: PublishedAsset, log: Path, behind: str
) -> None:
    with (
        supervised(folder, log, "--drain-timeout", "1000") as server,
        closing(server.connect()) as idle,
    ):
        request = f"GET {asset.path}/128k/init.mp4 HTTP/1.1\r\nHost: test\r\n\r\n"
        idle.sendall((request + behind).encode())
        received = b""
        while not received.endswith(asset.contents["128k/init.mp4"]):
            received += idle.recv(65_536)
        server.signal(signal.SIGTERM)
        assert idle.recv(1) == b"", "an end, no reset"
        assert server.process.wait(TIMEOUT_S) == 0


@pytest.mark.long_if("second")
@pytest.mark.parametrize("sent", [b"", get("/healthz")], ids=["first", "second"])
def test_a_request_that_has_begun_is_answered(
    folder: Path, asset: PublishedAsset, log: Path, sent: bytes
) -> None:
    segment = get(f"{asset.path}/{SEGMENT}")
    with (
        supervised(folder, log, "--drain-timeout", "100") as server,
        closing(server.connect()) as idle,
        closing(server.connect()) as begun,
    ):
        for client in (idle, *([begun] if sent else [])):
            assert ask(client, get("/healthz")).status == 200
        begun.sendall(segment[:20])
        assert ask(idle, get("/healthz")).status == 200, "what was sent before has come"
        server.signal(signal.SIGTERM)
        assert is_closed(idle)
        with pytest.raises(subprocess.TimeoutExpired):  # it waits for the rest
            server.process.wait(1.0)
        answer = ask(begun, segment[20:])
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert answer.body == asset.contents[SEGMENT]
        assert is_closed(begun)
        assert server.process.wait(TIMEOUT_S) == 0


@pytest.mark.long
def test_the_last_of_many_that_wait_says_that_it_is(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    segment, content = get(f"{asset.path}/{SEGMENT}"), asset.contents[SEGMENT]
    with (
        supervised(folder, log, "--drain-timeout", "100") as server,
        closing(slow_client(server.address)) as client,
    ):
        client.sendall(segment * 40)
        received = client.recv(4096)
        server.signal(signal.SIGTERM)
        until(lambda: refuses(server.address))  # while an answer waits for room
        received += rest_of(client)
        assert server.process.wait(TIMEOUT_S) == 0
    heads = [part.rpartition(b"HTTP/1.1 200 OK")[2] for part in received.split(content)]
    assert heads.pop() == b"", "all answers are whole"
    assert [b"Connection: close" in head for head in heads] == [*[False] * (len(heads) - 1), True]


def test_a_request_that_does_not_go_on_is_given_up_in_time(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    with (
        supervised(folder, log, "--drain-timeout", "0.5") as server,
        closing(server.connect()) as begun,
    ):
        begun.sendall(get(f"{asset.path}/{SEGMENT}")[:20])
        server.signal(signal.SIGTERM)
        assert server.process.wait(TIMEOUT_S) == 0
        assert is_closed(begun)
    assert not server.events("worker did not end in time")


@pytest.mark.long
def test_a_reload_leaves_readiness_and_lasting_connections_alone(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    with supervised(folder, log) as server, closing(_client(server)) as lasting:
        assert _answer(lasting, f"{asset.path}/{SEGMENT}") == (200, None)
        (before,) = server.workers
        server.signal(signal.SIGHUP)
        until(lambda: server.events("reload done"))
        assert _answer(lasting, "/readyz")[0] == 200
        until(lambda: before not in server.workers)
        assert _answer(lasting, "/readyz") == (200, None), "by a new connection"


@pytest.mark.long
def test_ctrl_c_at_a_terminal_is_for_the_supervisor(
    folder: Path, asset: PublishedAsset, log: Path
) -> None:
    with (
        supervised(folder, log, "--drain-timeout", "100") as server,
        closing(slow_download(server.address, f"{asset.path}/{SEGMENT}")) as slow,
    ):
        for pid in (*server.workers, server.process.pid):  # as a terminal does it
            os.kill(pid, signal.SIGINT)
        until(lambda: refuses(server.address))
        assert rest_of(slow).endswith(asset.contents[SEGMENT])
        assert server.process.wait(TIMEOUT_S) == 0
        assert "KeyboardInterrupt" not in log.read_text()

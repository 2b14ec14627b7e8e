"""Running the server as people do: in processes of its own, told to stop by signals."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.functional.supervising import Server, supervised, until
from tests.servers.soundbridge import TIMEOUT_S, soundbridge
from tests.sources.published import PublishedAsset

Start = Callable[..., Server]


@pytest.fixture
def start(folder: Path, asset: PublishedAsset, tmp_path: Path) -> Iterator[Start]:
    del asset
    with ExitStack() as started:
        yield lambda *options: started.enter_context(supervised(folder, tmp_path / "log", *options))


def test_it_serves_until_told_to_stop(start: Start, asset: PublishedAsset) -> None:
    server = start()
    assert server.url.startswith("http://127.0.0.1:")
    assert server.get(f"{asset.path}/128k/00000.m4s") == asset.contents["128k/00000.m4s"]
    assert server.get("/first-light.m3u8?sid=secret").startswith(b"#EXTM3U")
    log = server.stop()
    assert server.process.returncode == 0
    events = [json.loads(line) for line in log.splitlines()]
    assert [(event["event"], event["path"], event["status"]) for event in events] == [
        ("request", f"{asset.path}/128k/00000.m4s", 200),
        ("request", "/first-light.m3u8", 200),
    ]
    assert "secret" not in log


def test_no_process_of_a_server_loads_the_decoder(start: Start, asset: PublishedAsset) -> None:
    server = start()
    server.get(f"{asset.path}/128k/00000.m4s")
    for pid in (server.process.pid, *server.workers):
        loaded = Path(f"/proc/{pid}/maps").read_text()
        assert "python" in loaded
        for library in ("libavcodec", "numpy", "PIL/_imaging"):
            assert library not in loaded


def test_ctrl_c_is_a_good_way_to_stop(start: Start) -> None:
    server = start()
    server.signal(signal.SIGINT)
    assert server.process.wait(TIMEOUT_S) == 0


def test_nonsense_from_the_network_is_one_line_in_the_log(start: Start) -> None:
    server = start()
    with server.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/9.9%s\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
    log = server.stop()
    (event,) = [json.loads(line) for line in log.splitlines() if "Error handling" in line]
    assert event["level"] == "warning"
    assert "Traceback" not in log


def test_workers_share_a_port_and_stop_together(start: Start, asset: PublishedAsset) -> None:
    server = start("--workers", "2")
    workers = server.workers
    assert len(workers) == 2
    for _ in range(20):
        assert server.get(f"{asset.path}/128k/00000.m4s") == asset.contents["128k/00000.m4s"]
    server.stop()
    assert server.process.returncode == 0
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


@pytest.mark.long_if("0")
@pytest.mark.parametrize("number", ["auto", "0"])
def test_as_many_workers_as_processors(start: Start, number: str) -> None:
    assert len(start("--workers", number).workers) == len(os.sched_getaffinity(0))


@pytest.mark.long_if("1")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_port_that_is_taken(start: Start, folder: Path, workers: str) -> None:
    _, port = start("--workers", workers).address
    options = ("--store", folder, "--port", str(port), "--workers", "2")
    second = soundbridge("serve", *options)
    assert second.returncode == 1
    assert f"Error: Cannot listen on 127.0.0.1:{port}: Address already in use." in second.stderr

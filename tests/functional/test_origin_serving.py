"""Running the server as people do: in processes of its own, told to stop by signals."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from obstore.store import LocalStore

from tests.sources.published import PublishedAsset, publish

PROGRAM = """
import sys
from origin.serving import ServerFailed, Service, run_server

try:
    run_server(
        Service(sys.argv[1]),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        workers=int(sys.argv[3]),
        on_ready=lambda url: print(url, flush=True),
    )
except ServerFailed as error:
    sys.exit(f"failed: {error}")
packages = {"av", "numpy", "PIL", "packager"}
print("loaded", *sorted(name for name in sys.modules if name.partition(".")[0] in packages))
"""


@dataclass
class Server:
    """A server in a process; ``url`` is what it announced."""

    process: subprocess.Popen[str]
    url: str

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}{path}", timeout=10) as response:  # noqa: S310 -- http on loopback
            content: bytes = response.read()
            return content

    def stop(self, number: int = signal.SIGTERM) -> tuple[str, str]:
        """Send a signal and return what came on stdout and stderr until the end."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=20)


Start = Callable[[int], Server]


@pytest.fixture
def asset(tmp_path: Path) -> PublishedAsset:
    return publish(LocalStore(tmp_path))


@pytest.fixture
def start(tmp_path: Path, asset: PublishedAsset) -> Iterator[Start]:
    del asset
    started: list[subprocess.Popen[str]] = []

    def start(workers: int) -> Server:
        process = _program(tmp_path, 0, workers)
        started.append(process)
        assert process.stdout is not None
        return Server(process, process.stdout.readline().strip())

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=20)


def _program(folder: Path, port: int, workers: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(port), str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for child in map(int, listed) if b"spawn_main" in _command_line(child)]


def _command_line(pid: int) -> bytes:
    """Return a process's command line; nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def test_one_process_serves_until_told_to_stop(start: Start, asset: PublishedAsset) -> None:
    server = start(1)
    assert server.url.startswith("http://127.0.0.1:")
    assert server.get(f"{asset.path}/128k/00000.m4s") == asset.contents["128k/00000.m4s"]
    assert server.get("/first-light.m3u8?sid=secret").startswith(b"#EXTM3U")
    out, log = server.stop()
    assert server.process.returncode == 0
    assert out == "loaded packager packager.patience\n", "a process that serves loads no decoder"
    events = [json.loads(line) for line in log.splitlines()]
    assert [(event["event"], event["path"], event["status"]) for event in events] == [
        ("request", f"{asset.path}/128k/00000.m4s", 200),
        ("request", "/first-light.m3u8", 200),
    ]
    assert "secret" not in log


def test_ctrl_c_is_a_good_way_to_stop(start: Start) -> None:
    server = start(1)
    server.stop(signal.SIGINT)
    assert server.process.returncode == 0


def test_nonsense_from_the_network_is_one_line_in_the_log(start: Start) -> None:
    server = start(1)
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(b"GET /healthz HTTP/9.9%s\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.0 400 ")
    _, log = server.stop()
    (event,) = [json.loads(line) for line in log.splitlines() if "Error handling" in line]
    assert event["level"] == "warning"
    assert "Traceback" not in log


def test_workers_share_a_port_and_stop_together(start: Start, asset: PublishedAsset) -> None:
    server = start(2)
    workers = _children(server.process.pid)
    assert len(workers) == 2
    for _ in range(20):
        assert server.get(f"{asset.path}/128k/00000.m4s") == asset.contents["128k/00000.m4s"]
    server.stop()
    assert server.process.returncode == 0
    assert not any(_command_line(worker) for worker in workers)


def test_a_worker_that_dies_takes_the_server_down(start: Start) -> None:
    server = start(2)
    workers = _children(server.process.pid)
    os.kill(workers[0], signal.SIGKILL)
    _, log = server.process.communicate(timeout=20)
    assert server.process.returncode == 1
    assert "failed: A worker ended by itself" in log
    assert not any(_command_line(worker) for worker in workers)


def test_workers_do_not_outlive_their_parent(start: Start) -> None:
    server = start(2)
    workers = _children(server.process.pid)
    assert len(workers) == 2
    server.stop(signal.SIGKILL)  # returns when the last process that holds the pipes has ended
    assert not any(_command_line(worker) for worker in workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_that_is_taken(start: Start, tmp_path: Path, workers: int) -> None:
    taken = start(workers)
    port = int(taken.url.rpartition(":")[2])
    with _program(tmp_path, port, 2) as second:
        _, log = second.communicate(timeout=20)
    assert second.returncode == 1
    assert f"failed: Cannot listen on 127.0.0.1:{port}: Address already in use." in log

"""What clients cost a worker that ask for something large: who does not read it, and who has."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from obstore.store import LocalStore

from tests.functional.asking import ask, get
from tests.functional.processes import children, command_line, resident_bytes
from tests.servers.soundbridge import TIMEOUT_S, running, url_said
from tests.sources.published import PublishedAsset, publish

CLIENTS = 200
NAME = "320k/00000.m4s"
"""240 KB: more than the kernel takes of it for who reads nothing."""
SEVERAL = "Range: bytes=1-119999,120001-"
SONGS = 60
FULL_PATH = ('If-None-Match: "another"', "Range: bytes=1-", SEVERAL)
"""Of answers that are given again, there is one copy anyway."""


@pytest.fixture
def asset(tmp_path: Path) -> PublishedAsset:
    return publish(LocalStore(tmp_path))


@pytest.fixture
def worker(tmp_path: Path, asset: PublishedAsset) -> Iterator[tuple[int, int]]:
    """Return a worker's port and number."""
    del asset
    options = ("--store", tmp_path, "--port", "0", "--workers", "1")
    with running("serve", *options) as server:
        port = int(url_said(server).rpartition(":")[2])
        (pid,) = (pid for pid in children(server.pid) if _is_worker(pid))
        yield port, pid


@pytest.mark.long_unless("bytes=1-119999")
@pytest.mark.parametrize("field", FULL_PATH)
def test_who_does_not_read_has_no_copy_kept(
    worker: tuple[int, int], asset: PublishedAsset, field: str
) -> None:
    port, pid = worker
    request = get(f"{asset.path}/{NAME}", field)
    with _connected(port) as polite:
        content = ask(polite, request).body
    before = resident_bytes(pid)
    with ExitStack() as connections:
        clients = [
            connections.enter_context(_connected(port, receives_bytes=4096)) for _ in range(CLIENTS)
        ]
        for client in clients:
            client.sendall(request)
        for client in clients:
            assert client.recv(1, socket.MSG_PEEK) == b"H", "its answer has begun"
        grown = resident_bytes(pid) - before
        with _connected(port) as polite:
            assert ask(polite, request).body[:1000] == content[:1000]
    assert grown < CLIENTS * len(content) / 4


@pytest.mark.long
@pytest.mark.long_if("bytes=1-119999", "bytes=0-19999")
@pytest.mark.parametrize(
    "field", ["Accept: */*", "Range: bytes=1-", "Range: bytes=0-19999", SEVERAL]
)
def test_who_has_read_it_has_none_of_it_kept(tmp_path: Path, field: str) -> None:
    store = LocalStore(tmp_path)
    paths = [
        f"{publish(store, f'song-{number}').path}/320k/{segment:05d}.m4s"
        for number in range(SONGS)
        for segment in range(3)
    ]
    size_bytes = 0
    options = ("--store", tmp_path, "--port", "0", "--workers", "1", "--memory", "16")
    with running("serve", *options) as server, ExitStack() as connections:
        port = int(url_said(server).rpartition(":")[2])
        (pid,) = (pid for pid in children(server.pid) if _is_worker(pid))
        with _connected(port) as first:
            for path in paths[: len(paths) // 2]:  # what it may remember is full then
                size_bytes = int(ask(first, get(path)).headers["content-length"])
        before = resident_bytes(pid)
        for path in paths:
            client = connections.enter_context(_connected(port))
            assert ask(client, get(path, field)).status in {200, 206}
        grown = resident_bytes(pid) - before
    assert size_bytes > 200_000
    assert grown < len(paths) * size_bytes / 3


def _is_worker(pid: int) -> bool:
    return b"spawn_main" in command_line(pid)


def _connected(port: int, *, receives_bytes: int | None = None) -> "closing[socket.socket]":
    client = socket.socket()
    client.settimeout(TIMEOUT_S)
    if receives_bytes is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives_bytes)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)  # as outside of loopback
    client.connect(("127.0.0.1", port))
    return closing(client)

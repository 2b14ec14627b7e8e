"""What every kind of edge is to a test, whatever server it is."""

import socket
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cdn.edge.plan import Edge, EdgeFile
from tests.servers.soundbridge import TIMEOUT_S


@dataclass(frozen=True)
class Purged:
    """What is to be dropped, said in two ways: an edge takes the one that it knows."""

    paths: Sequence[str]
    tag: str


@dataclass(frozen=True)
class RunningEdge:
    """An edge that accepts; ``url`` has no slash at its end. None purges where nothing is kept.

    ``purge`` returns when the edge has done it, and raises AssertionError where it has not.
    """

    url: str
    process: subprocess.Popen[bytes]
    purge: Callable[[Purged], None] | None = None
    ports: dict[str, int] = field(default_factory=dict)

    def dropped(self, *paths: str, tag: str = "") -> None:
        """Purge, at an edge that keeps copies."""
        assert self.purge is not None
        self.purge(Purged(paths, tag))


Starts = Callable[[Edge, Path], AbstractContextManager[RunningEdge]]
"""Runs a kind of edge, its files in a folder, for as long as the block lasts."""


def written(files: Sequence[EdgeFile], folder: Path) -> None:
    """Write a configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in files:
        (folder / each.name).write_text(each.text)


@contextmanager
def ended(command: Sequence[str], port: int, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in the foreground; it accepts at ``port`` when it is given, and ends at last.

    ``options`` are those of ``subprocess.Popen``.
    """
    with subprocess.Popen(command, **options) as process:
        try:
            _wait_for(process, port)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(TIMEOUT_S)
            finally:
                process.kill()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), TIMEOUT_S).close()
        except OSError:
            continue
        return
    raise AssertionError("it has ended")

"""Worker processes that are killed outright while at work, each replaced by a new one.

Where they package to is a folder, or a bucket as ``soundbridge`` is told of one: by a URL, and by
variables of the environment.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from obstore.store import ObjectStore

from tests.servers.soundbridge import SOUNDBRIDGE

WORKERS = 3


@dataclass(frozen=True)
class Place:
    """A store, and how a program is told of it."""

    store: ObjectStore
    location: str
    environment: Mapping[str, str] = field(default_factory=dict)


class Workers:
    """They run until they are killed."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Any) -> None:
        self._command = command
        self._environment = os.environ | environment
        self._log = log
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        for _ in range(WORKERS):
            self._start()

    def _start(self) -> None:
        process = subprocess.Popen(self._command, env=self._environment, stderr=self._log)
        self._processes[process.pid] = process

    @property
    def pids(self) -> AbstractSet[int]:
        return self._processes.keys()

    def replace(self, pid: int) -> None:
        self._kill(self._processes.pop(pid))
        self._start()

    def kill_all(self) -> None:
        for process in self._processes.values():
            self._kill(process)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        assert process.poll() is None, "a worker ended by itself"
        process.kill()
        process.wait(timeout=20)


@contextmanager
def workers(folder: Path, place: Place, database_url: str | None) -> Iterator[Workers]:
    """Run them until the end of the caller's block; what they say is in ``workers.log``."""
    command = [*SOUNDBRIDGE, "worker", "--lease", "2"]
    command += ["--store", place.location, "--state", str(folder / "state")]
    command += ["--database", database_url] if database_url else []
    with ExitStack() as stack:
        log = stack.enter_context((folder / "workers.log").open("ab"))
        running = Workers(command, place.environment, log)
        stack.callback(running.kill_all)
        yield running

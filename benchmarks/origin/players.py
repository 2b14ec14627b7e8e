"""The program ``polite``, from outside: open connections, and figures for a time of asking."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from benchmarks.packaging.runs import pinned

_ENDS_WITHIN_S: Final = 30.0

Figures = dict[str, float]


class Players:
    """Connections that are open."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.opened = self._said()

    def ask(self, seconds: float) -> Figures:
        """Ask for so long; return latencies and numbers."""
        print(seconds, file=self._process.stdin, flush=True)
        return self._said()

    def _said(self) -> Figures:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit("the clients ended before their time")
        said: Figures = json.loads(line)
        return said


@contextmanager
def players(
    url: str, *, connections: int, rate: int, cores: Sequence[int], sources: int = 16
) -> Iterator[Players]:
    """Keep connections open while the caller's block runs; ``rate`` is in requests a second."""
    size = ["--connections", str(connections), "--rate", str(rate), "--sources", str(sources)]
    command = [*pinned(cores), sys.executable, "-m", "benchmarks.origin.polite", url, *size]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Players(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(_ENDS_WITHIN_S)
            finally:
                process.kill()

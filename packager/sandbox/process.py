"""Processes that become children, and the two pipes to each.

A process is started as its own session, so that Ctrl-C at a terminal is for the parent alone, which
then ends it. Its environment is a list of what it needs: credentials are not on it. Modules are
found where the parent finds them, so that both are the same version of this package.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packager.errors import ReaderLost

READS_ONE_SOURCE: Final = ("-m", "packager.sandbox")
"""The arguments with which Python becomes a child."""

_INHERITED: Final = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME")


@dataclass(slots=True)
class Child:
    """A process with a pipe in each direction; ``close`` it.

    ``wait`` waits for so many seconds, or for ever; it returns the exit status, negative for a
    signal, or None while it lives. Until then its number is nobody else's.
    """

    pid: int
    to_child: int
    from_child: int
    wait: Callable[[float | None], int | None]
    _status: int | None = None
    _ending: threading.Lock = field(default_factory=threading.Lock)

    def kill(self) -> None:
        """End it at once, with all that it may have started; any thread may, at any time."""
        with self._ending:
            if self._status is None:
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)

    def status(self, within_s: float | None) -> int | None:
        """Return how it ended, None where it has not."""
        with self._ending:
            if self._status is None:
                self._status = self.wait(within_s)
            return self._status

    def close(self) -> None:
        """End it and clear away what is left of it; once or again."""
        self.kill()
        if self.status(None) is not None and self.to_child >= 0:
            os.close(self.to_child)
            os.close(self.from_child)
            self.to_child = self.from_child = -1


@dataclass(frozen=True, slots=True)
class Pipes:
    """The four ends of a child's two pipes; ``requests`` and ``frames`` are the child's."""

    requests: int
    to_child: int
    from_child: int
    frames: int


@contextmanager
def piped() -> Iterator[Pipes]:
    """Make pipes, and start a child with them in the caller's block; its ends are closed after."""
    requests, to_child = os.pipe()
    from_child, frames = os.pipe()
    os.set_blocking(to_child, False)
    try:
        yield Pipes(requests, to_child, from_child, frames)
    except BaseException:
        os.close(to_child)
        os.close(from_child)
        raise
    finally:
        os.close(requests)
        os.close(frames)


def start_child(program: tuple[str, ...] = READS_ONE_SOURCE) -> Child:
    """Start Python with the arguments ``program`` as a child; raises ReaderLost.

    The thread that does has to outlive it: the child is bound to that thread's life.
    """
    with piped() as pipes:
        process = start_python(program, stdin=pipes.requests, stdout=pipes.frames)

    def wait(within_s: float | None) -> int | None:
        try:
            return process.wait(within_s)
        except subprocess.TimeoutExpired:
            return None

    return Child(process.pid, pipes.to_child, pipes.from_child, wait)


def start_python(program: tuple[str, ...], *, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
    """Start Python without anything of ours but two files; raises ReaderLost."""
    try:
        return subprocess.Popen(  # noqa: S603 our own program
            [sys.executable, "-P", *program],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise ReaderLost(
            f"No process to read this file could be started ({error.strerror}). "
            "Make room on this machine, then try again."
        ) from error


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    modules = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
    # One thread suffices for products as small as ours; more would each cost memory.
    return {**inherited, "PYTHONPATH": modules, "OPENBLAS_NUM_THREADS": "1"}

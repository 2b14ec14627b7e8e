"""Processes that become children, and the two pipes to each.

A process is started as its own session, so that Ctrl-C at a terminal is for the parent alone, which
then ends it, and never hears of SIGTERM, which systemd sends to every process of a service: what a
parent finishes before it ends needs its children. Its environment is a list of what it needs:
credentials are not on it. Modules are found where the parent finds them, so that both are the same
version of this package.
"""

import errno
import os
import select
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

NOT_STARTED: Final = (
    "No process to read this file could be started ({reason}). "
    "Make room on this machine, then try again."
)

_INHERITED: Final = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME")
_THRIFTY: Final = {
    # One thread suffices for products as small as ours; more would each cost memory.
    "OPENBLAS_NUM_THREADS": "1",
    # glibc raises this by itself to the largest block that was ever freed, here a minute of sound,
    # and keeps such blocks from then on: hours of sound had a quarter more than minutes. Lower
    # values have each block of a decoder's mapped anew, which costs more time than memory is worth.
    "MALLOC_MMAP_THRESHOLD_": "1048576",
}


@dataclass(slots=True)
class Child:
    """A process with a pipe in each direction; ``close`` it.

    ``process`` is a file that means this process and never another, whoever gets its number later.
    ``reap`` returns the exit status, negative for a signal, of a process that has ended. Any thread
    may ``kill`` at any time; the rest is for one thread.
    """

    pid: int
    process: int
    to_child: int
    from_child: int
    reap: Callable[[], int]
    _status: int | None = None
    _closing: threading.Lock = field(default_factory=threading.Lock)

    def kill(self) -> None:
        """End it at once, without waiting for anything."""
        with self._closing, suppress(ProcessLookupError):
            if self.process >= 0:
                signal.pidfd_send_signal(self.process, signal.SIGKILL)

    def status(self, within_s: float | None) -> int | None:
        """Return how it ended, None where it has not within so many seconds, or for ever."""
        if self._status is None and _has_ended(self.process, within_s):
            self._status = self.reap()
        return self._status

    def close(self) -> None:
        """End it and clear away what is left of it; once or again."""
        if self.process < 0:
            return
        self.kill()
        self.status(None)
        with self._closing:
            for file in (self.process, self.to_child, self.from_child):
                os.close(file)
            self.process = self.to_child = self.from_child = -1


def _has_ended(process: int, within_s: float | None) -> bool:
    end = select.poll()
    end.register(process, select.POLLIN)
    return bool(end.poll(None if within_s is None else within_s * 1000))


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
        handle = handle_of(process.pid)

    def reap() -> int:
        end_group(process.pid)
        return process.wait()

    return Child(process.pid, handle, pipes.to_child, pipes.from_child, reap)


def handle_of(pid: int) -> int:
    """Return a file that means the process ``pid``; raises ReaderLost where it is none of ours."""
    try:
        if pid <= 1:
            raise ProcessLookupError(errno.ESRCH, os.strerror(errno.ESRCH))
        return os.pidfd_open(pid)
    except OSError as error:
        raise ReaderLost(NOT_STARTED.format(reason=error.strerror)) from error


def end_group(pid: int) -> None:
    """End what a child may have left, while its number is still its own: before it is reaped."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def start_python(program: tuple[str, ...], *, stdin: int, stdout: int) -> subprocess.Popen[bytes]:
    """Start Python without anything of ours but two files; raises ReaderLost."""
    try:
        with _held_back():
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
        raise ReaderLost(NOT_STARTED.format(reason=error.strerror)) from error


@contextmanager
def _held_back() -> Iterator[None]:
    """Let what this thread starts in the caller's block, and its children, not hear of SIGTERM."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    modules = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
    return {**inherited, **_THRIFTY, "PYTHONPATH": modules}

"""One child process and the two pipes to it: started, listened to for as long as is allowed, ended.

The child is its own session, so that Ctrl-C at a terminal is for the parent alone, which then ends
the child. Its environment is a list of what it needs: credentials are not on it. Modules are found
where the parent finds them, so that both are the same version of this package.
"""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from packager.errors import PackagingError, ReaderLost, SourceCrashed, SourceTooDemanding
from packager.sandbox.allowance import Watch
from packager.sandbox.frames import Message, frame, read_message
from packager.sandbox.values import Misfit

READS_SOURCES: Final = ("-m", "packager.sandbox")
"""The arguments with which Python becomes a child."""

CRASHED: Final = (
    "This file broke the program that reads it. It is damaged, or was made to do so: "
    "export it again, in another format, then upload the new file."
)
TOO_DEMANDING: Final = (
    "This file takes more memory or time to read than any sound should. "
    "Export it again, in another format, then upload the new file."
)
_LOST: Final = "The process that read this file was ended from outside. Try again."

_INHERITED: Final = ("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "PYTHONHOME")
_LOOK_EVERY_MS: Final = 500
_EXIT_WITHIN_S: Final = 5.0
_PIECE_BYTES: Final = 2**20
_CPU_CLOCK: Final = 2


class Child:
    """A child that reads sources; ``close`` it. The thread that starts it has to outlive it.

    Raises ReaderLost where it cannot be started.
    """

    def __init__(self, program: tuple[str, ...] = READS_SOURCES) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 our own program
                [sys.executable, "-P", *program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise ReaderLost(
                f"No process to read this file could be started ({error.strerror}). "
                "Make room on this machine, then try again."
            ) from error
        assert self._process.stdin is not None  # noqa: S101 both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._to_child, self._from_child = self._process.stdin, self._process.stdout
        os.set_blocking(self._to_child.fileno(), False)
        self._ending = threading.Lock()

    def send(self, kind: str, value: object, watch: Watch) -> None:
        """Send a message; raises PackagingError."""
        self._begin(watch)
        left = memoryview(frame(kind, value))
        while left:
            self._await(self._to_child.fileno(), select.POLLOUT, watch)
            try:
                left = left[os.write(self._to_child.fileno(), left[:_PIECE_BYTES]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._what_ended_it() from error

    def receive(self, watch: Watch) -> Message:
        """Wait for the next message; raises PackagingError where there will be none."""
        self._begin(watch)
        try:
            return read_message(lambda size_bytes: self._read(size_bytes, watch))
        except Misfit as error:
            raise SourceCrashed(CRASHED) from error

    def kill(self) -> None:
        """End it at once, with all that it may have started; any thread may, at any time."""
        with self._ending:
            if self._process.returncode is None:  # or the number may be another's by now
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """End it and clear away what is left of it."""
        self.kill()
        with self._ending:
            self._process.wait()
        self._to_child.close()
        self._from_child.close()

    def _read(self, size_bytes: int, watch: Watch) -> bytes:
        data = bytearray()
        while len(data) < size_bytes:
            self._await(self._from_child.fileno(), select.POLLIN, watch)
            piece = os.read(self._from_child.fileno(), min(size_bytes - len(data), _PIECE_BYTES))
            if not piece:
                raise self._what_ended_it()
            data += piece
        return bytes(data)

    def _begin(self, watch: Watch) -> None:
        watch.begin(time.monotonic(), self._cpu_s())

    def _await(self, pipe: int, event: int, watch: Watch) -> None:
        ready = select.poll()
        ready.register(pipe, event)
        while not ready.poll(_LOOK_EVERY_MS):
            watch.check(time.monotonic(), self._cpu_s())
        watch.check(time.monotonic(), self._cpu_s())

    def _cpu_s(self) -> float:
        """Return the processor time that it took: clock_getcpuclockid(3), which Python lacks."""
        try:
            return time.clock_gettime(~self._process.pid << 3 | _CPU_CLOCK)
        except OSError:  # it has ended, which its pipe will tell
            return 0.0

    def _what_ended_it(self) -> PackagingError:
        with self._ending:
            try:
                status = self._process.wait(_EXIT_WITHIN_S)
            except subprocess.TimeoutExpired:  # it has closed its pipe, and lives on
                return SourceCrashed(CRASHED)
        if -status == signal.SIGXCPU:
            return SourceTooDemanding(TOO_DEMANDING)
        if -status in {signal.SIGKILL, signal.SIGTERM}:
            return ReaderLost(_LOST)
        return SourceCrashed(CRASHED)


def _environment() -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    modules = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
    # One thread suffices for products as small as ours, and each costs memory.
    return {**inherited, "PYTHONPATH": modules, "OPENBLAS_NUM_THREADS": "1"}

"""Readers that need not load their decoders: copies of a template that has."""

import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from subprocess import DEVNULL
from types import TracebackType
from typing import Final, Self

from packager.errors import ReaderLost
from packager.sandbox.process import Child, piped, start_python
from packager.sandbox.reader import Reader
from packager.sandbox.template import FORK, LONGEST_DATAGRAM, NO_CHILD, STILL_THERE

TEMPLATE: Final = ("-m", "packager.sandbox.template")
"""The arguments with which Python becomes a template."""

_ANSWER_WITHIN_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.005
_KILLED: Final = str(-signal.SIGKILL.value).encode()


class WarmReaders:
    """Hands out readers to any thread, for a ``with`` block; a template that dies is replaced."""

    def __init__(self, program: tuple[str, ...] = TEMPLATE) -> None:
        self._program = program
        self._asking = threading.Lock()
        # A template is bound to the life of the thread that starts it, so that has to last.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="template")
        self._template: _Template | None = None

    def __enter__(self) -> Self:
        with self._asking:
            self._template = self._started()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._asking:
            if self._template is not None:
                self._template.close()
        self._starter.shutdown()

    def reader(self) -> Reader:
        """Return a reader that is ready; raises ReaderLost."""
        return Reader(self._fork)

    def _fork(self) -> Child:
        with piped() as pipes:
            pid = self._ask_for_child([pipes.requests, pipes.frames])
        return Child(pid, pipes.to_child, pipes.from_child, lambda s: self._wait(pid, s))

    def _ask_for_child(self, files: list[int]) -> int:
        with self._asking:
            for _ in range(2):
                self._template = self._template or self._started()
                try:
                    answer = self._template.ask(FORK, files)
                except OSError:
                    self._template.close()
                    self._template = None
                else:
                    break
            else:
                answer = NO_CHILD
        if answer == NO_CHILD:
            raise ReaderLost(
                "No process to read this file could be started. "
                "Make room on this machine, then try again."
            )
        return int(answer)

    def _wait(self, pid: int, within_s: float | None) -> int | None:
        give_up_s = None if within_s is None else time.monotonic() + within_s
        while (answer := self._ask_how_it_ended(pid)) == STILL_THERE:
            if give_up_s is not None and time.monotonic() > give_up_s:
                return None
            time.sleep(_LOOK_EVERY_S)
        return int(answer)

    def _ask_how_it_ended(self, pid: int) -> bytes:
        with self._asking:
            if self._template is None:  # who was copied from it died with it
                return _KILLED
            try:
                return self._template.ask(str(pid).encode())
            except OSError:
                return _KILLED

    def _started(self) -> "_Template":
        return self._starter.submit(_Template, self._program).result()


class _Template:
    """The template's process and the socket to it; its questions raise OSError."""

    def __init__(self, program: tuple[str, ...]) -> None:
        self._socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_ANSWER_WITHIN_S)
        try:
            with its:
                self._process = start_python(program, stdin=its.fileno(), stdout=DEVNULL)
        except BaseException:
            self._socket.close()
            raise

    def ask(self, said: bytes, files: list[int] | None = None) -> bytes:
        if files:
            socket.send_fds(self._socket, [said], files)
        else:
            self._socket.send(said)
        answer = self._socket.recv(LONGEST_DATAGRAM)
        if not answer:
            raise ConnectionResetError
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._socket.close()

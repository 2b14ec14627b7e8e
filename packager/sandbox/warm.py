"""Readers that need not load their decoders: copies of a template that has."""

import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from subprocess import DEVNULL
from types import TracebackType
from typing import Final, Self

from packager.errors import ReaderLost
from packager.sandbox.process import NOT_STARTED, Child, handle_of, piped, start_python
from packager.sandbox.reader import Reader
from packager.sandbox.template import CHILD, ENDED, FORK, LONGEST_DATAGRAM, NO_CHILD

TEMPLATE: Final = ("-m", "packager.sandbox.template")
"""The arguments with which Python becomes a template."""

_ANSWER_WITHIN_S: Final = 60.0
_KILLED: Final = -signal.SIGKILL.value
_ENOUGH_TRIES: Final = 2


class WarmReaders:
    """Hands out readers to any thread, for a ``with`` block.

    A template that dies, or does not answer within ``answer_s``, is replaced.
    """

    def __init__(
        self, program: tuple[str, ...] = TEMPLATE, *, answer_s: float = _ANSWER_WITHIN_S
    ) -> None:
        self._program = program
        self._answer_s = answer_s
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
            self._drop_template()
        self._starter.shutdown()

    def reader(self) -> Reader:
        """Return a reader that is ready; raises ReaderLost."""
        return Reader(self._fork)

    def _fork(self) -> Child:
        with piped() as pipes, self._asking:
            template, pid = self._forked([pipes.requests, pipes.frames])
            handle = handle_of(pid)
        reap = partial(self._reap, template, pid)
        return Child(pid, handle, pipes.to_child, pipes.from_child, reap)

    def _forked(self, files: list[int]) -> "tuple[_Template, int]":
        for _ in range(_ENOUGH_TRIES):
            self._template = self._template or self._started()
            try:
                return self._template, self._template.fork(files)
            except _NoChild:
                break
            except OSError:
                self._drop_template()
        raise ReaderLost(NOT_STARTED.format(reason="no copy of it could be made"))

    def _reap(self, template: "_Template", pid: int) -> int:
        with self._asking:
            if template is self._template:  # else who was copied from it died with it
                try:
                    return template.status(pid)
                except OSError:
                    self._drop_template()
        return _KILLED

    def _drop_template(self) -> None:
        """Be done with a template that is in doubt, and with all that were copied from it."""
        if self._template is not None:
            self._template.close()
            self._template = None

    def _started(self) -> "_Template":
        return self._starter.submit(_Template, self._program, self._answer_s).result()


class _NoChild(Exception):
    """The template had no room for one."""


class _Template:
    """The template's process and the socket to it.

    Its questions raise OSError, and are the last where they do: an answer that came late would be
    taken for the answer to the next.
    """

    def __init__(self, program: tuple[str, ...], answer_s: float) -> None:
        self._asked = 0
        self._socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(answer_s)
        try:
            with its:
                self._process = start_python(program, stdin=its.fileno(), stdout=DEVNULL)
        except BaseException:
            self._socket.close()
            raise

    def fork(self, files: list[int]) -> int:
        """Return the process id of a new child; raises _NoChild."""
        answer = self._ask(FORK, files)
        if answer == [NO_CHILD]:
            raise _NoChild
        return _figure_after(CHILD, answer)

    def status(self, pid: int) -> int:
        """Return how a child ended that has."""
        return _figure_after(ENDED, self._ask(b"%d" % pid, []))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _ask(self, question: bytes, files: list[int]) -> list[bytes]:
        self._asked += 1
        socket.send_fds(self._socket, [b"%d %b" % (self._asked, question)], files)
        number, *answer = self._socket.recv(LONGEST_DATAGRAM).split()
        if number != b"%d" % self._asked:
            raise ConnectionAbortedError("the template answers another question")
        return answer


def _figure_after(word: bytes, answer: list[bytes]) -> int:
    with suppress(ValueError):
        said, figure = answer
        if said == word:
            return int(figure)
    raise ConnectionAbortedError("the template does not answer the question")

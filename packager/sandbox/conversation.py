"""Talking to a child for as long as is allowed, and saying what ended it where it ends."""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from packager.errors import PackagingError, ReaderLost, SourceCrashed, SourceTooDemanding
from packager.sandbox.allowance import TOO_DEMANDING, Watch
from packager.sandbox.frames import Message, frame, read_message
from packager.sandbox.process import Child
from packager.sandbox.values import Misfit

CRASHED: Final = (
    "This file broke the program that reads it. It is damaged, or was made to do so: "
    "export it again, in another format, then upload the new file."
)
_LOST: Final = "The process that read this file was ended from outside. Try again."

_LOOK_EVERY_MS: Final = 500
_EXIT_WITHIN_S: Final = 5.0
_PIECE_BYTES: Final = 2**20
_CPU_CLOCK: Final = 2


class Conversation:
    """Messages to and from one child; each of its methods raises PackagingError.

    While ``is_arriving`` says that the child's source is, it may wait for that.
    """

    def __init__(self, child: Child, watch: Watch, is_arriving: Callable[[], bool]) -> None:
        self._child = child
        self._watch = watch
        self._is_arriving = is_arriving

    def send(self, kind: str, value: object) -> None:
        """Send a message."""
        self._watch.begin(time.monotonic(), self._cpu_s())
        left = memoryview(frame(kind, value))
        while left:
            self._await(self._child.to_child, select.POLLOUT)
            try:
                left = left[os.write(self._child.to_child, left[:_PIECE_BYTES]) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._what_ended_it() from error

    def receive(self) -> Message:
        """Wait for the next message."""
        self._watch.begin(time.monotonic(), self._cpu_s())
        try:
            return read_message(self._read)
        except Misfit as error:
            raise SourceCrashed(CRASHED) from error

    def _read(self, size_bytes: int) -> bytearray:
        data = bytearray()
        while len(data) < size_bytes:
            self._await(self._child.from_child, select.POLLIN)
            piece = os.read(self._child.from_child, min(size_bytes - len(data), _PIECE_BYTES))
            if not piece:
                raise self._what_ended_it()
            data += piece
        return data

    def _await(self, pipe: int, event: int) -> None:
        ready = select.poll()
        ready.register(pipe, event)
        while not ready.poll(_LOOK_EVERY_MS):
            if self._is_arriving():
                self._watch.excuse(time.monotonic())
            self._watch.check(time.monotonic(), self._cpu_s())
        self._watch.check(time.monotonic(), self._cpu_s())

    def _cpu_s(self) -> float:
        """Return the processor time that it took: clock_getcpuclockid(3), which Python lacks."""
        with suppress(OSError):  # it has ended, which its pipe will tell
            return time.clock_gettime(~self._child.pid << 3 | _CPU_CLOCK)
        return 0.0

    def _what_ended_it(self) -> PackagingError:
        status = self._child.status(_EXIT_WITHIN_S)
        if status == -signal.SIGXCPU:
            return SourceTooDemanding(TOO_DEMANDING)
        if status in {-signal.SIGKILL, -signal.SIGTERM}:
            return ReaderLost(_LOST)
        return SourceCrashed(CRASHED)

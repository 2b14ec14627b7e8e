"""A text stream that never makes its writers wait.

stderr may be a pipe whose reader has stalled, or a file on a disk that is full or slow; a request
must not wait for it. Whoever writes leaves a text in memory, and a thread writes out what has
gathered for a moment, in few system calls. What is in memory is bounded: where it does not leave,
more is dropped, and once it leaves again a line tells how many were.

Texts are lines. Into a pipe they go in pieces of at most PIPE_BUF bytes, which are whole lines:
several processes write to the same one, and the kernel keeps such pieces in one piece (pipe(7)).
"""

import json
import os
import select
import stat
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from origin.delivery import logs
from origin.telemetry.library_lines import libraries_lead_here

LIMIT_BYTES: Final = 8 << 20
GATHER_S: Final = 0.1
_GATHER_BYTES: Final = 256 << 10
_PIECE_BYTES: Final = 64 << 10
_LINE_COSTS_BYTES: Final = 64  # of a str and its place in a list, about
_LOOK_EVERY_MS: Final = 1000
_LAST_LINES_S: Final = 1.0


class LogStream:
    """A stream in front of a file descriptor, which stays the caller's."""

    def __init__(self, descriptor: int, *, limit_bytes: int = LIMIT_BYTES) -> None:
        self._descriptor = descriptor
        self._limit_bytes = limit_bytes
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        self._piece_bytes = _PIECE_BYTES if is_file else select.PIPE_BUF
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._held_bytes = 0
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._is_closed = False
        self._is_torn = False
        self._untold = 0
        self.dropped = 0
        """How many lines never left."""
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def write(self, text: str) -> int:
        """Take a line, or drop it where too much is held already."""
        length = len(text)
        with self._lock:
            held_bytes = self._held_bytes + length + _LINE_COSTS_BYTES
            if held_bytes > self._limit_bytes or self._is_closed:
                self._count_dropped(1)
                return length
            self._held_bytes = held_bytes
            is_first = not self._lines
            self._lines.append(text)
        if is_first:
            self._wake.set()
        if held_bytes >= _GATHER_BYTES and not self._hurry.is_set():
            self._hurry.set()
        return length

    def flush(self) -> None:
        """Do nothing: lines leave soon by themselves."""

    def close(self, *, within_s: float) -> None:
        """Let what is held leave, for as long as there is time; nothing is taken any more."""
        with self._lock:
            self._is_closed = True
        self._wake.set()
        self._hurry.set()
        self._thread.join(within_s)

    def _count_dropped(self, lines: int) -> None:
        self.dropped += lines
        self._untold += lines

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._hurry.wait(GATHER_S)
            with self._lock:
                lines, self._lines = self._lines, []
                leaving_bytes = self._held_bytes  # what was written out before is gone already
                self._wake.clear()
                self._hurry.clear()
                is_last = self._is_closed
            for piece, count in _pieces(lines, self._piece_bytes):
                self._write_out(piece, count)
            with self._lock:
                self._held_bytes -= leaving_bytes
            if is_last:
                return

    def _write_out(self, piece: bytes, lines: int) -> None:
        if self._untold:
            self._tell_dropped()
        if not self._is_written(piece):
            with self._lock:
                self._count_dropped(lines)

    def _tell_dropped(self) -> None:
        with self._lock:
            untold, self._untold = self._untold, 0
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        event = {"event": "log lines dropped", "lines": untold}
        line = json.dumps(event | {"level": "warning", "timestamp": moment}) + "\n"
        if not self._is_written(line.encode()):
            with self._lock:
                self._untold += untold

    def _is_written(self, piece: bytes) -> bool:
        """Write it out, however long it takes; False where the system refuses to take it."""
        if self._is_torn:  # what was refused last may have left a part of a line
            piece = b"\n" + piece
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[self._write_some(rest) :]
        except OSError:
            self._is_torn = self._is_torn or len(rest) < len(piece)
            return False
        self._is_torn = False
        return True

    def _write_some(self, rest: memoryview) -> int:
        try:
            return os.write(self._descriptor, rest)
        except BlockingIOError:  # whoever shares it with us has made it so
            waiting = select.poll()
            waiting.register(self._descriptor, select.POLLOUT)
            waiting.poll(_LOOK_EVERY_MS)
            return 0


def _pieces(lines: Iterable[str], size_bytes: int) -> Iterator[tuple[bytes, int]]:
    """Put whole lines together into pieces of up to a size; a longer line is a piece by itself."""
    piece: list[str] = []
    held_bytes = 0
    for line in lines:
        line_bytes = len(line) if line.isascii() else len(_encoded(line))
        if piece and held_bytes + line_bytes > size_bytes:
            yield _encoded("".join(piece)), len(piece)
            piece, held_bytes = [], 0
        piece.append(line)
        held_bytes += line_bytes
    if piece:
        yield _encoded("".join(piece)), len(piece)


def _encoded(text: str) -> bytes:
    return text.encode(errors="backslashreplace")


@contextmanager
def log_stream() -> Iterator[LogStream]:
    """Let the process's log not hold it up while the caller's block runs."""
    stream = LogStream(sys.stderr.fileno())
    logs.configure(stream)
    try:
        with libraries_lead_here():
            yield stream
    finally:
        stream.close(within_s=_LAST_LINES_S)
        logs.configure()

"""Children in which a source does what no source should be able to do: each breaks in one way."""

import ctypes
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Collection, Generator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from packager.encoding.encoded import ChunkId, EncodedChunk
from packager.extras import Extras
from packager.limits import Limits
from packager.plan import Finding, Plan
from packager.reading import Reading
from packager.sandbox.template import serve_copies

_NOWHERE: Final = Path("/tmp/soundbridge-escaped")  # noqa: S108 it is never there


class ReadingThatBreaks:
    """A reading that is fine for one chunk, and then does what its source is named for."""

    def __init__(self, path: Path, limits: Limits, workers: int, extras: Extras) -> None:
        self._reading = Reading(path, limits, workers, extras)
        self._breaks = BREAKS.get(path.stem, str)
        self._lies = LIES.get(path.stem)

    @property
    def plan(self) -> Plan:
        return self._reading.plan

    def chunks(self, done: Collection[ChunkId] = ()) -> Generator[EncodedChunk]:
        chunks = self._reading.chunks(done)
        yield from islice(chunks, 1)
        self._breaks()
        if self._lies:
            yield from map(self._lies, islice(chunks, 1))
        yield from chunks

    def finding(self) -> Finding:
        return self._reading.finding()


def segfault() -> None:
    ctypes.string_at(0)


def abort() -> None:
    ctypes.CDLL(None).abort()


def hang() -> None:
    time.sleep(1_000)


def hang_with_the_interpreter() -> None:
    ctypes.PyDLL(None).sleep(1_000)


def spin() -> None:
    while True:
        pass


def eat_memory() -> None:
    held = []
    while True:
        held.append(bytearray(b"x" * 2**24))


def eat_memory_in_c() -> None:
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    while (at := libc.malloc(ctypes.c_size_t(2**24))) is not None:
        ctypes.memset(at, 1, 2**24)
    raise MemoryError


def leave() -> None:
    os._exit(0)


def kill_its_parent() -> None:
    os.kill(os.getppid(), signal.SIGKILL)


def write_a_file() -> None:
    with _NOWHERE.open("wb") as file:
        file.write(b"escaped")


def change_a_file() -> None:
    os.truncate(_NOWHERE, 0)


def remove_a_file() -> None:
    _NOWHERE.unlink()


def make_a_folder() -> None:
    _NOWHERE.mkdir()


def read_what_its_parent_knows() -> None:
    Path(f"/proc/{os.getppid()}/environ").read_bytes()


def read_another_file() -> None:
    Path("/etc/passwd").read_bytes()


def lift_its_limits() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look_at_its_limits_and_start_a_thread() -> None:
    resource.getrlimit(resource.RLIMIT_CORE)
    thread = threading.Thread(target=str)
    thread.start()
    thread.join()


def outlive_its_parent() -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(1, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def start_a_process() -> None:
    if os.fork() == 0:
        os._exit(0)


def leave_its_session() -> None:
    os.setsid()


def ask_the_network() -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def start_a_program() -> None:
    os.execv("/bin/true", ["true"])  # noqa: S606 it must not come to that


def raise_an_error() -> None:
    raise RuntimeError("nobody thought of this")


def print_a_lot() -> None:
    os.write(1, b"x" * 2**20)
    os.write(2, b"x" * 2**20)


def another_rung(chunk: EncodedChunk) -> EncodedChunk:
    return replace(chunk, rung=replace(chunk.rung, name="../../elsewhere"))


def another_number(chunk: EncodedChunk) -> EncodedChunk:
    return replace(chunk, cut=replace(chunk.cut, number=7))


def a_frame_less(chunk: EncodedChunk) -> EncodedChunk:
    return replace(chunk, units=chunk.units[1:])


def an_empty_frame(chunk: EncodedChunk) -> EncodedChunk:
    return replace(chunk, units=(b"", *chunk.units[1:]))


def a_shifted_cut(chunk: EncodedChunk) -> EncodedChunk:
    first, *rest = chunk.cut.segments
    shifted = replace(first, start_ticks=first.start_ticks + 1)
    return replace(chunk, cut=replace(chunk.cut, segments=(shifted, *rest)))


def no_segments(chunk: EncodedChunk) -> EncodedChunk:
    return replace(chunk, cut=replace(chunk.cut, segments=()), units=())


BREAKS: Final = {
    breaks.__name__: breaks
    for breaks in (
        segfault, abort, leave, kill_its_parent, hang, hang_with_the_interpreter, spin, eat_memory,
        eat_memory_in_c, write_a_file, ask_the_network, start_a_program, raise_an_error,
        print_a_lot, change_a_file, remove_a_file, make_a_folder, read_what_its_parent_knows,
        read_another_file, lift_its_limits, look_at_its_limits_and_start_a_thread,
        outlive_its_parent, start_a_process, leave_its_session,
    )
}  # fmt: skip
LIES: Final = {
    lie.__name__: lie
    for lie in (
        another_rung, another_number, a_frame_less, an_empty_frame, a_shifted_cut, no_segments,
    )
}  # fmt: skip

__all__ = ["BREAKS", "LIES", "TEMPLATE", "ReadingThatBreaks", "serve_copies"]

TEMPLATE: Final = (
    "-c",
    f"from {__name__} import ReadingThatBreaks, serve_copies; serve_copies(ReadingThatBreaks)",
)
"""A template whose children break as their source's name says; most names mean nothing."""

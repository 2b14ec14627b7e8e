"""The child's side: read one source as it is told, say what comes of it, and end.

What was the standard output carries frames; whatever a library prints goes nowhere. The process
ends without looking back: there is nothing in it that has to be put in order.
"""

import os
import traceback
from collections.abc import Callable, Collection, Generator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from packager.encoding.encoded import ChunkId, EncodedChunk
from packager.errors import PackagingError, SourceCrashed, SourceTooDemanding
from packager.extras import Extras
from packager.limits import Limits
from packager.plan import Finding, Plan
from packager.sandbox import messages
from packager.sandbox.confinement import confine, die_with_parent
from packager.sandbox.frames import Message, frame, read_message
from packager.sandbox.messages import ChunksRequest, Failure, ReadRequest
from packager.source.arrival import expect

_STDOUT: Final = 1
_STDERR: Final = 2
_TRACE_LENGTH: Final = 8_000


class ParentGone(Exception):
    """Nobody asks any more."""


class SourceReading(Protocol):
    """What ``packager.reading.Reading`` is to its user."""

    @property
    def plan(self) -> Plan:
        """What will be made of the source."""

    def chunks(self, done: Collection[ChunkId] = ()) -> Generator[EncodedChunk]:
        """Yield every chunk but those ``done``."""

    def finding(self) -> Finding:
        """Return what the whole of it told."""


Start = Callable[[Path, Limits, int, Extras], SourceReading]
"""Begins a reading: of a file, within limits, so many chunks at a time, with what was asked for."""


def serve(start: Start) -> None:
    """Do what one parent asks for with the reading that ``start`` begins; does not return."""
    converse(partial(_conversation, start))


def converse(answers: Callable[[BinaryIO], Generator[tuple[str, object]]]) -> None:
    """Send what ``answers`` yields to what the parent requests; does not return."""
    die_with_parent()
    frames = os.fdopen(os.dup(_STDOUT), "wb")
    os.dup2(_STDERR, _STDOUT)
    with os.fdopen(0, "rb") as requests:
        try:
            for kind, value in answers(requests):
                frames.write(frame(kind, value))
                frames.flush()
        except (ParentGone, BrokenPipeError):
            os._exit(0)  # the parent wants nothing, or nothing more
    os._exit(0)


def _conversation(start: Start, requests: BinaryIO) -> Generator[tuple[str, object]]:
    asked = next_message(requests).read_as(ReadRequest)
    try:
        source = Path(asked.path)
        confine(asked.allowance, source)
        if asked.is_arriving:
            expect(source)
        reading = start(source, asked.limits, asked.workers, asked.extras)
        yield messages.PLAN, reading.plan
        done = frozenset(next_message(requests).read_as(ChunksRequest).done)
        for chunk in reading.chunks(done):
            yield messages.CHUNK, chunk
        yield messages.FINDING, reading.finding()
    except ParentGone:
        raise
    except Exception as error:  # noqa: BLE001 whatever it is, the parent is told
        yield messages.FAILURE, failure_of(error)


def next_message(requests: BinaryIO) -> Message:
    """Return what the parent says next; raises ParentGone."""

    def read(size_bytes: int) -> bytes:
        data = requests.read(size_bytes)
        if len(data) < size_bytes:
            raise ParentGone
        return data

    return read_message(read)


def failure_of(error: Exception) -> Failure:
    """Return what the parent is told of an error."""
    if _lacked_memory(error):
        return Failure(SourceTooDemanding.code, "", "")
    if isinstance(error, PackagingError):
        return Failure(error.code, str(error), "")
    trace = "".join(traceback.format_exception(error))
    return Failure(SourceCrashed.code, "", trace[-_TRACE_LENGTH:])


def _lacked_memory(error: BaseException | None) -> bool:
    """Tell whether ``error`` goes back to memory that was not given."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__
    return False

"""The parent's side: a child that waits for its source, and the reading that it then does."""

from collections.abc import Callable, Collection, Generator
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

from packager import errors
from packager.encoding.encoded import ChunkId, EncodedChunk
from packager.errors import PackagingError, SourceCrashed, SourceTooDemanding
from packager.extras import NO_EXTRAS, Extras
from packager.limits import Limits
from packager.plan import Finding, Plan
from packager.processors import usable_processors
from packager.sandbox import messages
from packager.sandbox.allowance import TOO_DEMANDING, Allowance, Watch, allowance
from packager.sandbox.conversation import CRASHED, Conversation
from packager.sandbox.expectation import Expectation, check_plan
from packager.sandbox.frames import Message
from packager.sandbox.messages import ChunksRequest, Failure, ReadRequest
from packager.sandbox.process import Child, start_child
from packager.sandbox.values import Misfit
from packager.source.text import clean

T = TypeVar("T")

_LONGEST_SENTENCE: Final = 1_000
_SAID_BY_A_READING: Final = {
    error.code: error
    for error in (
        errors.UnsupportedSource,
        errors.CorruptSource,
        errors.SourceTooLarge,
        errors.SourceNotFound,
        errors.EncoderFailed,
    )
}


class Reader:
    """A child that loads its decoders, then reads one source: for a ``with`` block, and once.

    The thread that makes it has to outlive it: the child is bound to that thread's life, unless it
    comes from elsewhere than ``start_child``. Raises ReaderLost where none can be started.
    """

    def __init__(self, start: Callable[[], Child] = start_child) -> None:
        self._child = start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.close()

    def kill(self) -> None:
        """End the child from any thread; who is reading with it gets ReaderLost."""
        self._child.kill()

    def read(
        self,
        path: Path,
        limits: Limits,
        workers: int | None = None,
        extras: Extras = NO_EXTRAS,
        *,
        allowed: Allowance | None = None,
        is_arriving: Callable[[], bool] = lambda: False,
    ) -> "IsolatedReading":
        """Begin to read the file at ``path``; raises PackagingError where there is no plan for it.

        What it may take follows from ``limits`` unless ``allowed`` says otherwise. While
        ``is_arriving`` says so, nobody holds it against the source that the child waits for it.
        """
        workers = workers or usable_processors()
        allowed = allowed or allowance(limits, workers)
        watch = Watch(allowed)
        child = Conversation(self._child, watch, is_arriving)
        name = str(path.absolute())
        request = ReadRequest(name, is_arriving(), limits, workers, extras, allowed)
        child.send(messages.READ, request)
        plan = expect(messages.PLAN, Plan, child.receive())
        try:
            check_plan(plan, limits, extras)
        except Misfit as error:
            raise SourceCrashed(CRASHED) from error
        watch.expect_sound_of(plan.expected_samples / plan.ladder.sample_rate_hz)
        return IsolatedReading(child, plan, limits)


class IsolatedReading:
    """A reading that a child does: to its user what ``packager.reading.Reading`` is.

    Besides what that raises: SourceCrashed, SourceStalled, SourceTooDemanding and ReaderLost.
    """

    def __init__(self, child: Conversation, plan: Plan, limits: Limits) -> None:
        self._child = child
        self._limits = limits
        self._found: Finding | None = None
        self.plan = plan

    def chunks(self, done: Collection[ChunkId] = ()) -> Generator[EncodedChunk]:
        """Yield every chunk but those ``done``, in order. Once only."""
        expected = Expectation(self.plan, self._limits, done)
        request = ChunksRequest(tuple(sorted(done)))
        self._child.send(messages.CHUNKS, request)
        try:
            while (message := self._child.receive()).kind == messages.CHUNK:
                chunk = message.read_as(EncodedChunk)
                expected.check_chunk(chunk)
                yield chunk
            found = expect(messages.FINDING, Finding, message)
            expected.check_finding(found)
        except Misfit as error:
            raise SourceCrashed(CRASHED) from error
        self._found = found

    def finding(self) -> Finding:
        """Return what the whole of the source told, after the last chunk."""
        if self._found is None:
            raise ValueError("the chunks come first, and all of them")
        return self._found


class _InChild(Exception):
    """What went wrong in a child and should not: its traceback, for the log."""


def expect(kind: str, of: type[T], message: Message) -> T:
    """Return what a message of ``kind`` says; raises PackagingError where it is another."""
    try:
        if message.kind == kind:
            return message.read_as(of)
        failure = message.read_as(Failure)
    except Misfit as error:
        raise SourceCrashed(CRASHED) from error
    raise _raised(failure)


def _raised(failure: Failure) -> PackagingError:
    if failure.code == SourceTooDemanding.code:
        return SourceTooDemanding(TOO_DEMANDING)
    sentence = clean(failure.sentence, _LONGEST_SENTENCE)
    said = _SAID_BY_A_READING.get(failure.code)
    if said is not None and sentence:
        return said(sentence)
    crashed = SourceCrashed(CRASHED)
    crashed.__cause__ = _InChild(failure.trace)
    return crashed

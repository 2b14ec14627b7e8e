"""One worker as the supervisor sees it: a process, and what is heard of it."""

import asyncio
import json
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Final

from origin.cycles import look_seldom
from origin.supervision.channel import FAILED, PREPARING, READY, Channel, Message
from origin.supervision.handing import by_name, misfits

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_SPAWN: Final = multiprocessing.get_context("spawn")
_OURS_ALONE: Final = (signal.SIGINT, signal.SIGHUP)

_LAST_BREATH_S: Final = 10.0
PREPARES_WITHIN_S: Final = 6 * 3600.0
"""However often it asks for patience: no migration takes longer, and what hangs is to end."""

Target = Callable[..., None]
"""What a worker runs: its arguments are those given, its slot, and its end of the channel."""


class _ByName:
    """A target on its way: cycles are looked for seldom while it is loaded, and all behind it."""

    def __init__(self, target: Target) -> None:
        self._name = f"{target.__module__}:{target.__qualname__}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _loaded, (self._name,)


def _loaded(name: str) -> Target:
    look_seldom()
    target: Target = resolve_name(name)
    return target


def _begin(target: Target, arguments: tuple[Any, ...], slot: int, end: socket.socket) -> None:
    """Be the worker, unless what it is given is not for this version of it."""
    for misfit in misfits(arguments):
        end.sendall(json.dumps({"kind": FAILED, "reason": misfit.reason}).encode() + b"\n")
        return
    target(*arguments, slot, end)


class WorkerProcess:
    """A worker from its start to its end."""

    def __init__(
        self,
        target: Target,
        arguments: tuple[Any, ...],
        slot: int,
        *,
        silent_s: float,
        name: str = "worker",
    ) -> None:
        """Start it."""
        self.slot = slot
        self._silent_s = silent_s
        self.accepts: frozenset[int] = frozenset({slot})
        self.failure: str | None = None
        """Why it could not start, in its own words."""
        self._ready_s: float | None = None
        self._end, theirs = socket.socketpair()
        with theirs, _held_back():
            self._process: BaseProcess = _SPAWN.Process(
                target=_begin,
                args=(_ByName(target), by_name(arguments), slot, theirs),
                name=f"{name}-{slot}",
            )
            self._process.start()
        self.pid = self._process.pid or 0
        self._channel: Channel | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it accepts connections, as far as it told."""
        return self._ready_s is not None

    @property
    def served_s(self) -> float:
        """For how long it has accepted connections."""
        return 0.0 if self._ready_s is None else time.monotonic() - self._ready_s

    def say(self, kind: str, **content: Any) -> None:
        """Tell it something."""
        if self._channel is not None:
            self._channel.say(kind, **content)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    async def live(
        self, heard: "Callable[[WorkerProcess, Message], None]", *, start_timeout_s: float
    ) -> int:
        """Listen until it has ended, and return its exit code; a signal's is negative.

        One that is not ready in time is killed; it has that time anew whenever it asks for
        patience, for hours at most.
        """
        loop = asyncio.get_running_loop()
        latest_s = loop.time() + PREPARES_WITHIN_S
        late = loop.call_later(start_timeout_s, self._give_up, start_timeout_s)
        try:
            self._channel = await Channel.over(self._end)
            while (message := await self._heard_next(self._channel)) is not None:
                if message["kind"] == READY:
                    late.cancel()
                    self._ready_s = time.monotonic()
                elif message["kind"] == PREPARING and not self.is_ready:
                    late.cancel()
                    until_s = min(loop.time() + start_timeout_s, latest_s)
                    late = loop.call_at(until_s, self._give_up, start_timeout_s)
                elif message["kind"] == FAILED:
                    self.failure = message["reason"]
                heard(self, message)
            await self._ended()
        finally:
            late.cancel()
            self.kill()  # where it closed its channel and hangs, or we are cancelled
            code = await self._gone()
        return code

    async def _heard_next(self, channel: Channel) -> Message | None:
        """Return what it says next; None at its end, or when it has been silent for too long.

        Once more is listened where nothing was heard: maybe it was we who had been stopped.
        """
        if not self.is_ready:
            return await channel.hear()
        for _ in range(2):
            with suppress(TimeoutError):
                return await asyncio.wait_for(channel.hear(), self._silent_s / 2)
        self.failure = f"It said nothing for {self._silent_s:g} s."
        self.kill()
        return None

    def _give_up(self, after_s: float) -> None:
        self.failure = (
            f"It was not ready within {after_s:g} s, or within {PREPARES_WITHIN_S / 3600:g} h of"
            " which it said that it needs them."
        )
        self.kill()

    async def _ended(self) -> None:
        try:
            async with asyncio.timeout(_LAST_BREATH_S):
                await self._sentinel()
        except TimeoutError:
            self.failure = "It hung when it should have ended."

    async def _gone(self) -> int:
        """Let go of all that belongs to it, and return its exit code."""
        await self._sentinel()
        self._process.join()
        if self._channel is not None:
            await self._channel.close()
        code = self._process.exitcode or 0
        self._process.close()
        return code

    async def _sentinel(self) -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._process.sentinel, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._process.sentinel)


@contextmanager
def _held_back() -> Iterator[None]:
    """Let what is started here not hear of a terminal's signals until it says so itself.

    Ctrl-C goes to every process of the terminal; a worker is told by its supervisor.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _OURS_ALONE)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def last_words(worker: WorkerProcess, code: int) -> dict[str, Any]:
    """Return what is known of the end of a process, for the log."""
    words: dict[str, Any] = {"pid": worker.pid, "slot": worker.slot}
    if code < 0:
        words["signal"] = signal.Signals(-code).name
    else:
        words["status"] = code
    if worker.failure is not None:
        words["reason"] = worker.failure
    return words

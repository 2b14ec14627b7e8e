"""Keeping one worker a slot: starting, starting again, replacing, ending.

Everything happens in callbacks of one loop: a worker says that it is ready or ends, a signal comes,
a time has passed. Each changes the state and wakes who waits for a state (``_until``); none waits.

SIGTERM and SIGINT stop, the second of them without waiting for anybody; SIGHUP reloads.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog

from origin.supervision import channel
from origin.supervision.channel import Message
from origin.supervision.kept import Kept
from origin.supervision.process import Target, WorkerProcess, last_words
from origin.supervision.slots import Slots

START_TIMEOUT_S: Final = 60.0
SILENT_S: Final = 20.0
"""A worker reports every second; one that is silent for so long serves nobody any more."""
_MARGIN_S: Final = 5.0
"""What workers are given beyond the time that they are told to take."""
_HURRY_S: Final = 2.0

_log = structlog.get_logger("soundbridge.supervisor")


class NoWorkers(Exception):
    """No worker came up; the message says why."""


@dataclass(slots=True)
class Tally:
    """What happened so far."""

    ended: int = 0
    reloads: int = 0
    failed_reloads: int = 0


class Supervisor:
    """Keeps workers, which may take ``stops_within_s`` or ``retires_within_s`` when told to.

    ``heard`` is given what workers report, ``gone`` each worker that has ended, ``stopping`` is
    called when the first signal to stop comes. ``beside`` is kept as long as the workers are, from
    the first one that serves.
    """

    def __init__(
        self,
        target: Target,
        arguments: tuple[Any, ...],
        *,
        slots: int,
        stops_within_s: float,
        retires_within_s: float,
        silent_s: float = SILENT_S,
        heard: Callable[[WorkerProcess, Message], None] = lambda *_: None,
        gone: Callable[[WorkerProcess], None] = lambda _: None,
        stopping: Callable[[], None] = lambda: None,
        beside: Kept | None = None,
    ) -> None:
        self._target = target
        self._arguments = arguments
        self._stops_within_s = stops_within_s
        self._retires_within_s = retires_within_s
        self._silent_s = silent_s
        self._report = heard
        self._gone = gone
        self._on_stop = stopping
        self.beside = beside
        self._slots = Slots(slots)
        self._successors: list[WorkerProcess] = []
        self._lives: dict[WorkerProcess, asyncio.Task[None]] = {}
        self._has_served = self._is_stopping = self._reload_asked = False
        self._error: str | None = None
        self._changed = asyncio.Event()
        self.tally = Tally()

    @property
    def ready(self) -> int:
        """How many workers accept connections and go on doing so."""
        return self._slots.ready

    async def run(self, announce: Callable[[], None]) -> None:
        """Keep workers until told to stop; ``announce`` is called once when they accept.

        Raises NoWorkers where none ever did.
        """
        try:
            with self._signals():
                for slot in range(len(self._slots)):
                    self._start(slot)
                await self._until(lambda: self._is_stopping or self._is_up())
                if not self._is_stopping:
                    announce()
                    self._reload_if_asked()
                await self._until(lambda: self._is_stopping and not self._lives)
                if self.beside is not None:
                    await self.beside.over()
        finally:
            if self.beside is not None:
                self.beside.abandon()
            for life in self._lives.values():
                life.cancel()
            await asyncio.gather(*self._lives.values(), return_exceptions=True)
            if self.beside is not None:
                await self.beside.over()
        if self._error is not None:
            raise NoWorkers(self._error)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        actions = {
            signal.SIGTERM: self.stop,
            signal.SIGINT: self.stop,
            signal.SIGHUP: self.reload,
        }
        for number, action in actions.items():
            loop.add_signal_handler(number, action)
        try:
            yield
        finally:
            for number in actions:
                loop.remove_signal_handler(number)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()

    def _is_up(self) -> bool:
        """Whether somebody serves, and each slot's first worker is ready or has failed."""
        return self._has_served and self._slots.are_tried

    # Starting, and starting again.

    def _new(self, slot: int) -> WorkerProcess:
        worker = WorkerProcess(self._target, self._arguments, slot, silent_s=self._silent_s)
        self._lives[worker] = asyncio.create_task(self._live(worker), name=f"worker {worker.pid}")
        return worker

    async def _live(self, worker: WorkerProcess) -> None:
        code = 0
        try:
            code = await worker.live(self._heard, start_timeout_s=START_TIMEOUT_S)
        except Exception:  # noqa: BLE001 -- what one worker says must not be the end of all
            _log.exception("worker not understood", pid=worker.pid, slot=worker.slot)
        del self._lives[worker]
        self._gone(worker)
        self._ended(worker, code)
        self._changed.set()

    def _start(self, slot: int) -> None:
        if self._is_stopping or not self._slots.is_free(slot):
            return
        try:
            self._slots.put(self._new(slot))
        except OSError as error:  # no memory, no process numbers
            _log.error("worker not started", slot=slot, cause=str(error))
            reason = f"The system lets no process be started: {error.strerror or error}."
            self._start_later(slot, served_s=0.0, reason=reason)

    def _start_later(self, slot: int, *, served_s: float, reason: str | None) -> None:
        """Start another, unless none has ever served and each slot was tried often enough."""
        delay_s = self._slots.count_failure(slot, served_s)
        if not self._has_served and self._slots.are_hopeless:
            self._error = f"No worker came up. {reason or 'Its last words are in the log above.'}"
            self.stop()
            return
        asyncio.get_running_loop().call_later(delay_s, self._start, slot)

    def _heard(self, worker: WorkerProcess, message: Message) -> None:
        match message["kind"]:
            case channel.READY:
                self._first_serves()
                self._succeed()
                self._slots.assign()
            case channel.REPORT:
                self._report(worker, message)
            case channel.LEAVING:
                loop = asyncio.get_running_loop()
                loop.call_later(channel.ANSWERED_AFTER_S, self._replace, worker)
        self._changed.set()

    def _first_serves(self) -> None:
        """Start what is kept beside: nothing of it is to begin where no worker can serve."""
        if not self._has_served and self.beside is not None:
            self.beside.start()
        self._has_served = True

    def _replace(self, worker: WorkerProcess) -> None:
        """Start another for one that a signal told to go, unless it told all of us to stop."""
        if worker in self._slots and not self._is_stopping:
            self._slots.remove(worker)
            self._slots.assign()
            self._retire(worker)
            self._start(worker.slot)

    def _ended(self, worker: WorkerProcess, code: int) -> None:
        if worker in self._successors:
            self._successors.remove(worker)
            if not self._is_stopping:  # else it was we who ended it, and nothing has failed
                self._abandon_successors(**last_words(worker, code))
        if worker not in self._slots:
            return
        self._slots.remove(worker)
        if self._is_stopping:
            return
        self._slots.assign()
        self.tally.ended += 1
        _log.error("worker ended", **last_words(worker, code))
        self._start_later(worker.slot, served_s=worker.served_s, reason=worker.failure)

    # Replacing.

    def reload(self) -> None:
        """Start successors for all workers; they replace them when all of them are ready.

        While that, or the start, is under way, another one follows it: what has changed since may
        have been read before.
        """
        if self._successors or not self._has_served:
            self._reload_asked = True
            return
        if self._is_stopping:
            return
        _log.info("reload begun")
        try:
            for slot in range(len(self._slots)):
                self._successors.append(self._new(slot))
        except OSError as error:
            self._abandon_successors(cause=str(error))

    def _succeed(self) -> None:
        """Let successors take over, if all of them accept connections."""
        if not self._successors or not all(worker.is_ready for worker in self._successors):
            return
        successors, self._successors = self._successors, []
        for worker in self._slots.replace(successors):
            self._retire(worker)
        if self.beside is not None:
            self.beside.reload()
        self.tally.reloads += 1
        _log.info("reload done", pids=[worker.pid for worker in successors])
        self._reload_if_asked()

    def _reload_if_asked(self) -> None:
        is_asked, self._reload_asked = self._reload_asked, False
        if is_asked:
            self.reload()

    def _retire(self, worker: WorkerProcess) -> None:
        """Let a worker finish what it has and end; one that is not ready has nothing."""
        if worker.is_ready:
            worker.say(channel.RETIRE)
            self._kill_after(self._retires_within_s + _MARGIN_S, worker)
        else:
            worker.kill()

    def _abandon_successors(self, **reason: Any) -> None:
        successors, self._successors = self._successors, []
        self.tally.failed_reloads += 1
        _log.error("reload failed; the workers of before go on", **reason)
        for worker in successors:
            self._retire(worker)
        self._reload_if_asked()

    # Ending.

    def stop(self) -> None:
        """Let all workers finish and end; the second time at once."""
        if self.beside is not None:
            self.beside.stop()
        if self._is_stopping:
            for worker in self._lives:
                worker.say(channel.HURRY)
                self._kill_after(_HURRY_S, worker)
            return
        self._is_stopping = True
        self._on_stop()
        for worker in self._lives:
            if worker.is_ready:
                worker.say(channel.STOP)
                self._kill_after(self._stops_within_s + _MARGIN_S, worker)
            else:
                worker.kill()
        self._changed.set()

    def _kill_after(self, delay_s: float, worker: WorkerProcess) -> None:
        asyncio.get_running_loop().call_later(delay_s, self._kill, worker)

    def _kill(self, worker: WorkerProcess) -> None:
        if worker in self._lives:
            _log.error("worker did not end in time", pid=worker.pid, slot=worker.slot)
            worker.kill()

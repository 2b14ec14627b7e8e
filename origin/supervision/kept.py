"""One process beside the workers that accepts no connections: kept up, replaced and ended as they.

It is started again when it ends, later each time it does so soon. At a reload its successor starts
at once, while it finishes what it has; when the server stops, it has as long as workers have.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog

from origin.supervision import channel, restarts
from origin.supervision.channel import Message
from origin.supervision.process import Target, WorkerProcess, last_words

START_TIMEOUT_S: Final = 60.0
_SILENT_S: Final = 60.0
"""It may have more to do than to answer."""
_MARGIN_S: Final = 5.0
_HURRY_S: Final = 2.0

_log = structlog.get_logger("soundbridge.supervisor")


class Kept:
    """Keeps one process; ``ended`` counts those that ended by themselves.

    ``heard`` is given what it reports, ``gone`` each process that has ended.
    """

    def __init__(
        self,
        name: str,
        target: Target,
        arguments: tuple[Any, ...],
        *,
        ends_within_s: float,
        heard: Callable[[WorkerProcess, Message], None] = lambda *_: None,
        gone: Callable[[WorkerProcess], None] = lambda _: None,
    ) -> None:
        self.name = name
        self._target = target
        self._arguments = arguments
        self._ends_within_s = ends_within_s
        self._report = heard
        self._gone = gone
        self._process: WorkerProcess | None = None
        self._lives: dict[WorkerProcess, asyncio.Task[None]] = {}
        self._failures = 0
        self._is_stopping = False
        self.ended = 0

    @property
    def is_up(self) -> bool:
        """Whether it is at work."""
        return self._process is not None and self._process.is_ready

    def start(self) -> None:
        """Start it, unless there is one or all is about to end."""
        if self._is_stopping or self._process is not None:
            return
        try:
            self._process = WorkerProcess(
                self._target, self._arguments, 0, silent_s=_SILENT_S, name=self.name
            )
        except OSError as error:  # no memory, no process numbers
            _log.error("process not started", process=self.name, cause=str(error))
            self._start_later(served_s=0.0)
            return
        self._lives[self._process] = asyncio.create_task(self._live(self._process))

    def reload(self) -> None:
        """Let another take over."""
        before, self._process = self._process, None
        if before is not None:
            self._end(before, channel.RETIRE)
        self._failures = 0
        self.start()

    def stop(self) -> None:
        """Let it finish and end; the second time at once."""
        for process in self._lives:
            if self._is_stopping:
                process.say(channel.HURRY)
                self._kill_after(_HURRY_S, process)
            else:
                self._end(process, channel.STOP)
        self._is_stopping = True

    async def over(self) -> None:
        """Wait until nothing of it is left; to be called once it was stopped."""
        await asyncio.gather(*self._lives.values(), return_exceptions=True)

    def abandon(self) -> None:
        """End it now, without waiting."""
        self._is_stopping = True
        for life in self._lives.values():
            life.cancel()

    async def _live(self, process: WorkerProcess) -> None:
        code = 0
        try:
            code = await process.live(self._heard, start_timeout_s=START_TIMEOUT_S)
        except Exception:  # noqa: BLE001 -- what one process says must not be the end of all
            _log.exception("process not understood", process=self.name, pid=process.pid)
        finally:
            del self._lives[process]
            self._gone(process)
        if process is not self._process or self._is_stopping:
            return
        self._process = None
        self.ended += 1
        _log.error("process ended", process=self.name, **last_words(process, code))
        self._start_later(served_s=process.served_s)

    def _start_later(self, *, served_s: float) -> None:
        self._failures = restarts.failures_after(self._failures, served_s)
        delay_s = restarts.delay_s(self._failures)
        asyncio.get_running_loop().call_later(delay_s, self.start)

    def _heard(self, process: WorkerProcess, message: Message) -> None:
        match message["kind"]:
            case channel.REPORT:
                self._report(process, message)
            case channel.LEAVING:
                loop = asyncio.get_running_loop()
                loop.call_later(channel.ANSWERED_AFTER_S, self._replace, process)

    def _replace(self, process: WorkerProcess) -> None:
        """Let another take over from one that a signal told to go, unless it told all to stop."""
        if process is self._process and not self._is_stopping:
            self.reload()

    def _end(self, process: WorkerProcess, how: str) -> None:
        if process.is_ready:
            process.say(how)
            self._kill_after(self._ends_within_s + _MARGIN_S, process)
        else:
            process.kill()

    def _kill_after(self, delay_s: float, process: WorkerProcess) -> None:
        asyncio.get_running_loop().call_later(delay_s, self._kill, process)

    def _kill(self, process: WorkerProcess) -> None:
        if process in self._lives:
            _log.error("process did not end in time", process=self.name, pid=process.pid)
            process.kill()

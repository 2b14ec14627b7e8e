"""What a serving process is told: by its supervisor, or, where it has none, by signals."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from enum import Enum, auto
from typing import Any, Final

import structlog

from origin.beside import beside
from origin.supervision import channel
from origin.supervision.channel import Channel, Message

_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_PREPARING_EVERY_S: Final = 5.0

_log = structlog.get_logger("soundbridge.worker")


class Ending(Enum):
    """Why a process is to end."""

    STOP = auto()
    """The server stops: turn away who can go elsewhere, then finish."""
    RETIRE = auto()
    """Others have taken over: accept no more, and finish."""


class Orders:
    """What has been told so far; ``accept`` is given the slots from which to accept."""

    def __init__(self, say: Callable[..., None], *, is_free: Callable[[], bool]) -> None:
        self._say = say
        self._is_free = is_free
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.stopping = asyncio.Event()
        """Set when what is under way has the time of a stop, also where it had more before."""
        self.hurried = asyncio.Event()
        """Set when there is no time to finish anything."""
        self.accept: Callable[[Collection[int]], Awaitable[None]] = _nothing

    def say_ready(self) -> None:
        """Tell that connections are accepted."""
        self._say(channel.READY)

    @asynccontextmanager
    async def preparing(self) -> AsyncIterator[None]:
        """Ask for patience while the caller's block does what may take hours before it is ready."""
        async with beside(self._keep_preparing(), "asking for patience"):
            yield

    async def _keep_preparing(self) -> None:
        while True:
            self._say(channel.PREPARING)
            await asyncio.sleep(_PREPARING_EVERY_S)

    def say_failed(self, reason: str) -> None:
        """Tell why this process cannot serve."""
        self._say(channel.FAILED, reason=reason)

    def report(self, **content: Any) -> None:
        """Tell the supervisor how things are, unless it has not taken what was told last."""
        if self._is_free():
            self._say(channel.REPORT, **content)

    async def ending(self) -> Ending:
        """Wait until it is time to end."""
        return await asyncio.shield(self._ending)

    def end(self, why: Ending) -> None:
        """Let it be time; the first reason counts, and a stop behind it shortens the rest."""
        if why is Ending.STOP:
            self.stopping.set()
        if not self._ending.done():
            self._ending.set_result(why)

    def retire_alone(self) -> None:
        """Let it be time where no supervisor says how: nobody would end what takes long."""
        self.end(Ending.RETIRE)
        self.stopping.set()

    def interrupt(self) -> None:
        """Let it be time to stop; the second time, high time."""
        if self._ending.done():
            self.hurried.set()
        self.end(Ending.STOP)


async def _nothing(_slots: Collection[int]) -> None:
    """Accept as before."""


@contextmanager
def from_signals(on_ready: Callable[[], None]) -> Iterator[Orders]:
    """Give the orders of a process that has no supervisor; ``on_ready`` is told that it serves."""
    loop = asyncio.get_running_loop()

    def say(kind: str, **_content: Any) -> None:
        if kind == channel.READY:
            on_ready()

    orders = Orders(say, is_free=lambda: False)
    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, orders.interrupt)
    try:
        yield orders
    finally:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)


def ignore_terminal() -> None:
    """Leave Ctrl-C, and the terminal's end, to the supervisor, which has held them back so far."""
    ours = (signal.SIGINT, signal.SIGHUP)
    for number in ours:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ours)


@asynccontextmanager
async def from_supervisor(end: socket.socket) -> AsyncIterator[Orders]:
    """Give the orders that come over a worker's end of its channel, which is closed at the end.

    A worker does not outlive its supervisor. SIGTERM, which may have come to this worker alone or
    to all processes at once, does not end it: the supervisor knows which, and says how.
    """
    said = await Channel.over(end)
    orders = Orders(said.say, is_free=lambda: said.is_free)
    loop = asyncio.get_running_loop()

    def leave() -> None:
        said.say(channel.LEAVING)
        loop.call_later(channel.LEAVES_ALONE_AFTER_S, orders.retire_alone)

    loop.add_signal_handler(signal.SIGTERM, leave)
    try:
        async with beside(_listen(said, orders), "orders"):
            yield orders
    finally:
        await said.close()


async def _listen(said: Channel, orders: Orders) -> None:
    try:
        while (message := await said.hear()) is not None:
            await _obey(message, orders)
    finally:
        orders.retire_alone()


async def _obey(message: Message, orders: Orders) -> None:
    match message["kind"]:
        case channel.ACCEPT:
            try:
                await orders.accept(message["slots"])
            except OSError as error:  # no descriptor is left: it is tried again with the next order
                _log.error("socket not taken", slots=message["slots"], cause=str(error))
        case channel.RETIRE:
            orders.end(Ending.RETIRE)
        case channel.STOP:
            orders.end(Ending.STOP)
        case channel.HURRY:
            orders.hurried.set()

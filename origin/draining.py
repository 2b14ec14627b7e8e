"""How a process that serves comes to its end without anybody's request failing.

First it is *polite*: it goes on serving, and every answer asks its client to use another connection
next. A server that stops is polite for as long as its operator says (``delay_s``), with its
sockets open, for load balancers to see that it is not ready. A process that others have taken over
from accepts nothing more, and gives connections that are open a moment to hear of it: a client may
be sending just now what would get no answer if its connection were closed.

A server that stops lets nobody connect after that, and accepts who has connected: these are told
nothing yet, and have a moment to ask for something and to hear of it.

Then idle connections are closed, and what is under way has the rest of ``timeout_s`` to finish, be
it a request of which only half a head has come. Where others have taken over, nobody waits for the
end: what moves may go on for an hour, and has ``timeout_s`` once the server stops. An answer is
finished when its last byte has left for the network, which, with a client that takes its time, is
long after its handler has ended: aiohttp waits for handlers, we for bytes.
"""

import asyncio
import socket
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

from aiohttp import web

from origin.delivery.draining import Draining
from origin.drain_times import FIRST_REQUEST_S, RETIRED_S, DrainTimes
from origin.supervision.listeners import BACKLOG, end_for_all, has_queue, turn_newcomers_away
from origin.supervision.orders import Ending, Orders

if TYPE_CHECKING:
    from origin.defence.timed import TimedConnection

_LOOK_EVERY_S: Final = 0.05
_HANDSHAKE_S: Final = 0.05
"""For who has begun to connect and is not in the queue yet."""


class Accepting:
    """The sockets, by slot, and from which of them connections are accepted."""

    def __init__(
        self, connect: Callable[[], asyncio.BaseProtocol], listeners: Sequence[socket.socket]
    ) -> None:
        self._connect = connect
        self._listeners = listeners
        self._open: dict[int, asyncio.Server] = {}

    async def accept(self, slots: Collection[int]) -> None:
        """Accept from the sockets of these slots, and from no others."""
        for slot in [slot for slot in self._open if slot not in slots]:
            self._open.pop(slot).close()
        for slot in slots:
            if slot not in self._open:
                self._open[slot] = await self._listen(slot)

    async def _listen(self, slot: int) -> asyncio.Server:
        # A server that is closed closes its socket: it is given a copy, and the queue stays open.
        copy = self._listeners[slot].dup()
        try:
            return await asyncio.get_running_loop().create_server(
                self._connect, sock=copy, backlog=BACKLOG
            )
        except BaseException:
            copy.close()
            raise

    async def close(self) -> None:
        """Close the sockets themselves; they stay open while another process has them."""
        await self.accept(())
        for listener in self._listeners:
            listener.close()
        await asyncio.sleep(0)  # what was accepted last becomes a connection

    async def end(self, hurried: asyncio.Event) -> None:
        """Accept who has connected to the sockets of our slots, and nobody after that.

        Sockets that were only closed would, while another process has them, take connections that
        nobody accepts, and reset them in the end.
        """
        ours = [self._listeners[slot] for slot in self._open]
        for listener in ours:
            turn_newcomers_away(listener)
        await _until(lambda: False, hurried, _HANDSHAKE_S)
        await _until(lambda: not any(map(has_queue, ours)), hurried, FIRST_REQUEST_S)
        await self.accept(())
        for listener in ours:
            end_for_all(listener)
        await self.close()


async def drain(
    server: web.Server,
    accepting: Accepting,
    draining: Draining,
    orders: Orders,
    times: DrainTimes,
) -> None:
    """Come to the end that was ordered; closes all connections."""
    why = await orders.ending()
    draining.begin(turn_away=why is Ending.STOP)
    if why is Ending.STOP:
        await _until(lambda: False, orders.hurried, times.delay_s)
        deadline = _Deadline(orders, times.timeout_s, times.timeout_s)
        await accepting.end(orders.hurried)
        first_s = min(FIRST_REQUEST_S, deadline.rest_s)
        await _until(lambda: not _any_untold(server), orders.hurried, first_s)
    else:
        await accepting.close()
        await _until(lambda: not server.connections, orders.hurried, times.polite_s)
        deadline = _Deadline(orders, max(times.timeout_s, RETIRED_S), times.timeout_s)
    await _finish(server, orders.hurried, deadline)


class _Deadline:
    """In so many seconds, and in ``stop_s`` from when the server stops, if that is sooner.

    It is asked again and again, until it is over.
    """

    def __init__(self, orders: Orders, within_s: float, stop_s: float) -> None:
        self._stopping = orders.stopping
        self._stop_s = stop_s
        self._end_s = _now_s() + within_s
        self._is_final = False

    @property
    def rest_s(self) -> float:
        """How long it is until then; not below 0."""
        if self._stopping.is_set() and not self._is_final:
            self._is_final = True
            self._end_s = min(self._end_s, _now_s() + self._stop_s)
        return max(self._end_s - _now_s(), 0.0)

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return self.rest_s == 0


def _any_untold(server: web.Server) -> bool:
    """Tell whether anybody has connected and asked for nothing yet, and so been told nothing."""
    return any(cast("TimedConnection", known).is_new for known in server.connections)


async def _finish(server: web.Server, hurried: asyncio.Event, deadline: _Deadline) -> None:
    """Close idle connections; let answers leave, and then close theirs."""
    longest_s = deadline.rest_s
    transports = [known.transport for known in server.connections if known.transport is not None]
    server.pre_shutdown()
    closing = asyncio.create_task(server.shutdown(longest_s))
    try:
        await _until(lambda: closing.done() or deadline.is_over, hurried, longest_s)
    finally:
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
    await _until(
        lambda: deadline.is_over or not any(each.get_write_buffer_size() for each in transports),
        hurried,
        deadline.rest_s,
    )
    for transport in transports:
        transport.abort()


async def _until(condition: Callable[[], bool], hurried: asyncio.Event, within_s: float) -> None:
    """Wait for a condition, for as long as there is time."""
    end_s = _now_s() + within_s
    while not condition() and not hurried.is_set() and (rest_s := end_s - _now_s()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(hurried.wait(), min(rest_s, _LOOK_EVERY_S))


def _now_s() -> float:
    return asyncio.get_running_loop().time()
